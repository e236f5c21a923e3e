"""What sellers and units sold by day, hour and month: tables that are kept up all day long.

A run over what changed computes the days it was told anew and keeps the others, so that its
tables equal those of a run over everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis

from siyu.analytics import metrics
from siyu.analytics.arithmetic import total

_AMOUNTS = ("gmv_minor", "refunds_minor", "orders", "buyers")
SELLER_DAYS = ibis.schema(
    {
        "business_on": "date",
        "seller_id": "int64",
        "unit_id": "int64",
        **dict.fromkeys(_AMOUNTS, "int64"),
    }
)
UNIT_HOURS = ibis.schema(
    {
        "unit_id": "int64",
        "business_on": "date",
        "local_hour": "int32",
        "gmv_minor": "int64",
        "orders": "int64",
    }
)
MONTH_SALES = ibis.schema(
    {
        "month_on": "date",
        "unit_id": "int64",
        "seller_id": "int64",
        "gmv_minor": "int64",
        "refunds_minor": "int64",
    }
)
_BY_SELLER = ("business_on", "seller_id", "unit_id")
_BY_HOUR = ("unit_id", "business_on", "local_hour")


def seller_days(
    *,
    sales: ibis.Table,
    returns: ibis.Table,
    seller_days_before: ibis.Table,
    since: date,
    touched: Sequence[date],
) -> ibis.Table:
    """One row a day, credited seller and unit with any sale or refund, from `since` on.

    `sales` and `returns` hold the days `touched` and no other; all other days come from
    `seller_days_before`. Columns: business_on, seller_id and unit_id (null: credited to nobody),
    and as `metrics` defines them gmv_minor, refunds_minor, orders, buyers.
    """
    bought = metrics.purchases(sales=sales, by=_BY_SELLER)
    sold = bought.group_by(*_BY_SELLER).agg(
        gmv_minor=metrics.gmv(bought),
        orders=metrics.orders(bought),
        buyers=metrics.buyers(bought),
    )
    given_back = returns.group_by(*_BY_SELLER).agg(refunds_minor=total(returns.amount_minor))
    both = ibis.union(_filled(sold), _filled(given_back))
    fresh = both.group_by(*_BY_SELLER).agg(**{name: total(both[name]) for name in _AMOUNTS})
    return _since(ibis.union(_kept(seller_days_before, touched), fresh.select(*SELLER_DAYS)), since)


def unit_hours(
    *,
    sales: ibis.Table,
    unit_ancestors: ibis.Table,
    unit_hours_before: ibis.Table,
    hours_since: date,
    touched: Sequence[date],
) -> ibis.Table:
    """One row a unit, day and hour with a sale, from `hours_since` on; unit null: the program.

    A unit's row holds what is credited to it and to the units below it. `sales` holds the days
    `touched`; all others come from `unit_hours_before`. Columns: unit_id, business_on,
    local_hour, gmv_minor, orders (of known customers, as `metrics` defines them).
    """
    above = unit_ancestors.select(own_unit_id="unit_id", ancestor_id="ancestor_id")
    columns = ("customer_id", "order_id", "business_on", "local_hour", "amount_minor", "is_gift")
    lifted = sales.inner_join(above, sales.unit_id == above.own_unit_id).select(
        *columns, unit_id="ancestor_id"
    )
    whole = sales.select(*columns, unit_id=ibis.null("int64"))
    bought = metrics.purchases(sales=ibis.union(lifted, whole), by=_BY_HOUR)
    fresh = bought.group_by(*_BY_HOUR).agg(
        gmv_minor=metrics.gmv(bought), orders=metrics.orders(bought)
    )
    both = ibis.union(_kept(unit_hours_before, touched), fresh.select(*UNIT_HOURS))
    return _since(both, hours_since)


def month_sales(*, seller_days: ibis.Table, unit_ancestors: ibis.Table) -> ibis.Table:
    """One row a month and unit (null: the program), and one a month and seller.

    A unit's row holds what is credited to it and to the units below it, and has no seller_id; a
    seller's row has no unit_id, and holds what she sold wherever it was. The program's row has
    neither. Columns: month_on (the first day), unit_id, seller_id, gmv_minor, refunds_minor.
    """
    days = seller_days.mutate(month_on=seller_days.business_on.truncate("M").cast("date"))
    above = unit_ancestors.select(own_unit_id="unit_id", ancestor_id="ancestor_id")
    nobody = ibis.null("int64")
    amounts = ("month_on", "gmv_minor", "refunds_minor")
    own = days.filter(days.seller_id.notnull())
    parts = ibis.union(
        days.inner_join(above, days.unit_id == above.own_unit_id).select(
            *amounts, unit_id="ancestor_id", seller_id=nobody
        ),
        own.select(*amounts, "seller_id", unit_id=nobody).select(*amounts, "unit_id", "seller_id"),
        days.select(*amounts, unit_id=nobody, seller_id=nobody),
    )
    return parts.group_by("month_on", "unit_id", "seller_id").agg(
        gmv_minor=total(parts.gmv_minor), refunds_minor=total(parts.refunds_minor)
    )


def _filled(table: ibis.Table) -> ibis.Table:
    zero = ibis.literal(0, "int64")
    return table.select(
        *_BY_SELLER, **{name: table[name] if name in table.columns else zero for name in _AMOUNTS}
    )


def _kept(before: ibis.Table, touched: Sequence[date]) -> ibis.Table:
    return before.filter(~before.business_on.isin(_days(touched)))


def _days(days: Sequence[date]) -> list[Any]:
    return [ibis.literal(day) for day in days]


def _since(table: ibis.Table, since: date) -> ibis.Table:
    return table.filter(table.business_on >= since)
