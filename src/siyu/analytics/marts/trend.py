"""The numbers of every day, for every unit of the organization and for the whole program."""

from __future__ import annotations

from typing import Any

import ibis

from siyu.analytics import metrics
from siyu.analytics.arithmetic import number_of, total

_NUMBERS = (
    "gmv_minor",
    "gmv_identified_minor",
    "refunds_minor",
    "orders",
    "buyers",
    "new_buyers",
)

TREND = ibis.schema({"unit_id": "int64", "business_on": "date", **dict.fromkeys(_NUMBERS, "int64")})


def trend(
    *, sales: ibis.Table, visits: ibis.Table, returns: ibis.Table, unit_ancestors: ibis.Table
) -> ibis.Table:
    """One row a unit and day with any sale or refund; unit_id null is the whole program.

    A unit's row holds everything credited to it and to the units below it. Columns: unit_id,
    business_on, and as `metrics` defines them gmv_minor, gmv_identified_minor,
    refunds_minor, orders, buyers, new_buyers (first purchase ever on that day).
    """
    one_unit = visits.filter(visits.unit_low_id == visits.unit_high_id)
    money = ibis.union(_amounts(sales), _refunds(returns))
    own = ibis.union(money, _visits(one_unit.mutate(unit_id="unit_low_id")))
    above = unit_ancestors.select(own_unit_id="unit_id", ancestor_id="ancestor_id")
    lifted = own.inner_join(above, own.unit_id == above.own_unit_id).select(
        "business_on", *_NUMBERS, unit_id="ancestor_id"
    )
    nowhere = ibis.null("int64")
    parts = ibis.union(
        lifted.select(*TREND),
        _several_units(sales, visits, above).select(*TREND),
        money.mutate(unit_id=nowhere).select(*TREND),
        _visits(visits.mutate(unit_id=nowhere)).select(*TREND),
    )
    return parts.group_by("unit_id", "business_on").agg(
        **{name: total(parts[name]) for name in _NUMBERS}
    )


def _numbers(table: ibis.Table, **known: Any) -> ibis.Table:
    zero = ibis.literal(0, "int64")
    numbers = {name: known.get(name, zero) for name in _NUMBERS}
    return table.select("unit_id", "business_on", **numbers)


def _amounts(sales: ibis.Table) -> ibis.Table:
    days = sales.group_by("unit_id", "business_on").agg(
        gmv_minor=metrics.gmv(sales), gmv_identified_minor=metrics.gmv_identified(sales)
    )
    return _numbers(days, gmv_minor=days.gmv_minor, gmv_identified_minor=days.gmv_identified_minor)


def _refunds(returns: ibis.Table) -> ibis.Table:
    days = returns.group_by("unit_id", "business_on").agg(refunds_minor=total(returns.amount_minor))
    return _numbers(days, refunds_minor=days.refunds_minor)


def _visits(visits: ibis.Table) -> ibis.Table:
    """Orders, buyers and new buyers of visits that lie within one unit each."""
    days = visits.group_by("unit_id", "business_on").agg(
        orders=total(visits.orders),
        buyers=visits.count(),
        new_buyers=number_of(visits, where=visits.previous_on.isnull()),
    )
    return _numbers(days, orders=days.orders, buyers=days.buyers, new_buyers=days.new_buyers)


def _several_units(sales: ibis.Table, visits: ibis.Table, above: ibis.Table) -> ibis.Table:
    """The same of visits credited to several units, counted once in each unit above them.

    They are few; only for them must orders and buyers be made distinct line by line.
    """
    several = visits.filter(visits.unit_low_id != visits.unit_high_id).select(
        visitor_id="customer_id", visited_on="business_on", previous_on="previous_on"
    )
    lines = sales.inner_join(
        several,
        (sales.customer_id == several.visitor_id) & (sales.business_on == several.visited_on),
    )
    lifted = lines.inner_join(above, lines.unit_id == above.own_unit_id).select(
        "business_on",
        "customer_id",
        "order_id",
        "amount_minor",
        "is_gift",
        unit_id="ancestor_id",
        is_new=lines.previous_on.isnull(),
    )
    bought = metrics.purchases(sales=lifted, by=["unit_id", "business_on", "is_new"])
    days = bought.group_by("unit_id", "business_on").agg(
        orders=metrics.orders(bought),
        buyers=metrics.buyers(bought),
        new_buyers=number_of(bought, where=bought.is_new & metrics.is_buyer(bought)),
    )
    return _numbers(days, orders=days.orders, buyers=days.buyers, new_buyers=days.new_buyers)
