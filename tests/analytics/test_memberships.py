"""Who belongs to a segment, night after night."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow.parquet as pq

from siyu.analytics.conditions import Condition, Operator
from tests.analytics.conftest import Warehouse
from tests.analytics.test_signals import mart_row

NIGHT = date(2024, 5, 1)
BUYERS = {5: ((Condition(field="orders", operator=Operator.AT_LEAST, values=(1,)),),)}
Stays = list[tuple[int, int, date, date | None]]


def night(warehouse: Warehouse, on: date, orders: dict[int, int], **parameters: Any) -> Stays:
    """The stays of a night that knows so many orders of each customer."""
    warehouse.load_result(
        "customers_mart",
        [mart_row(customer_id=key, orders=count) for key, count in orders.items()],
    )
    given = {"audiences": BUYERS} | parameters
    rows = warehouse.compute("memberships", as_of=on, **given).to_pylist()
    return [
        (row["segment_id"], row["customer_id"], row["entered_on"], row["left_on"])
        for row in sorted(rows, key=lambda row: (row["customer_id"], row["entered_on"]))
    ]


def begin(warehouse: Warehouse) -> None:
    warehouse.load({})
    warehouse.load_result("sales", [])
    warehouse.load_result("goods", [])
    warehouse.load_result("fresh_tags", [])


def carry(warehouse: Warehouse) -> None:
    """Let the next night read what the last one wrote."""
    kept = warehouse.folder / "carried.parquet"
    pq.write_table(pq.read_table(warehouse.path("memberships")), kept)
    warehouse.engine.register(name="memberships_before", files=[kept])


def later(days: int) -> date:
    return NIGHT + timedelta(days=days)


def test_who_comes_goes_and_comes_back_is_dated(warehouse: Warehouse) -> None:
    begin(warehouse)
    assert night(warehouse, NIGHT, {1: 1, 2: 0}) == [(5, 1, NIGHT, None)]
    carry(warehouse)
    assert night(warehouse, later(1), {1: 0, 2: 3}) == [
        (5, 1, NIGHT, later(1)),
        (5, 2, later(1), None),
    ]
    carry(warehouse)
    assert night(warehouse, later(2), {1: 1, 2: 3}) == [
        (5, 1, NIGHT, later(1)),
        (5, 1, later(2), None),
        (5, 2, later(1), None),
    ]


def test_a_night_done_again_tells_the_same(warehouse: Warehouse) -> None:
    begin(warehouse)
    night(warehouse, NIGHT, {1: 1, 2: 0})
    carry(warehouse)
    first = night(warehouse, later(1), {1: 0, 2: 3})
    carry(warehouse)
    assert night(warehouse, later(1), {1: 0, 2: 3}) == first
    carry(warehouse)
    # Facts that came meanwhile count as if they had been there in the first place.
    assert night(warehouse, later(1), {1: 1, 2: 0}) == [(5, 1, NIGHT, None)]


def test_old_stays_and_other_segments_are_forgotten(warehouse: Warehouse) -> None:
    begin(warehouse)
    warehouse.load_result(
        "memberships",
        [
            {"segment_id": 5, "customer_id": 1, "entered_on": later(-900), "left_on": later(-401)},
            {"segment_id": 5, "customer_id": 1, "entered_on": later(-900), "left_on": later(-400)},
            {"segment_id": 6, "customer_id": 1, "entered_on": later(-9), "left_on": None},
        ],
    )
    carry(warehouse)
    assert night(warehouse, NIGHT, {1: 0}) == [(5, 1, later(-900), later(-400))]
    assert night(warehouse, NIGHT, {1: 4}, audiences={}) == []


def test_sizes_count_who_is_in_who_came_and_who_went(warehouse: Warehouse) -> None:
    begin(warehouse)
    night(warehouse, NIGHT, {1: 1, 2: 1, 3: 0})
    carry(warehouse)
    night(warehouse, later(1), {1: 1, 2: 0, 3: 2})
    assert warehouse.compute("segment_sizes", as_of=later(1)).to_pylist() == [
        {"segment_id": 5, "members": 2, "entered": 1, "left": 1}
    ]
