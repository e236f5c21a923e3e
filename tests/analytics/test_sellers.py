"""Seller health against plain Python."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from siyu.analytics.engine import table
from siyu.analytics.marts.sellers import STATES
from tests.analytics.chance import AS_OF, IDLE_SELLERS, SELLERS, random_facts
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.reference import Row

MONTH, YEAR = AS_OF - timedelta(days=30), AS_OF - timedelta(days=365)


def customers_of(sales: list[Row]) -> dict[int, tuple[int, int]]:
    """Customer: orders and amount, of those with an order."""
    orders: dict[int, set[int]] = {}
    amounts: Counter[int] = Counter()
    for row in sales:
        customer = row["customer_id"]
        if customer is not None:
            amounts[customer] += row["amount_minor"]
            if not row["is_gift"]:
                orders.setdefault(customer, set()).add(row["order_id"])
    return {customer: (len(own), amounts[customer]) for customer, own in orders.items()}


def plain_sales(sales: list[Row]) -> dict[str, Any]:
    month = [row for row in sales if row["business_on"] >= MONTH]
    year = [row for row in sales if row["business_on"] >= YEAR]
    recent, buyers = customers_of(month), customers_of(year)
    orders = sum(count for count, _ in recent.values())
    identified = sum(row["amount_minor"] for row in month if row["customer_id"] is not None)
    amounts = sorted((amount for _, amount in buyers.values()), reverse=True)
    top = sum(amounts[: -(-len(amounts) // 5)])
    repeaters = sum(count >= 2 for count, _ in buyers.values())
    return {
        "gmv_minor": sum(row["amount_minor"] for row in month),
        "orders": orders,
        "buyers": len(recent),
        "average_order_minor": (2 * identified + orders) // (2 * orders) if orders else None,
        "gmv_365_minor": sum(row["amount_minor"] for row in year),
        "buyers_365": len(buyers),
        "repeat_rate_ppm": repeaters * 10**6 // len(buyers) if buyers else None,
        "concentration_ppm": top * 10**6 // sum(amounts) if sum(amounts) else None,
        "last_sale_on": max((row["business_on"] for row in year), default=None),
    }


def test_sellers_equal_the_plain_reference(warehouse: Warehouse) -> None:
    warehouse.load(random_facts(21))
    found = by_id(warehouse.run("sellers_mart", as_of=AS_OF), "seller_id")
    sales = warehouse.engine.query(expression=table("sales")).to_pylist()
    returns = warehouse.engine.query(expression=table("returns")).to_pylist()
    customers = warehouse.engine.query(expression=table("customers_mart")).to_pylist()
    assert found.keys() == {*SELLERS, *IDLE_SELLERS}
    for seller, row in found.items():
        fans = Counter(one["state"] for one in customers if one["seller_id"] == seller)
        expected = plain_sales([one for one in sales if one["seller_id"] == seller])
        expected |= {state: fans[state] for state in (*STATES, "prospect")}
        expected["prospects"] = expected.pop("prospect")
        expected["fans"] = fans.total()
        expected["effective_fans"] = fans.total() - fans["prospect"]
        expected["refunds_minor"] = sum(
            one["amount_minor"]
            for one in returns
            if one["seller_id"] == seller and one["business_on"] >= MONTH
        )
        invited = [one for one in found.values() if one["invited_by_id"] == seller]
        expected["invited"] = len(invited)
        expected["invited_selling"] = sum(one["gmv_minor"] > 0 for one in invited)
        expected["invited_gmv_minor"] = sum(one["gmv_minor"] for one in invited)
        assert {name: row[name] for name in expected} == expected
    assert any(row["invited_selling"] for row in found.values())


def test_a_seller_without_customers_or_sales_has_a_row_of_zeros(warehouse: Warehouse) -> None:
    warehouse.load({"sellers": [{"seller_id": 4, "unit_id": 2}]})
    (row,) = warehouse.run("sellers_mart", as_of=AS_OF).to_pylist()
    rates = ("average_order_minor", "repeat_rate_ppm", "concentration_ppm")
    days = ("started_on", "first_sale_on", "last_sale_on", "days_since_sale")
    assert all(row.pop(name) is None for name in (*rates, *days, "invited_by_id"))
    assert row.pop("origin") == ""
    own = [row.pop(name) for name in ("seller_id", "unit_id", "kind", "status", "life", "persona")]
    assert own == [4, 2, "guide", "active", "trained", "sells_herself"]
    assert set(row.values()) == {0}
