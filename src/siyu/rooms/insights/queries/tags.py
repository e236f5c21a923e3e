"""Whether purchases bear out the tags that sellers put on customers."""

import pyarrow as pa

from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries.published import publication_of, sellers_within
from siyu.rooms.insights.types import Lookup, TagTruth
from siyu.rooms.operations.types import Right, Viewer

_COUNTS = ("tagged", "judged", "held", "buyers", "covered")


def tag_truth_of(*, viewer: Viewer) -> dict[int, TagTruth]:
    """The truth and coverage of each tag among the sellers within reach, by tag id.

    As of the last night; empty before the first.
    """
    return _summed(viewer, "tag_id")


def tag_truth_by_seller(*, viewer: Viewer) -> dict[int, TagTruth]:
    """The truth and coverage of all tags together of each seller within reach, by seller id."""
    return _summed(viewer, "seller_id")


def _summed(viewer: Viewer, by: str) -> dict[int, TagTruth]:
    viewer.require(Right.SEE_SELLERS)
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return {}
    lookup = Lookup(result="tag_truth", where=sellers_within(viewer=viewer))
    rows: pa.Table = warehouse().read(
        program_id=viewer.program_id, run_id=publication.run_id, lookup=lookup
    )
    sums = rows.group_by(by).aggregate([(name, "sum") for name in _COUNTS])
    return {
        row[by]: TagTruth(**{name: row[f"{name}_sum"] for name in _COUNTS})
        for row in sums.to_pylist()
    }
