"""Where sellers came from, and who brought them."""

from collections import Counter

from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries import publication_of, read_rows, sellers_within
from siyu.rooms.insights.types import Lookup, Portrait
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.reports.types import OriginView

_COUNTS = ("sellers", "recent", "known_30", "sold_30", "selling", "lost", "gmv_minor")


def origins_of(*, viewer: Viewer) -> list[OriginView]:
    """What became of the sellers within reach, by where they came from; the most first.

    None before the first night.
    """
    viewer.require(Right.SEE_SELLERS)
    within = {} if viewer.unit_ids is None else {"unit_id": sorted(viewer.unit_ids)}
    groups: dict[tuple[str, bool], Counter[str]] = {}
    for row in read_rows(viewer=viewer, lookup=Lookup(result="seller_origins", where=within)):
        group = groups.setdefault((row["origin"], row["is_invited"]), Counter())
        group.update({name: row[name] for name in _COUNTS})
    found = [
        OriginView(origin=origin, is_invited=invited, **{name: counts[name] for name in _COUNTS})
        for (origin, invited), counts in groups.items()
    ]
    return sorted(found, key=lambda each: (-each.sellers, each.origin, each.is_invited))


def inviters_of(*, viewer: Viewer, page: int = 1, size: int = 20) -> tuple[list[Portrait], int]:
    """Rows of the mart ``sellers`` of those within reach who invited somebody, and their number.

    By what whom they invited sold in 30 days, the most first; these may be out of reach.
    """
    viewer.require(Right.SEE_SELLERS)
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return [], 0
    lookup = Lookup(
        result="sellers_mart",
        where=sellers_within(viewer=viewer),
        after={"invited": 0},
        order_by=("invited_gmv_minor", "seller_id"),
        descending=True,
        limit=size,
        offset=(page - 1) * size,
    )
    count = warehouse().count(
        program_id=viewer.program_id, run_id=publication.run_id, lookup=lookup
    )
    return read_rows(viewer=viewer, lookup=lookup), count
