"""What every customer is measured against: one row of a whole program."""

from __future__ import annotations

import ibis

from siyu.analytics.arithmetic import PPM, half_up, total
from siyu.analytics.marts.propensity import ALL_BUYERS, ALL_PROSPECTS
from siyu.analytics.marts.quintiles import cuts, quintile_cuts

_FIFTHS = range(2, 6)

STANDARDS = ibis.schema(
    {f"r{k}": "date" for k in _FIFTHS}
    | {f"{prefix}{k}": "int64" for prefix in ("f", "m") for k in _FIFTHS}
    | {
        "top": "int64",
        "top_then": "int64",
        "common_order_minor": "int64",
        "buyers_ppm": "int64",
        "prospects_ppm": "int64",
    }
)


def standards(*, histories: ibis.Table, propensity: ibis.Table) -> ibis.Table:
    """One row; none before there is a buyer or a friend.

    Columns: r2 to r5, f2 to f5, m2 to m5 (the cuts between the fifths of all buyers by last
    purchase, orders and spend, see `cuts`), top and top_then (spend of the top tenth, now and 30
    days ago), common_order_minor (the average order, half up), buyers_ppm and prospects_ppm (the
    chances of all buyers and of all prospects; one half where none was seen, which is Laplace's
    rule without any evidence).
    """
    then = histories.select(
        "spend_30_minor",
        spend_then_minor=histories.spend_minor - histories.spend_30_minor,
        orders_then=histories.orders - histories.orders_30,
    )
    then = then.filter(then.orders_then > 0)
    spent, ordered = total(histories.spend_minor), total(histories.orders)
    parts = (
        quintile_cuts(histories, "orders", "f"),
        cuts(histories, "spend_minor", top=(9, 10), **{f"m{k}": (k - 1, 5) for k in _FIFTHS}),
        cuts(then, "spend_then_minor", top_then=(9, 10)),
        histories.aggregate(
            common_order_minor=half_up(numerator=spent, denominator=ordered.nullif(0))
        ),
        _chances(propensity),
    )
    row = quintile_cuts(histories, "last_on", "r")
    for part in parts:
        row = row.cross_join(part)
    return row.filter(row.common_order_minor.notnull() | (row.buckets > 0)).select(*STANDARDS)


def _chances(propensity: ibis.Table) -> ibis.Table:
    chance, bucket = propensity.propensity_ppm, propensity.bucket
    return propensity.aggregate(
        buckets=propensity.count(),
        buyers_ppm=chance.max(where=bucket == ALL_BUYERS).fill_null(PPM // 2),
        prospects_ppm=chance.max(where=bucket == ALL_PROSPECTS).fill_null(PPM // 2),
    )
