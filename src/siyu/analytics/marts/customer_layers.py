"""Customers of every org unit by life-cycle state and by what they are worth."""

from __future__ import annotations

from typing import Any

import ibis

from siyu.analytics.arithmetic import total

# What a buyer is worth, by the quintile of her spend; 5 is best.
WORTH_QUINTILES = {"high": (4, 5), "middle": (3,), "low": (1, 2)}
NO_BUYER = ""

_NUMBERS = ("customers", "spend_minor", "expected_value_minor")
CUSTOMER_LAYERS = ibis.schema(
    {"unit_id": "int64", "state": "string", "worth": "string", **dict.fromkeys(_NUMBERS, "int64")}
)


def customer_layers(
    *, customers_mart: ibis.Table, sellers_mart: ibis.Table, unit_ancestors: ibis.Table
) -> ibis.Table:
    """One row a unit, life-cycle state and worth; unit_id null is the whole program.

    A customer belongs to the unit of the seller who serves her, and to the units above it; whom
    nobody serves to the whole program only. Columns: unit_id, state (as in `customers`), worth
    (high, middle, low by the quintile of spend; `NO_BUYER` for those who never ordered),
    customers, spend_minor (ever, before refunds), expected_value_minor (of 30 days).
    """
    told = customers_mart.select(
        "seller_id",
        "state",
        "spend_minor",
        "expected_value_minor",
        worth=_worth(customers_mart.m_quintile),
    )
    homes = sellers_mart.select("unit_id", home_seller_id="seller_id")
    placed = told.left_join(homes, told.seller_id == homes.home_seller_id)
    own = placed.group_by("unit_id", "state", "worth").agg(
        customers=placed.count(),
        spend_minor=total(placed.spend_minor),
        expected_value_minor=total(placed.expected_value_minor),
    )
    above = unit_ancestors.select("ancestor_id", own_unit_id="unit_id")
    lifted = own.inner_join(above, own.unit_id == above.own_unit_id).drop("unit_id", "own_unit_id")
    parts = ibis.union(
        lifted.rename(unit_id="ancestor_id").select(*CUSTOMER_LAYERS),
        own.mutate(unit_id=ibis.null("int64")).select(*CUSTOMER_LAYERS),
    )
    return parts.group_by("unit_id", "state", "worth").agg(
        **{name: total(parts[name]) for name in _NUMBERS}
    )


def _worth(quintile: Any) -> Any:
    named = ((quintile.isin(places), worth) for worth, places in WORTH_QUINTILES.items())
    return ibis.cases(*named, else_=NO_BUYER)
