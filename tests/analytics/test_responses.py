"""What was bought after a draw, against counting one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import LAUNCHES, Warehouse
from tests.analytics.test_customers import lines

DAY = date(2024, 3, 1)
LAUNCH = {"due": (DAY, 7)}


def answers(
    warehouse: Warehouse, *, as_of: date = AS_OF, **more: Any
) -> dict[tuple[str, date, bool], tuple[int, int, int, float]]:
    rows = warehouse.run("responses", as_of=as_of, **more).to_pylist()
    return {
        (row["signal"], row["drawn_on"], row["is_held"]): (
            row["customers"],
            row["buyers"],
            row["spend_minor"],
            row["spend_squares"],
        )
        for row in rows
    }


def task(number: int, customer: int, drawn_on: date, state: str = "open") -> dict[str, Any]:
    return {
        "task_id": number,
        "customer_id": customer,
        "seller_id": 1,
        "drawn_on": drawn_on,
        "state": state,
    }


def plain(warehouse: Warehouse) -> dict[tuple[str, date, bool], tuple[int, int, int, float]]:
    def rows(name: str) -> list[dict[str, Any]]:
        return warehouse.engine.query(expression=table(name)).to_pylist()

    visits = rows("visits")
    grouped: dict[tuple[str, date, bool], list[list[int]]] = defaultdict(list)
    for signal, (launched_on, horizon) in LAUNCHES.items():
        seen = set()
        own = [row for row in rows("contacts") if row["signal"] == signal]
        for row in sorted(own, key=lambda each: (each["drawn_on"], each["task_id"])):
            end_on = row["drawn_on"] + timedelta(days=horizon)
            if row["drawn_on"] < launched_on or end_on > AS_OF or row["customer_id"] in seen:
                continue
            seen.add(row["customer_id"])
            grouped[signal, row["drawn_on"], row["state"] == "held"].append(
                [
                    visit["amount_minor"]
                    for visit in visits
                    if visit["customer_id"] == row["customer_id"]
                    and row["drawn_on"] <= visit["business_on"] < end_on
                ]
            )
    return {
        key: (
            len(own),
            sum(bool(bought) for bought in own),
            sum(map(sum, own)),
            float(sum(sum(bought) ** 2 for bought in own)),
        )
        for key, own in grouped.items()
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_it_equals_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed, customers=200))
    found = answers(warehouse)
    assert found == plain(warehouse)
    assert {held for _, _, held in found} == {True, False}


def test_the_horizon_begins_with_the_draw_and_must_have_passed(warehouse: Warehouse) -> None:
    bought = [(1, DAY, 100), (2, DAY + timedelta(6), 200), (3, DAY + timedelta(7), 400)]
    warehouse.load(
        {
            "order_lines": lines(*bought, (1, DAY - timedelta(1), 5), (4, DAY, 7)),
            "contacts": [
                *(task(k, k, DAY) for k in (1, 2, 3)),
                task(4, 4, DAY, "held"),
                task(5, 5, DAY + timedelta(1)),
            ],
        }
    )
    passed = answers(warehouse, as_of=DAY + timedelta(7), launches=LAUNCH)
    assert passed == {
        ("due", DAY, False): (3, 2, 300, 100.0**2 + 200.0**2),
        ("due", DAY, True): (1, 1, 7, 49.0),
    }
    assert answers(warehouse, as_of=DAY + timedelta(6), launches=LAUNCH) == {}


def test_a_customer_counts_once_with_her_first_draw(warehouse: Warehouse) -> None:
    later = DAY + timedelta(days=20)
    warehouse.load(
        {
            "order_lines": lines((1, later, 900)),
            "contacts": [
                task(1, 1, DAY - timedelta(days=1), "held"),
                task(2, 1, DAY, "skipped"),
                task(3, 1, later, "held"),
            ],
        }
    )
    found = answers(warehouse, launches=LAUNCH)
    assert found == {("due", DAY, False): (1, 0, 0, 0.0)}, "the draw before the launch is left out"


def test_without_a_launch_nothing_is_read_out(warehouse: Warehouse) -> None:
    warehouse.load({"contacts": [task(1, 1, DAY)]})
    assert answers(warehouse, launches={}) == {}
