"""Staging: which facts count, and under whose name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from siyu.analytics import staging
from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse, by_id

DAY = date(2024, 3, 1)


def line(line_id: int, **columns: Any) -> dict[str, Any]:
    own = {"line_id": line_id, "order_id": line_id, "customer_id": 1, "business_on": DAY}
    return own | columns


def sold(as_of: date | None = None) -> Any:
    return staging.sales(
        order_lines=table("order_lines"),
        credits=table("credits"),
        merges=table("merges"),
        as_of=as_of,
    )


def test_sales_are_paid_lines_with_the_credited_seller(warehouse: Warehouse) -> None:
    warehouse.load(
        {
            "order_lines": [
                line(1, seller_id=8, unit_id=80),
                line(2, is_paid=False),
                line(3, is_void=True),
                line(4, quantity_milli=0),
                line(5, is_gift=True, amount_minor=0, customer_id=None),
            ],
            "credits": [{"line_id": 1, "seller_id": 9, "unit_id": 90, "basis": "serving"}],
        }
    )
    rows = by_id(warehouse.engine.query(expression=sold()), "line_id")
    assert rows.keys() == {1, 5}
    assert (rows[1]["seller_id"], rows[1]["unit_id"], rows[1]["basis"]) == (9, 90, "serving")
    assert rows[5]["is_gift"]
    assert (rows[5]["seller_id"], rows[5]["customer_id"]) == (None, None)


def test_sales_stop_before_the_day_of_the_list(warehouse: Warehouse) -> None:
    warehouse.load({"order_lines": [line(1), line(2, business_on=DAY + timedelta(days=1))]})
    rows = warehouse.engine.query(expression=sold(as_of=DAY + timedelta(days=1)))
    assert rows["line_id"].to_pylist() == [1]


def test_orders_hold_goods_only(warehouse: Warehouse) -> None:
    warehouse.load(
        {
            "order_lines": [
                line(1, order_id=10, amount_minor=300, local_hour=9),
                line(2, order_id=10, amount_minor=400, local_hour=9),
                line(3, order_id=10, amount_minor=0, is_gift=True),
                line(4, order_id=11, amount_minor=0, is_gift=True),
            ],
            "credits": [
                {"line_id": 1, "unit_id": 5},
                {"line_id": 2, "unit_id": 6},
                {"line_id": 3, "unit_id": 7},
            ],
        }
    )
    rows = warehouse.engine.query(expression=staging.orders(sales=sold())).to_pylist()
    assert rows == [
        {
            "order_id": 10,
            "customer_id": 1,
            "business_on": DAY,
            "local_hour": 9,
            "amount_minor": 700,
            "lines": 2,
            "unit_low_id": 5,
            "unit_high_id": 6,
        }
    ]


def test_visits_join_the_orders_of_a_day_and_know_their_neighbours(warehouse: Warehouse) -> None:
    later = DAY + timedelta(days=9)
    warehouse.load(
        {
            "order_lines": [
                line(1, amount_minor=100, local_hour=20),
                line(2, amount_minor=200, local_hour=8),
                line(3, amount_minor=400, business_on=later),
                line(4, customer_id=None),
            ]
        }
    )
    orders = staging.orders(sales=sold())
    rows = warehouse.engine.query(expression=staging.visits(orders=orders))
    visits = by_id(rows, "business_on")
    assert visits.keys() == {DAY, later}
    first, second = visits[DAY], visits[later]
    assert (first["orders"], first["amount_minor"], first["local_hour"]) == (2, 300, 8)
    assert (first["previous_on"], first["next_on"]) == (None, later)
    assert (second["previous_on"], second["next_on"], second["first_on"]) == (DAY, None, DAY)
    assert second["unit_low_id"] == second["unit_high_id"] == staging.NO_UNIT
    for visit in (first, second):
        assert (visit["last_on"], visit["visits_ever"]) == (later, 2)


def test_returns_go_to_whom_the_line_was_credited(warehouse: Warehouse) -> None:
    warehouse.load(
        {
            "credits": [{"line_id": 1, "seller_id": 9, "unit_id": 90}],
            "refunds": [
                {"refund_id": 1, "line_id": 1, "business_on": DAY},
                {"refund_id": 2, "line_id": None, "business_on": DAY},
                {"refund_id": 3, "line_id": 1, "business_on": DAY + timedelta(days=1)},
            ],
        }
    )
    given_back = staging.returns(
        merges=table("merges"),
        refunds=table("refunds"),
        credits=table("credits"),
        as_of=DAY + timedelta(days=1),
    )
    rows = by_id(warehouse.engine.query(expression=given_back), "refund_id")
    assert rows.keys() == {1, 2}
    assert (rows[1]["seller_id"], rows[1]["unit_id"]) == (9, 90)
    assert (rows[2]["seller_id"], rows[2]["unit_id"]) == (None, None)


def test_a_follow_serves_from_the_day_after_it_began_until_the_day_before_it_ended(
    warehouse: Warehouse,
) -> None:
    def follow(follow_id: int, customer_id: int, **columns: Any) -> dict[str, Any]:
        own = {"follow_id": follow_id, "customer_id": customer_id, "seller_id": follow_id}
        return own | {"followed_on": DAY} | columns

    tomorrow = DAY + timedelta(days=1)
    warehouse.load(
        {
            "follows": [
                follow(1, 1, ended_on=tomorrow),
                follow(2, 1, followed_on=tomorrow),
                follow(3, 2, is_serving=False),
                follow(4, 3),
                follow(5, 3),
            ]
        }
    )

    def seller_of(as_of: date) -> dict[int, int]:
        rows = warehouse.engine.query(
            expression=staging.serving(follows=table("follows"), as_of=as_of)
        )
        return {customer: row["seller_id"] for customer, row in by_id(rows).items()}

    assert seller_of(DAY) == {}
    assert seller_of(tomorrow) == {3: 5}, "one ended, one only begins; of two the newest"
    assert seller_of(tomorrow + timedelta(days=1)) == {1: 2, 3: 5}


def test_every_amount_of_a_known_customer_is_in_exactly_one_visit(warehouse: Warehouse) -> None:
    warehouse.load(random_facts(5))
    visits = warehouse.run("visits", as_of=AS_OF).to_pylist()
    sales = warehouse.engine.query(expression=table("sales")).to_pylist()
    assert len({(row["customer_id"], row["business_on"]) for row in visits}) == len(visits)
    known = [row["amount_minor"] for row in sales if row["customer_id"] is not None]
    assert sum(row["amount_minor"] for row in visits) == sum(known)
