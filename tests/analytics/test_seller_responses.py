"""What sellers sold after a task about them, against counting one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse

DAYS = 14
Told = dict[tuple[str, date, bool], tuple[int, int, int, float]]


def told(warehouse: Warehouse, as_of: date = AS_OF) -> Told:
    rows = warehouse.run("seller_responses", as_of=as_of).to_pylist()
    return {
        (row["signal"], row["drawn_on"], row["is_held"]): (
            row["sellers"],
            row["selling"],
            row["sales_minor"],
            row["sales_squares"],
        )
        for row in rows
    }


def plain(warehouse: Warehouse) -> Told:
    def rows(name: str) -> list[dict[str, Any]]:
        return warehouse.engine.query(expression=table(name)).to_pylist()

    sold = [row for row in rows("sales") if not row["is_gift"]]
    grouped: dict[tuple[str, date, bool], list[list[int]]] = defaultdict(list)
    seen = set()
    for task in sorted(rows("coachings"), key=lambda each: (each["drawn_on"], each["task_id"])):
        end_on = task["drawn_on"] + timedelta(days=DAYS)
        if end_on > AS_OF or (task["signal"], task["seller_id"]) in seen:
            continue
        seen.add((task["signal"], task["seller_id"]))
        grouped[task["signal"], task["drawn_on"], task["state"] == "held"].append(
            [
                line["amount_minor"]
                for line in sold
                if line["seller_id"] == task["seller_id"]
                and task["drawn_on"] <= line["business_on"] < end_on
            ]
        )
    return {
        key: (
            len(own),
            sum(bool(lines) for lines in own),
            sum(map(sum, own)),
            float(sum(sum(lines) ** 2 for lines in own)),
        )
        for key, own in grouped.items()
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_it_equals_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    found = told(warehouse)
    assert found == plain(warehouse)
    assert {held for _, _, held in found} == {True, False}
    assert {sold > 0 for _, sold, _, _ in found.values()} == {True, False}


def test_a_draw_waits_for_its_horizon(warehouse: Warehouse) -> None:
    task = {
        "task_id": 1,
        "seller_id": 1,
        "signal": "seller_silent",
        "drawn_on": AS_OF - timedelta(days=DAYS),
        "state": "done",
    }
    warehouse.load({"coachings": [task]})
    assert told(warehouse) == {("seller_silent", task["drawn_on"], False): (1, 0, 0, 0.0)}
    assert told(warehouse, AS_OF - timedelta(days=1)) == {}
