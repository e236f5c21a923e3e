"""The market clock against counting everybody at risk on every day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.facts import fact_table
from tests.analytics.reference import Clock, sold_lines, visits_of
from tests.analytics.test_customers import lines

DAY = date(2023, 1, 1)


def test_a_clock_counted_by_hand(warehouse: Warehouse) -> None:
    day = [DAY + timedelta(days=k) for k in range(4)]
    warehouse.load(
        {
            "order_lines": lines(
                (1, day[0], 1), (2, day[0], 1), (3, day[1], 1), (1, day[2], 1), (2, day[2], 1)
            )
        }
    )
    rows = by_id(warehouse.run("market", as_of=AS_OF), "business_on")
    assert rows.keys() == {day[0], day[1], day[2]}, "no row for a day without a visit"
    assert [rows[on]["at_risk"] for on in day[:3]] == [0, 2, 3]
    assert [rows[on]["repeats"] for on in day[:3]] == [0, 0, 2]
    assert [rows[on]["visits"] for on in day[:3]] == [2, 1, 2]
    assert [rows[on]["clock_ppb"] for on in day[:3]] == [0, 0, 666_666_666]


@pytest.mark.parametrize(("gap_days", "at_risk"), [(365, 1), (366, 0)])
def test_a_customer_is_at_risk_for_365_days(
    warehouse: Warehouse, gap_days: int, at_risk: int
) -> None:
    again = DAY + timedelta(days=gap_days)
    warehouse.load({"order_lines": lines((1, DAY, 1), (1, again, 1))})
    rows = by_id(warehouse.run("market", as_of=AS_OF), "business_on")
    assert rows[again]["at_risk"] == at_risk
    assert rows[again]["repeats"] == at_risk
    assert rows[again]["clock_ppb"] == at_risk * 10**9


def test_the_clock_equals_the_plain_reference(warehouse: Warehouse) -> None:
    facts = random_facts(7)
    warehouse.load(facts)
    rows = by_id(warehouse.run("market", as_of=AS_OF), "business_on")
    complete = {name: fact_table(name, given).to_pylist() for name, given in facts.items()}
    clock = Clock(visits_of(sold_lines(complete, AS_OF)))
    assert rows.keys() == clock.rows.keys()
    for on, (repeats, at_risk) in clock.rows.items():
        assert (rows[on]["repeats"], rows[on]["at_risk"]) == (repeats, at_risk)
        assert rows[on]["clock_ppb"] == clock.at_end_of(on)


def test_a_market_without_visits_is_empty(warehouse: Warehouse) -> None:
    warehouse.load({})
    assert warehouse.run("market", as_of=AS_OF).num_rows == 0
