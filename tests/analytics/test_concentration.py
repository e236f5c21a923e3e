"""The best fifth's share of a month, against counting one by one."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse
from tests.analytics.test_customers import lines

Found = dict[tuple[str, date], tuple[int, int, int, int]]


def shares(warehouse: Warehouse) -> Found:
    rows = warehouse.run("concentration", as_of=AS_OF).to_pylist()
    return {
        (row["subject"], row["month_on"]): (
            row["members"],
            row["top_members"],
            row["gmv_minor"],
            row["top_minor"],
        )
        for row in rows
    }


def plain(warehouse: Warehouse) -> Found:
    amounts: dict[tuple[str, date], Counter[int]] = defaultdict(Counter)
    for row in warehouse.engine.query(expression=table("sales")).to_pylist():
        for subject, column in (("sellers", "seller_id"), ("customers", "customer_id")):
            if row[column] is not None and not row["is_gift"]:
                month = row["business_on"].replace(day=1)
                amounts[subject, month][row[column]] += row["amount_minor"]
    found = {}
    for key, own in amounts.items():
        ordered = sorted(own.values(), reverse=True)
        top = -(-len(ordered) // 5)
        found[key] = (len(ordered), top, sum(ordered), sum(ordered[:top]))
    return found


@pytest.mark.parametrize("seed", [8, 9])
def test_it_equals_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    found = shares(warehouse)
    assert found == plain(warehouse)
    assert {subject for subject, _ in found} == {"sellers", "customers"}


def test_one_of_five_carries_half(warehouse: Warehouse) -> None:
    bought = [(k, date(2024, 3, k), 100) for k in (1, 2, 3, 4)]
    warehouse.load({"order_lines": lines(*bought, (5, date(2024, 3, 31), 400))})
    assert shares(warehouse) == {("customers", date(2024, 3, 1)): (5, 1, 800, 400)}


def test_of_equal_amounts_only_as_many_count_as_there_are_places(warehouse: Warehouse) -> None:
    bought = [(k, date(2024, 3, k), 100) for k in range(1, 11)]
    warehouse.load({"order_lines": lines(*bought, (11, date(2024, 3, 31), 400))})
    assert shares(warehouse) == {("customers", date(2024, 3, 1)): (11, 3, 1_400, 600)}
