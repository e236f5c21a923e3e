"""On how few sellers and customers the sales rest, and who could carry more."""

from collections.abc import Callable
from statistics import median

from siyu.foundation.errors import NotAllowed
from siyu.rooms.insights.queries import read_rows, sellers_within
from siyu.rooms.insights.types import Lookup, Portrait
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.reports.types import ConcentrationMonth, Lift, MiddleSeller

_MILLION = 1_000_000
_COLUMNS = ("seller_id", "average_order_minor", "fans", "buyers", "orders")
_MIDDLE = (20, 60)
"""From the top, in percent: the 40th to the 80th percentile of sellers who sold."""


def concentration_of(*, viewer: Viewer, months: int = 13) -> list[ConcentrationMonth]:
    """The share of the best fifth of sellers and of customers, the last months, oldest first.

    Raises NotAllowed without the whole program.
    """
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("Concentration is of a whole program; ask headquarters.")
    rows = read_rows(viewer=viewer, lookup=Lookup(result="concentration", order_by=("month_on",)))
    shares = {(row["subject"], row["month_on"]): _share(row) for row in rows}
    days = sorted({row["month_on"] for row in rows})[-months:]
    return [
        ConcentrationMonth(
            month_on=on,
            sellers_ppm=shares.get(("sellers", on)),
            customers_ppm=shares.get(("customers", on)),
        )
        for on in days
    ]


def middle_sellers(*, viewer: Viewer) -> list[MiddleSeller]:
    """Sellers below the best fifth and above the weaker two, with what would lift each most.

    Of those within reach who sold to somebody known in 30 days. Sales are friends x buyers a
    friend x orders a buyer x average order; the lift is what she would sell more if the one of
    these in which she is weakest were as the median of the best fifth. Greatest lift first.
    """
    viewer.require(Right.SEE_SELLERS)
    rows = read_rows(
        viewer=viewer,
        lookup=Lookup(result="sellers_mart", columns=_COLUMNS, where=sellers_within(viewer=viewer)),
    )
    sold = [row for row in rows if row["orders"] and row["fans"]]
    sold.sort(key=lambda row: (-_sales(row), row["seller_id"]))
    first, last = (-(-len(sold) * percent // 100) for percent in _MIDDLE)
    best, middle = sold[:first], sold[first:last]
    usual = {lift: median(factor(row) for row in best) for lift, factor in _FACTORS.items() if best}
    found = [_middle(row, usual) for row in middle]
    return sorted(found, key=lambda each: (-each.more_minor, each.seller_id))


_FACTORS: dict[Lift, Callable[[Portrait], float]] = {
    Lift.FRIENDS: lambda row: row["fans"],
    Lift.BUYERS: lambda row: row["buyers"] / row["fans"],
    Lift.FREQUENCY: lambda row: row["orders"] / row["buyers"],
    Lift.ORDER_VALUE: lambda row: row["average_order_minor"],
}


def _sales(row: Portrait) -> int:
    """What known customers bought in 30 days, in minor units."""
    sales: int = row["average_order_minor"] * row["orders"]
    return sales


def _middle(row: Portrait, usual: dict[Lift, float]) -> MiddleSeller:
    ratios = {lift: usual[lift] / own for lift, factor in _FACTORS.items() if (own := factor(row))}
    lift = max(ratios, key=lambda each: ratios[each])
    more = max(ratios[lift] - 1, 0.0) * _sales(row)
    return MiddleSeller(
        seller_id=row["seller_id"],
        sales_minor=_sales(row),
        lift=lift,
        own=_FACTORS[lift](row),
        best=usual[lift],
        more_minor=round(more),
    )


def _share(row: Portrait) -> int | None:
    return row["top_minor"] * _MILLION // row["gmv_minor"] if row["gmv_minor"] else None
