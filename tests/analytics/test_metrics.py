"""Every number of a period, and the trend that must agree with it in every unit and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics import metrics
from siyu.analytics.engine import table
from siyu.analytics.marts.trend import TREND
from tests.analytics.chance import AS_OF, UNITS, random_facts
from tests.analytics.conftest import Warehouse
from tests.analytics.facts import fact_table
from tests.analytics.reference import Row, sold_lines

NUMBERS = [name for name in TREND if name not in ("unit_id", "business_on")]


def plain_metrics(
    sales: list[Row], returns: list[Row], start_on: date, end_on: date, units: set[Any] | None
) -> dict[str, Any]:
    goods = [row for row in sales if not row["is_gift"] and row["customer_id"] is not None]
    first: dict[int, date] = {}
    for row in goods:
        day = first.get(row["customer_id"], row["business_on"])
        first[row["customer_id"]] = min(day, row["business_on"])

    def inside(row: Row) -> bool:
        return start_on <= row["business_on"] <= end_on and (
            units is None or row["unit_id"] in units
        )

    sold = [row for row in sales if inside(row)]
    known = [row for row in sold if row["customer_id"] is not None]
    bought = [row for row in known if not row["is_gift"]]
    buyers = {row["customer_id"] for row in bought}
    new = {customer for customer in buyers if first[customer] >= start_on}
    orders = {row["order_id"] for row in bought}
    gmv = sum(row["amount_minor"] for row in known)
    gmv_new = sum(row["amount_minor"] for row in known if row["customer_id"] in new)
    return {
        "gmv_minor": sum(row["amount_minor"] for row in sold),
        "gmv_identified_minor": gmv,
        "refunds_minor": sum(row["amount_minor"] for row in returns if inside(row)),
        "buyers": len(buyers),
        "orders": len(orders),
        "orders_all": len({row["order_id"] for row in sold if not row["is_gift"]}),
        "lines_identified": len(bought),
        "gmv_new_minor": gmv_new,
        "gmv_returning_minor": gmv - gmv_new,
        "new_buyers": len(new),
        "returning_buyers": len(buyers - new),
        "average_order_minor": (2 * gmv + len(orders)) // (2 * len(orders)) if orders else None,
    }


def measured(
    warehouse: Warehouse, start_on: date, end_on: date, unit_ids: Sequence[int] | None = None
) -> dict[str, Any]:
    firsts = metrics.first_purchases(orders=table("orders"))
    expression = metrics.period_metrics(
        sales=table("sales"),
        returns=table("returns"),
        first_purchases=firsts,
        start_on=start_on,
        end_on=end_on,
        unit_ids=unit_ids,
    )
    (row,) = warehouse.engine.query(expression=expression).to_pylist()
    return dict(row)


@pytest.fixture
def brand(warehouse: Warehouse) -> tuple[list[Row], list[Row]]:
    """The sales and returns of a random brand whose trend has been computed."""
    facts = random_facts(11)
    warehouse.load(facts)
    warehouse.run("trend", as_of=AS_OF)
    complete = {name: fact_table(name, rows).to_pylist() for name, rows in facts.items()}
    unit_of = {row["line_id"]: row["unit_id"] for row in complete["credits"]}
    returns = [
        row | {"unit_id": unit_of.get(row["line_id"])}
        for row in complete["refunds"]
        if row["business_on"] < AS_OF
    ]
    return sold_lines(complete, AS_OF), returns


@pytest.mark.parametrize("days", [(0, 30), (10, 400), (1, 1), (900, 2000)])
@pytest.mark.parametrize("unit_ids", [None, [1, 3], []])
def test_a_period_equals_the_plain_reference(
    warehouse: Warehouse,
    brand: tuple[list[Row], list[Row]],
    days: tuple[int, int],
    unit_ids: list[int] | None,
) -> None:
    end_on, start_on = (AS_OF - timedelta(days=ago) for ago in days)
    units = None if unit_ids is None else set(unit_ids)
    expected = plain_metrics(*brand, start_on, end_on, units)
    assert measured(warehouse, start_on, end_on, unit_ids) == expected


def test_new_and_returning_add_up(warehouse: Warehouse, brand: tuple[list[Row], list[Row]]) -> None:
    row = measured(warehouse, AS_OF - timedelta(days=200), AS_OF)
    assert row["gmv_new_minor"] + row["gmv_returning_minor"] == row["gmv_identified_minor"]
    assert row["new_buyers"] + row["returning_buyers"] == row["buyers"]
    assert row["gmv_minor"] > row["gmv_identified_minor"] > 0


def test_the_trend_of_every_unit_and_day_equals_the_metrics_of_that_day(
    warehouse: Warehouse, brand: tuple[list[Row], list[Row]]
) -> None:
    sales, returns = brand
    rows = warehouse.engine.query(expression=table("trend")).to_pylist()
    found = {(row["unit_id"], row["business_on"]): row for row in rows}
    assert len(found) == len(rows)
    below = {
        ancestor: {unit for unit, above in UNITS.items() if ancestor in above}
        for ancestor in {ancestor for above in UNITS.values() for ancestor in above}
    }
    days = {row["business_on"] for row in sales + returns}
    assert {day for _, day in found} == days
    nothing = dict.fromkeys(NUMBERS, 0)
    for day in days:
        for unit, units in {None: None, **below}.items():
            expected = plain_metrics(sales, returns, day, day, units)
            row = found.get((unit, day), nothing)
            assert {name: row[name] for name in NUMBERS} == {
                name: expected[name] for name in NUMBERS
            }, f"unit {unit} on {day}"


def test_a_period_without_facts_is_a_row_of_zeros(warehouse: Warehouse) -> None:
    warehouse.load({})
    warehouse.run("returns", as_of=AS_OF)
    warehouse.run("orders", as_of=AS_OF)
    row = measured(warehouse, AS_OF, AS_OF)
    assert row.pop("average_order_minor") is None
    assert set(row.values()) == {0}
