"""Lives of buying relations against counting one by one."""

from __future__ import annotations

from collections import Counter

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse


@pytest.mark.parametrize("seed", [61, 62])
def test_they_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    rows = warehouse.run("lives", as_of=AS_OF).to_pylist()
    customers = warehouse.engine.query(expression=table("customers_mart")).to_pylist()
    sellers = {
        row["seller_id"]: row
        for row in warehouse.engine.query(expression=table("sellers_mart")).to_pylist()
    }
    plain: Counter[tuple[str, str, int, bool]] = Counter()
    for row in customers:
        if row["first_on"] is not None:
            is_lost = row["state"] == "lost"
            days = ((row["last_on"] if is_lost else AS_OF) - row["first_on"]).days
            for cut in ("kind", "persona"):
                group = sellers[row["seller_id"]][cut] if row["seller_id"] in sellers else ""
                plain[cut, group, days, is_lost] += 1
    found = Counter(
        {
            (row["cut"], row["group_key"], row["duration_days"], row["has_ended"]): row["customers"]
            for row in rows
        }
    )
    assert found == plain
    assert len(found) == len(rows)
    assert {has_ended for *_, has_ended in found} == {True, False}
    assert ("kind", "") in {key[:2] for key in found}
