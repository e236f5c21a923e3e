"""Signals: for whom each holds, and what its numbers say."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics import signals
from siyu.analytics.engine import table
from siyu.analytics.marts.customers import CUSTOMERS
from siyu.analytics.signals import SIGNALS
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.test_customers import lines, people


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def evidence(row: dict[str, Any]) -> dict[str, int]:
    """The numbers of a signal by their names."""
    names = SIGNALS[row["signal"]].evidence
    return {name: row[f"evidence_{k}"] for k, name in enumerate(names, 1)}


def found(warehouse: Warehouse, name: str) -> dict[int, dict[str, Any]]:
    rows = warehouse.run("signals", as_of=AS_OF).to_pylist()
    chosen = [row for row in rows if row["signal"] == name]
    return {row["customer_id"]: evidence(row) for row in chosen}


def test_first_order_is_followed_up_after_3_to_14_days(warehouse: Warehouse) -> None:
    visits = [(days, ago(days), 5000) for days in (2, 3, 14, 15)] + [
        (50, ago(60), 100),
        (50, ago(5), 100),
    ]
    warehouse.load({"customers": people(2, 3, 14, 15, 50), "order_lines": lines(*visits)})
    rows = found(warehouse, "first_order")
    assert rows.keys() == {3, 14}
    assert rows[14]["days_since_first"] == 14
    assert (rows[14]["spend_minor"], rows[14]["orders"]) == (5000, 1)


def test_new_friends_who_never_ordered(warehouse: Warehouse) -> None:
    follows = [
        {"follow_id": days, "customer_id": days, "seller_id": 1, "followed_on": ago(days)}
        for days in (0, 1, 30, 31, 5)
        if days
    ]
    warehouse.load(
        {
            "customers": people(1, 5, 30, 31, 99),
            "follows": follows,
            "order_lines": lines((5, ago(2), 100)),
        }
    )
    rows = found(warehouse, "never_ordered")
    assert rows.keys() == {1, 30}, "31 days is not new, 5 has ordered, 99 is nobody's friend"
    assert rows[30]["days_since_follow"] == 30
    assert rows[30]["order_value_minor"] == 100


def test_birthdays_within_a_week(warehouse: Warehouse) -> None:
    born = {1: (5, 1), 2: (5, 8), 3: (5, 9), 4: (4, 30)}
    rows = [
        {"customer_id": customer, "born_on": date(1980, month, day)}
        for customer, (month, day) in born.items()
    ]
    warehouse.load({"customers": [*rows, *people(5)]})
    birthdays = found(warehouse, "birthday")
    assert {customer: row["days_to_birthday"] for customer, row in birthdays.items()} == {
        1: 0,
        2: 7,
    }
    assert (birthdays[2]["birth_month"], birthdays[2]["birth_day"]) == (5, 8)


@pytest.mark.parametrize(
    ("as_of", "days"), [(date(2023, 2, 26), 3), (date(2024, 2, 26), 3), (date(2023, 3, 2), 364)]
)
def test_a_leap_day_birthday_falls_on_the_first_of_march_in_other_years(
    warehouse: Warehouse, as_of: date, days: int
) -> None:
    warehouse.load({"customers": [{"customer_id": 1, "born_on": date(2000, 2, 29)}]})
    (row,) = warehouse.run("customers_mart", as_of=as_of).to_pylist()
    assert row["days_to_birthday"] == days


def test_due_is_a_usual_gap_that_ends_about_now(warehouse: Warehouse) -> None:
    visits = [(customer, ago(120 - 20 * k), 700) for customer in (1, 2) for k in range(5)]
    visits += [(1, ago(22), 700), (3, ago(40), 700), (3, ago(20), 700)]
    warehouse.load({"customers": people(1, 2, 3), "order_lines": lines(*visits)})
    rows = found(warehouse, "due")
    assert rows.keys() == {1}, "2 is two gaps late, 3 has bought twice only"
    assert rows[1] == {
        "days_since_last": 22,
        "usual_gap_days": 20,
        "purchase_days": 6,
        "average_order_minor": 700,
    }


def test_new_top_customers_came_into_the_top_tenth_lately(warehouse: Warehouse) -> None:
    visits = [(customer, ago(days), 100) for customer in range(1, 21) for days in (90, 60)]
    visits += [(1, ago(80), 9000), (2, ago(8), 8000)]
    warehouse.load({"customers": people(*range(1, 21)), "order_lines": lines(*visits)})
    rows = found(warehouse, "new_top")
    assert rows.keys() == {2}, "1 was a top customer before"
    assert rows[2] == {
        "spend_minor": 8200,
        "spend_before_30_minor": 200,
        "orders_30": 1,
        "orders": 3,
    }


def mart_row(**columns: Any) -> dict[str, Any]:
    return dict.fromkeys(CUSTOMERS) | {"is_top": False, "was_top_30": False} | columns


def test_slowing_and_silent_read_the_state_and_give_its_numbers(warehouse: Warehouse) -> None:
    good = {"f_quintile": 4, "m_quintile": 5, "last_on": ago(91), "usual_gap_days": 20}
    pace = {"before_per_30d_x100": 400, "recent_per_30d_x100": 200, "recency_days": 9}
    warehouse.load_result(
        "customers_mart",
        [
            mart_row(customer_id=1, state="slowing", market_change_ppm=-50_000, **pace),
            mart_row(customer_id=2, state="silent", orders=9, spend_minor=70, **good),
            mart_row(customer_id=3, state="silent", **(good | {"f_quintile": 3})),
            mart_row(customer_id=4, state="lost", **good),
        ],
    )
    rows = warehouse.engine.query(
        expression=signals.signals(customers_mart=table("customers_mart"), as_of=AS_OF)
    )
    by_customer = by_id(rows)
    assert by_customer.keys() == {1, 2}
    assert by_customer[1]["signal"] == "slowing"
    assert evidence(by_customer[1]) == {**pace, "market_change_ppm": -50_000}
    assert by_customer[2]["signal"] == "silent_good"
    assert evidence(by_customer[2]) == {
        "days_since_last": 91,
        "usual_gap_days": 20,
        "orders": 9,
        "spend_minor": 70,
    }


def test_each_function_gives_its_part_of_the_whole(warehouse: Warehouse) -> None:
    warehouse.load(random_facts(31))
    rows = warehouse.run("signals", as_of=AS_OF).to_pylist()
    counted = Counter(row["signal"] for row in rows)
    mart = table("customers_mart")
    for name in SIGNALS:
        function = getattr(signals, name)
        own = warehouse.engine.query(expression=function(customers_mart=mart, as_of=AS_OF))
        assert own.num_rows == counted[name]
    keys = [(row["customer_id"], row["signal"]) for row in rows]
    assert keys == sorted(set(keys))
