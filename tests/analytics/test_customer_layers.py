"""Customers by unit, state and worth against counting one by one."""

from __future__ import annotations

from collections import Counter

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, UNITS, random_facts
from tests.analytics.conftest import Warehouse

WORTHS = {None: "", 1: "low", 2: "low", 3: "middle", 4: "high", 5: "high"}


@pytest.mark.parametrize("seed", [71, 72])
def test_they_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    rows = warehouse.run("customer_layers", as_of=AS_OF).to_pylist()
    customers = warehouse.engine.query(expression=table("customers_mart")).to_pylist()
    sellers = warehouse.engine.query(expression=table("sellers_mart")).to_pylist()
    homes = {row["seller_id"]: row["unit_id"] for row in sellers}
    people: Counter[tuple[int | None, str, str]] = Counter()
    spend: Counter[tuple[int | None, str, str]] = Counter()
    for row in customers:
        layer = (row["state"], WORTHS[row["m_quintile"]])
        for unit in (None, *UNITS.get(homes.get(row["seller_id"], 0), ())):
            people[unit, *layer] += 1
            spend[unit, *layer] += row["spend_minor"]
    found = {(row["unit_id"], row["state"], row["worth"]): row for row in rows}
    assert {key: row["customers"] for key, row in found.items()} == people
    assert {key: row["spend_minor"] for key, row in found.items()} == {k: spend[k] for k in people}
    assert len(found) == len(rows)
    of_all = sum(row["expected_value_minor"] for key, row in found.items() if key[0] is None)
    assert of_all == sum(row["expected_value_minor"] for row in customers)
    assert any(row["seller_id"] is None for row in customers), "some are nobody's"
