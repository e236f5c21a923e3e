"""Conditions on customers, combined by and, or and not, over what a night computed.

An audience is a tuple of groups. A customer belongs to it where every group holds; a group holds
where one of its conditions does. Any combination of and, or and not can be written so (it is the
conjunctive normal form). An audience without groups is everyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import reduce
from typing import Any

import ibis

from siyu.analytics.arithmetic import days_between


class Kind(StrEnum):
    """What a field holds, and so what can be asked of it."""

    WORD = "word"
    LEVEL = "level"
    FLAG = "flag"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    DAYS_AGO = "days_ago"
    GOODS = "goods"
    SELLER = "seller"
    TAG = "tag"


class Operator(StrEnum):
    """What is asked of a field."""

    IS = "is"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


FIELDS: dict[str, Kind] = {
    "state": Kind.WORD,
    "gender": Kind.WORD,
    "age_band": Kind.WORD,
    "city_tier": Kind.LEVEL,
    "favourite_hours": Kind.WORD,
    "birth_month": Kind.LEVEL,
    "r_quintile": Kind.LEVEL,
    "f_quintile": Kind.LEVEL,
    "m_quintile": Kind.LEVEL,
    "is_top": Kind.FLAG,
    "opted_out": Kind.FLAG,
    "orders": Kind.COUNT,
    "orders_30": Kind.COUNT,
    "orders_90": Kind.COUNT,
    "purchase_days": Kind.COUNT,
    "usual_gap_days": Kind.COUNT,
    "days_to_birthday": Kind.COUNT,
    "spend_minor": Kind.MONEY,
    "net_spend_minor": Kind.MONEY,
    "refunds_minor": Kind.MONEY,
    "average_order_minor": Kind.MONEY,
    "expected_value_minor": Kind.MONEY,
    "value_90_minor": Kind.MONEY,
    "alive_ppm": Kind.PERCENT,
    "propensity_ppm": Kind.PERCENT,
    "first_on": Kind.DAYS_AGO,
    "last_on": Kind.DAYS_AGO,
    "followed_on": Kind.DAYS_AGO,
    "category_id": Kind.GOODS,
    "brand_id": Kind.GOODS,
    "product_id": Kind.GOODS,
    "tag_id": Kind.TAG,
    "unit_id": Kind.SELLER,
    "seller_kind": Kind.SELLER,
}
NUMBERS = (Kind.COUNT, Kind.MONEY, Kind.PERCENT, Kind.DAYS_AGO)
_SELLER_COLUMNS = {"unit_id": "unit_id", "seller_kind": "kind"}


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One question about a customer; a value that is not known meets none, and every negation.

    ``values`` are the words or ids of which one must be hers, or the one bound of a number
    (money in minor units, percents in millionths, days before the day of the list). For goods,
    ``times`` orders or more within the last ``days`` must hold one of them.
    """

    field: str
    operator: Operator = Operator.IS
    values: tuple[int | str, ...] = ()
    days: int = 0
    times: int = 1
    negated: bool = False


Audience = tuple[tuple[Condition, ...], ...]


def operators_of(*, kind: Kind) -> tuple[Operator, ...]:
    """What can be asked of a field of a kind."""
    return (Operator.AT_LEAST, Operator.AT_MOST) if kind in NUMBERS else (Operator.IS,)


def members(
    *,
    customers_mart: ibis.Table,
    sellers: ibis.Table,
    sales: ibis.Table,
    goods: ibis.Table,
    fresh_tags: ibis.Table,
    audience: Audience,
    as_of: date,
) -> ibis.Table:
    """The rows of the customers mart that belong to an audience, with its columns.

    ``sellers`` has a row a seller with seller_id, unit_id and kind: today's. ``fresh_tags`` has a
    row a tag and customer who bears it.
    """
    asked = [condition for group in audience for condition in group]
    table = customers_mart
    if any(FIELDS[each.field] is Kind.SELLER for each in asked):
        own = sellers.select(
            looked_after_by="seller_id", seller_unit_id="unit_id", seller_kind="kind"
        )
        table = table.left_join(own, table.seller_id == own.looked_after_by)
    for place, condition in enumerate(asked):
        kind, column = FIELDS[condition.field], f"found_{place}"
        if kind is Kind.GOODS:
            found = _buyers(sales, goods, condition, as_of)
        elif kind is Kind.TAG:
            bearing = fresh_tags.filter(fresh_tags.tag_id.isin(condition.values))
            found = bearing.select(found_id="customer_id").distinct()
        else:
            continue
        found = found.rename({column: "found_id"})
        table = table.left_join(found, table.customer_id == found[column])
    place = 0
    groups = []
    for group in audience:
        held = [_holds(table, one, place + k, as_of) for k, one in enumerate(group)]
        groups.append(reduce(lambda left, right: left | right, held))
        place += len(group)
    return table.filter(*groups).select(*customers_mart.columns) if groups else table


def _holds(table: ibis.Table, condition: Condition, place: int, as_of: date) -> Any:
    kind = FIELDS[condition.field]
    if kind in (Kind.GOODS, Kind.TAG):
        met = table[f"found_{place}"].notnull()
    elif kind is Kind.FLAG:
        met = table[condition.field]
    elif kind is Kind.DAYS_AGO:
        ago = days_between(start=table[condition.field], end=ibis.literal(as_of))
        met = _compared(ago, condition)
    elif kind is Kind.SELLER:
        met = table[{"unit_id": "seller_unit_id"}.get(condition.field, condition.field)].isin(
            condition.values
        )
    else:
        met = _compared(table[condition.field], condition)
    met = met.fill_null(False)
    return ~met if condition.negated else met


def _compared(value: Any, condition: Condition) -> Any:
    if condition.operator is Operator.IS:
        return value.isin(condition.values)
    (bound,) = condition.values
    return value >= bound if condition.operator is Operator.AT_LEAST else value <= bound


def _buyers(sales: ibis.Table, goods: ibis.Table, condition: Condition, as_of: date) -> ibis.Table:
    """The customers with so many orders of the goods lately: found_id."""
    lately = sales.filter(
        sales.customer_id.notnull(),
        ~sales.is_gift,
        sales.business_on >= as_of - timedelta(days=condition.days),
    )
    chosen = goods.filter(goods[condition.field].isin(condition.values))
    bought = lately.semi_join(chosen, "product_id")
    if condition.times == 1:
        return bought.select(found_id="customer_id").distinct()
    by_customer = bought.group_by(found_id="customer_id").agg(orders=bought.order_id.nunique())
    return by_customer.filter(by_customer.orders >= condition.times).select("found_id")
