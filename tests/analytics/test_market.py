"""The market clock against asking on every day who is awaited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.facts import fact_table
from tests.analytics.reference import Clock, sold_lines, visits_of
from tests.analytics.test_customers import lines

DAY = date(2023, 1, 1)


def on(*days: int) -> list[date]:
    return [DAY + timedelta(days=day) for day in days]


def test_a_clock_counted_by_hand(warehouse: Warehouse) -> None:
    first = [(1, day, 1) for day in on(0, 10, 40, 70)]
    others = [(2, day, 1) for day in on(0, 40)] + [(3, day, 1) for day in on(5)]
    warehouse.load({"order_lines": lines(*first, *others)})
    rows = by_id(warehouse.run("market", as_of=AS_OF), "business_on")
    assert list(rows) == on(0, 5, 10, 40, 70), "no row for a day without a visit"
    told = [
        tuple(rows[day][name] for name in ("visits", "repeats", "expected_ppm")) for day in rows
    ]
    # Three visits in 100 days; one in 70. Nobody is awaited who came only once.
    assert told == [(2, 0, 0), (1, 0, 0), (1, 0, 0), (2, 1, 30_000), (1, 1, 30_000 + 14_285)]
    # Two came back, on average after (33 + 70) / 2 days.
    steps = [2 * 10**15 // (103 * expected) for expected in (30_000, 44_285)]
    assert [rows[day]["increment_ppb"] for day in rows] == [0, 0, 0, *steps]
    assert [rows[day]["clock_ppb"] for day in rows] == [0, 0, 0, steps[0], sum(steps)]


@pytest.mark.parametrize(
    ("before", "gap_days", "is_awaited"),
    [(31, 60, True), (31, 61, False), (2, 365, True), (2, 366, False)],
)
def test_a_customer_is_awaited_for_60_to_365_days(
    warehouse: Warehouse, before: int, gap_days: int, is_awaited: bool
) -> None:
    days = on(*range(before), before - 1 + gap_days)
    warehouse.load({"order_lines": lines(*((1, day, 1) for day in days))})
    rows = by_id(warehouse.run("market", as_of=AS_OF), "business_on")
    assert rows[days[-1]]["repeats"] == is_awaited
    assert (rows[days[-1]]["expected_ppm"] > 0) == is_awaited
    assert (rows[days[-1]]["increment_ppb"] > 0) == is_awaited


def test_new_customers_who_come_seldom_do_not_slow_the_clock(warehouse: Warehouse) -> None:
    """A growing brand: a hundred come every five days; from the second year on, ever more others
    come every fifty.
    """
    old = [(k, day, 1) for k in range(100) for day in on(*range(k % 5, 1000, 5))]
    new = [(100 + k, day, 1) for k in range(600) for day in on(*range(365 + k % 400, 1000, 50))]
    warehouse.load({"order_lines": lines(*old, *new)})
    rows = by_id(warehouse.run("market", as_of=on(1000)[0]), "business_on")
    clock = [rows[day]["clock_ppb"] for day in on(100, 300, 700, 900)]
    assert clock[3] - clock[2] == pytest.approx(clock[1] - clock[0], rel=0.1)


def test_the_clock_equals_the_plain_reference(warehouse: Warehouse) -> None:
    facts = random_facts(7)
    warehouse.load(facts)
    rows = by_id(warehouse.run("market", as_of=AS_OF), "business_on")
    complete = {name: fact_table(name, given).to_pylist() for name, given in facts.items()}
    clock = Clock(visits_of(sold_lines(complete, AS_OF)))
    assert rows.keys() == clock.rows.keys()
    for day, (repeats, expected) in clock.rows.items():
        assert (rows[day]["repeats"], rows[day]["expected_ppm"]) == (repeats, expected)
        assert rows[day]["clock_ppb"] == clock.at_end_of(day)


def test_a_market_without_visits_is_empty(warehouse: Warehouse) -> None:
    warehouse.load({})
    assert warehouse.run("market", as_of=AS_OF).num_rows == 0
