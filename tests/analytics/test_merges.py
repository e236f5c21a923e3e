"""A night with merged customers equals a night of facts that knew them as one from the start."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from siyu.analytics.engine import NIGHTLY
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse
from tests.analytics.test_customers import lines
from tests.analytics.test_responses import DAY, LAUNCH, answers, task

LONG_AGO = date(2020, 1, 1)
INTO = {3: 9, 4: 9, 30: 2, 79: 80}


def facts_of(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Facts in which nobody serves the merged customers or tagged them any more."""
    facts = random_facts(seed)
    for name in ("follows", "customer_tags"):
        facts[name] = [row for row in facts[name] if row["customer_id"] not in INTO]
    return facts


def rewritten(facts: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    told = {
        name: [
            row | {"customer_id": INTO.get(row["customer_id"], row["customer_id"])}
            if "customer_id" in row
            else row
            for row in rows
        ]
        for name, rows in facts.items()
    }
    told["customers"] = [row for row in facts["customers"] if row["customer_id"] not in INTO]
    return told


def night(warehouse: Warehouse, facts: dict[str, Any]) -> dict[str, pa.Table]:
    warehouse.load(facts)
    return {each.name: warehouse.compute(each.name, as_of=AS_OF) for each in NIGHTLY}


@pytest.mark.parametrize("seed", [7])
def test_a_night_knows_merged_customers_as_one(warehouse: Warehouse, seed: int) -> None:
    facts = facts_of(seed)
    merges = [
        {"customer_id": k, "into_id": into, "merged_on": LONG_AGO, "is_undone": False}
        for k, into in INTO.items()
    ]
    undone = {"customer_id": 5, "into_id": 6, "merged_on": LONG_AGO, "is_undone": True}
    found = night(warehouse, facts | {"merges": [*merges, undone]})
    expected = night(warehouse, rewritten(facts))
    for name, rows in expected.items():
        keys = [(column, "ascending") for column in rows.schema.names]
        assert found[name].sort_by(keys) == rows.sort_by(keys), name
    known = set(found["customers_mart"]["customer_id"].to_pylist())
    assert not known & set(INTO)
    assert {5, 6, 9, 2, 80} <= known | {
        row["customer_id"] for row in facts["customers"] if row["is_deleted"]
    }


def test_who_was_merged_while_the_horizon_ran_leaves_the_read_out(warehouse: Warehouse) -> None:
    until = DAY + timedelta(days=7)

    def merge(k: int, into: int, on: date) -> dict[str, Any]:
        return {"customer_id": k, "into_id": into, "merged_on": on, "is_undone": False}

    warehouse.load(
        {
            "order_lines": lines((11, DAY, 100), (22, DAY, 200), (3, DAY, 400), (44, DAY, 800)),
            "contacts": [
                task(1, 1, DAY, "held"),
                task(2, 2, DAY),
                task(3, 3, DAY),
                task(4, 4, DAY),
            ],
            "merges": [
                merge(1, 11, DAY),
                merge(2, 22, until - timedelta(days=1)),
                merge(33, 3, until),
                merge(4, 44, DAY - timedelta(days=1)),
            ],
        }
    )
    found = answers(warehouse, as_of=until, launches=LAUNCH)
    assert found == {("due", DAY, False): (2, 2, 1_200, 400.0**2 + 800.0**2)}
