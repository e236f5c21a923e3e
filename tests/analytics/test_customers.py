"""The customers mart, column by column, against plain Python."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics.marts.customers import CUSTOMERS
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.facts import fact_table
from tests.analytics.reference_mart import customers_mart

# Of these test_forecast tells.
FORETOLD = {"alive_ppm", "visits_30_x1000", "visits_90_x1000", "value_90_minor"}


def complete(facts: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The same facts with every column filled in, as the engine will read them."""
    return {name: fact_table(name, rows).to_pylist() for name, rows in facts.items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_column_equals_the_plain_reference(warehouse: Warehouse, seed: int) -> None:
    facts = complete(random_facts(seed))
    warehouse.load(facts)
    rows = by_id(warehouse.run("customers_mart", as_of=AS_OF))
    expected = customers_mart(facts, AS_OF)
    assert rows.keys() == expected.keys()
    for column in (name for name in CUSTOMERS if name not in FORETOLD):
        wrong = {
            customer: (row[column], expected[customer][column])
            for customer, row in rows.items()
            if row[column] != expected[customer][column]
        }
        assert not wrong, f"{column}: {wrong}"


def test_the_random_brand_reaches_the_rare_cases() -> None:
    states: set[str] = set()
    for seed in (1, 2, 3):
        rows = customers_mart(complete(random_facts(seed)), AS_OF).values()
        states |= {row["state"] for row in rows}
    assert {"prospect", "new", "active", "slowing", "won_back"} <= states
    assert states & {"silent", "lost"}


def lines(*visits: tuple[int, date, int]) -> list[dict[str, Any]]:
    return [
        {
            "line_id": k,
            "order_id": k,
            "customer_id": customer,
            "business_on": day,
            "amount_minor": amount,
        }
        for k, (customer, day, amount) in enumerate(visits, 1)
    ]


def people(*customers: int) -> list[dict[str, Any]]:
    return [{"customer_id": customer} for customer in customers]


def test_only_what_lies_before_the_day_of_the_list_counts(warehouse: Warehouse) -> None:
    yesterday = AS_OF - timedelta(days=1)
    warehouse.load(
        {
            "customers": people(1, 2),
            "order_lines": lines((1, yesterday, 500), (1, AS_OF, 700), (2, AS_OF, 900)),
            "refunds": [
                {"refund_id": 1, "customer_id": 1, "business_on": yesterday, "amount_minor": 5},
                {"refund_id": 2, "customer_id": 1, "business_on": AS_OF, "amount_minor": 7},
            ],
        }
    )
    rows = by_id(warehouse.run("customers_mart", as_of=AS_OF))
    assert (rows[1]["recency_days"], rows[1]["spend_minor"], rows[1]["orders"]) == (0, 500, 1)
    assert (rows[1]["refunds_minor"], rows[1]["net_spend_minor"]) == (5, 495)
    assert rows[2]["state"] == "prospect"
    assert rows[2]["last_on"] is None
    assert rows[2]["spend_minor"] == 0


def test_equal_values_share_a_quintile(warehouse: Warehouse) -> None:
    day = AS_OF - timedelta(days=3)
    visits = [(customer, day, 100) for customer in range(1, 10)] + [(10, day, 200)]
    warehouse.load({"customers": people(*range(1, 11)), "order_lines": lines(*visits)})
    rows = by_id(warehouse.run("customers_mart", as_of=AS_OF))
    assert [rows[k]["m_quintile"] for k in range(1, 11)] == [1] * 9 + [5]
    assert {row["r_quintile"] for row in rows.values()} == {1}
    assert not any(row["is_top"] for row in rows.values()), "one order is not a habit"


def test_rates_are_of_the_market_clock(warehouse: Warehouse) -> None:
    start = date(2024, 1, 1)
    days = [start + timedelta(days=k) for k in (0, 10, 20)]
    warehouse.load(
        {
            "customers": people(1, 2),
            "order_lines": lines(*[(1, day, 100) for day in days], (2, start, 100)),
        }
    )
    rows = by_id(warehouse.run("customers_mart", as_of=date(2024, 2, 1)))
    # One visit where 2 in 20 + 30 days were expected, at an average of one in 25 days.
    assert rows[1]["rate"] == pytest.approx(2.5 / ((1 / 25) / (2 / 50) + 0.5))
    assert rows[2]["rate"] == 1.0
    assert rows[1]["elapsed_x100"] == 0
    assert rows[2]["elapsed_x100"] == 100
    assert not math.isnan(rows[2]["rate"])
