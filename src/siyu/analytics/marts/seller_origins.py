"""Where sellers came from, and what became of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import number_of, total

FIRST_DAYS = 30
_RECENT_DAYS = 90

SELLER_ORIGINS = ibis.schema(
    {
        "unit_id": "int64",
        "origin": "string",
        "is_invited": "boolean",
        "sellers": "int64",
        "recent": "int64",
        "known_30": "int64",
        "sold_30": "int64",
        "selling": "int64",
        "lost": "int64",
        "gmv_minor": "int64",
    }
)


def seller_origins(*, sellers: ibis.Table, sellers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """One row a unit, origin and whether another seller invited them.

    Columns: unit_id, origin (empty: not told), is_invited; sellers; recent (joined in the last 90
    days); known_30 (joined 30 days ago or longer) and sold_30 (of these, who sold within 30 days
    of joining); selling and gmv_minor (with sales in the last 30 days, and these sales); lost
    (left, or sold nothing in 180 days).
    """
    joined = sellers.select(own_id="seller_id", joined_on="joined_on")
    table = sellers_mart.inner_join(joined, sellers_mart.seller_id == joined.own_id)
    table = table.mutate(is_invited=table.invited_by_id.notnull())
    long_ago = as_of - timedelta(days=FIRST_DAYS)
    known = (table.joined_on <= long_ago).fill_null(False)
    until: Any = table.joined_on + ibis.interval(days=FIRST_DAYS)
    in_time = (table.first_sale_on < until.cast("date")).fill_null(False)
    recent = (table.joined_on >= as_of - timedelta(days=_RECENT_DAYS)).fill_null(False)
    return table.group_by("unit_id", "origin", "is_invited").agg(
        sellers=table.count(),
        recent=number_of(table, where=recent),
        known_30=number_of(table, where=known),
        sold_30=number_of(table, where=known & in_time),
        selling=number_of(table, where=table.gmv_minor > 0),
        lost=number_of(table, where=table.life == "lost"),
        gmv_minor=total(table.gmv_minor),
    )
