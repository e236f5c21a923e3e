"""Conditions on customers, against asking each customer by herself."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics.conditions import FIELDS, Audience, Condition, Kind, Operator, members
from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, UNITS, random_facts
from tests.analytics.conftest import Warehouse

Rows = list[dict[str, Any]]
WORDS: dict[str, list[int | str]] = {
    "state": ["prospect", "new", "active", "slowing", "silent", "lost", "won_back"],
    "gender": ["female", "male", "unknown"],
    "age_band": ["under_18", "18_24", "31_35", "over_60", "unknown"],
    "city_tier": [1, 2, 5],
    "favourite_hours": ["0-5", "6-8", "9-11", "21-23"],
    "birth_month": list(range(1, 13)),
    "r_quintile": [1, 2, 3, 4, 5],
    "f_quintile": [1, 2, 3, 4, 5],
    "m_quintile": [1, 2, 3, 4, 5],
    "category_id": [3, 5, 7],
    "brand_id": [31, 32],
    "product_id": list(range(1, 13)),
    "tag_id": [1, 2, 3, 4],
    "unit_id": sorted(UNITS),
    "seller_kind": ["guide", "koc"],
}
BOUNDS = {Kind.COUNT: 12, Kind.MONEY: 20_000, Kind.PERCENT: 1_000_000, Kind.DAYS_AGO: 500}


def random_condition(draw: random.Random) -> Condition:
    field = draw.choice(sorted(FIELDS))
    kind = FIELDS[field]
    negated = draw.random() < 0.3
    if kind is Kind.FLAG:
        return Condition(field=field, negated=negated)
    if kind in BOUNDS:
        operator = draw.choice([Operator.AT_LEAST, Operator.AT_MOST])
        bound = draw.randrange(BOUNDS[kind])
        return Condition(field=field, operator=operator, values=(bound,), negated=negated)
    values = tuple(draw.sample(WORDS[field], draw.randint(1, 2)))
    days, times = draw.choice([10, 90, 400]), draw.randint(1, 2)
    return Condition(field=field, values=values, days=days, times=times, negated=negated)


def random_audience(draw: random.Random) -> Audience:
    return tuple(
        tuple(random_condition(draw) for _ in range(draw.randint(1, 3)))
        for _ in range(draw.randint(1, 3))
    )


def holds(condition: Condition, row: dict[str, Any], sellers: Rows, orders: Rows) -> bool:
    field, kind = condition.field, FIELDS[condition.field]
    if kind is Kind.GOODS:
        since = AS_OF - timedelta(days=condition.days)
        bought = {
            line["order_id"]
            for line in orders
            if line["customer_id"] == row["customer_id"]
            and line["business_on"] >= since
            and not line["is_gift"]
            and line.get(field) in condition.values
        }
        met = len(bought) >= condition.times
    elif kind is Kind.TAG:
        met = bool(row["tags"] & set(condition.values))
    elif kind is Kind.SELLER:
        own = [each for each in sellers if each["seller_id"] == row["seller_id"]]
        column = {"unit_id": "unit_id", "seller_kind": "kind"}[field]
        met = bool(own) and own[0][column] in condition.values
    elif kind is Kind.FLAG:
        met = bool(row[field])
    else:
        value = row[field]
        if isinstance(value, date):
            value = (AS_OF - value).days
        met = (
            value is not None
            and {
                Operator.IS: lambda: value in condition.values,
                Operator.AT_LEAST: lambda: value >= condition.values[0],
                Operator.AT_MOST: lambda: value <= condition.values[0],
            }[condition.operator]()
        )
    return met is not condition.negated


_READ = ("customers_mart", "sellers", "sales", "goods", "fresh_tags")


def found_by(warehouse: Warehouse, audience: Audience) -> list[int]:
    read = {name: table(name) for name in _READ}
    chosen = members(**read, audience=audience, as_of=AS_OF)
    rows = warehouse.engine.query(expression=chosen).to_pylist()
    return sorted(row["customer_id"] for row in rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_audiences_equal_asking_each_customer(warehouse: Warehouse, seed: int) -> None:
    facts = random_facts(seed)
    warehouse.load(facts)
    warehouse.run("customers_mart", as_of=AS_OF)
    warehouse.run("goods", as_of=AS_OF)
    warehouse.run("fresh_tags", as_of=AS_OF)
    customers = warehouse.engine.query(expression=table("customers_mart")).to_pylist()
    sellers = warehouse.engine.query(expression=table("sellers")).to_pylist()
    goods = {
        row["product_id"]: row
        for row in warehouse.engine.query(expression=table("goods")).to_pylist()
    }
    lines: dict[int, Rows] = defaultdict(list)
    for line in warehouse.engine.query(expression=table("sales")).to_pylist():
        lines[line["customer_id"]].append(line | goods.get(line["product_id"], {}))
    tags: dict[int, set[int]] = defaultdict(set)
    for each in warehouse.engine.query(expression=table("fresh_tags")).to_pylist():
        tags[each["customer_id"]].add(each["tag_id"])
    customers = [row | {"tags": tags[row["customer_id"]]} for row in customers]
    draw = random.Random(seed)
    sizes = set()
    for _ in range(25):
        audience = random_audience(draw)
        expected = sorted(
            row["customer_id"]
            for row in customers
            if all(
                any(holds(one, row, sellers, lines[row["customer_id"]]) for one in group)
                for group in audience
            )
        )
        assert found_by(warehouse, audience) == expected, audience
        sizes.add(len(expected))
    assert len(sizes) > 5


def test_without_conditions_everyone_belongs(warehouse: Warehouse) -> None:
    warehouse.load(random_facts(3))
    warehouse.run("customers_mart", as_of=AS_OF)
    warehouse.run("goods", as_of=AS_OF)
    everyone = warehouse.engine.query(expression=table("customers_mart")).num_rows
    assert len(found_by(warehouse, ())) == everyone > 0


def test_what_is_not_known_meets_only_the_negation(warehouse: Warehouse) -> None:
    warehouse.load({"customers": [{"customer_id": 1}]})
    warehouse.run("customers_mart", as_of=AS_OF)
    warehouse.run("goods", as_of=AS_OF)
    long_ago = Condition(field="last_on", operator=Operator.AT_LEAST, values=(0,))
    recent = Condition(field="last_on", operator=Operator.AT_MOST, values=(90,))
    assert found_by(warehouse, ((long_ago,),)) == []
    assert found_by(warehouse, ((recent,),)) == []
    unknown = Condition(field="last_on", operator=Operator.AT_MOST, values=(90,), negated=True)
    assert found_by(warehouse, ((unknown,),)) == [1]
