"""What the orders' room tells the warehouse and its pages, as plain rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from siyu.rooms.catalog.queries import products_of_ids
from siyu.rooms.orders.facts import read_order_lines, read_refunds
from siyu.rooms.orders.models import Order, Payment
from tests.rooms.brand import Brand

_ALL = (0, 2**62)


def line_facts(brand: Brand) -> list[dict[str, Any]]:
    """Every line ever written, void ones too, oldest first."""
    tables = read_order_lines(brand.program.id, *_ALL)
    rows = [row for table in tables for row in table.to_pylist()]
    return sorted(rows, key=lambda row: row["line_id"])


def live_lines(brand: Brand) -> list[dict[str, Any]]:
    return [row for row in line_facts(brand) if not row["is_void"]]


def refund_facts(brand: Brand) -> list[dict[str, Any]]:
    tables = read_refunds(brand.program.id, *_ALL)
    rows = [row for table in tables for row in table.to_pylist()]
    return sorted(rows, key=lambda row: row["refund_id"])


def sold_by_day(brand: Brand) -> dict[date, int]:
    """Minor units of the lines that count as sold, by day."""
    days: dict[date, int] = defaultdict(int)
    for row in live_lines(brand):
        if row["is_paid"]:
            days[row["business_on"]] += row["amount_minor"]
    return dict(days)


def refunded_by_day(brand: Brand) -> dict[date, int]:
    days: dict[date, int] = defaultdict(int)
    for row in refund_facts(brand):
        days[row["business_on"]] += row["amount_minor"]
    return {day: amount for day, amount in days.items() if amount}


def refunded_by_line(brand: Brand) -> dict[int | None, tuple[int, int]]:
    """(quantity in thousandths, minor units) given back, by line."""
    found: dict[int | None, tuple[int, int]] = {}
    for row in refund_facts(brand):
        quantity, amount = found.get(row["line_id"], (0, 0))
        found[row["line_id"]] = (
            quantity + row["quantity_milli"],
            amount + row["amount_minor"],
        )
    return found


def payment(brand: Brand, order_key: str) -> Payment | None:
    order = Order.objects.get(program_id=brand.program.id, source_key=order_key)
    return Payment.objects.filter(order=order).first()


def product_names(rows: list[dict[str, Any]]) -> list[str]:
    products = products_of_ids(product_ids={row["product_id"] for row in rows})
    return [products[row["product_id"]].name for row in rows]
