"""What sellers sold in past months, and when they began."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries.published import publication_of, sellers_within
from siyu.rooms.insights.types import Lookup
from siyu.rooms.operations.types import Right, Viewer


def sold_by_seller(*, viewer: Viewer, first_on: date, last_on: date) -> dict[int, int]:
    """Net sales in minor units of each seller within reach, of the months from one to another.

    Of this month and the thirteen before the last night; empty before the first.
    """
    viewer.require(Right.SEE_SELLERS)
    rows = _read(viewer, Lookup(result="seller_months", where=sellers_within(viewer=viewer)))
    if rows is None:
        return {}
    months = rows["month_on"]
    asked = rows.filter(pc.and_(pc.greater_equal(months, first_on), pc.less_equal(months, last_on)))
    net = asked.append_column("net", pc.subtract(asked["gmv_minor"], asked["refunds_minor"]))
    sums = net.group_by("seller_id").aggregate([("net", "sum")])
    return dict(zip(sums["seller_id"].to_pylist(), sums["net_sum"].to_pylist(), strict=True))


def sellers_began(*, viewer: Viewer, since: date) -> frozenset[int]:
    """The sellers within reach who began on a day or later; none before the first night."""
    viewer.require(Right.SEE_SELLERS)
    columns = ("seller_id", "started_on")
    rows = _read(
        viewer, Lookup(result="sellers_mart", columns=columns, where=sellers_within(viewer=viewer))
    )
    if rows is None:
        return frozenset()
    began = rows.filter(pc.greater_equal(rows["started_on"], since))
    return frozenset(began["seller_id"].to_pylist())


def _read(viewer: Viewer, lookup: Lookup) -> pa.Table | None:
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return None
    return warehouse().read(program_id=viewer.program_id, run_id=publication.run_id, lookup=lookup)
