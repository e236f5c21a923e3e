"""What the orders' room shows of itself."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import pyarrow as pa


class OrderStatus(StrEnum):
    """Where an order stands: 待付款, 已付款, 已发货, 已完成, 已取消, 已退款."""

    UNPAID = "unpaid"
    PAID = "paid"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


SOLD = frozenset(
    {OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.COMPLETED, OrderStatus.REFUNDED}
)
"""The statuses that count as sold: paid, and not cancelled before."""


@dataclass(frozen=True, kw_only=True)
class PurchasedLine:
    """One line of a purchase."""

    product_id: int
    quantity: Decimal
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class PurchaseView:
    """One order of a customer with its lines and what was refunded."""

    id: int
    status: OrderStatus
    at: datetime
    amount_minor: int
    refunded_minor: int
    lines: tuple[PurchasedLine, ...]


@dataclass(frozen=True, kw_only=True)
class WrittenOrder:
    """An order that was just written, with what its lines come to."""

    id: int
    key: str
    source: str
    status: OrderStatus
    customer_id: int | None
    at: datetime
    amount_minor: int


_MOMENT = pa.timestamp("us", tz="UTC")
ORDER_ROWS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("order_key", pa.string(), nullable=False),
        pa.field("line_key", pa.string()),
        pa.field("is_return", pa.bool_(), nullable=False),
        pa.field("customer_key", pa.string()),
        pa.field("seller_key", pa.string()),
        pa.field("store_key", pa.string()),
        pa.field("product_key", pa.string()),
        pa.field("product_name", pa.string()),
        pa.field("category", pa.string()),
        pa.field("brand", pa.string()),
        pa.field("status", pa.string()),
        pa.field("ordered_at", _MOMENT),
        pa.field("paid_at", _MOMENT),
        pa.field("quantity", pa.decimal128(14, 3), nullable=False),
        pa.field("unit_price", pa.decimal128(18, 6), nullable=False),
        pa.field("amount_minor", pa.int64(), nullable=False),
        pa.field("freight_minor", pa.int64(), nullable=False),
        pa.field("refund_minor", pa.int64()),
        pa.field("refunded_at", _MOMENT),
        pa.field("payment_method", pa.string()),
    ]
)
"""Order lines as they come from outside; one row is one line, the lines of an order together.

A null ``line_key`` makes content and occurrence the key. Amounts are minor units, not negative.
"""

ORDER_HEAD_ROWS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("order_key", pa.string(), nullable=False),
        pa.field("customer_key", pa.string()),
        pa.field("seller_key", pa.string()),
        pa.field("store_key", pa.string()),
        pa.field("status", pa.string(), nullable=False),
        pa.field("ordered_at", _MOMENT),
        pa.field("paid_at", _MOMENT),
        pa.field("freight_minor", pa.int64(), nullable=False),
    ]
)
"""Orders whose lines come in a file of their own; one row is one order."""

CREDITABLE_LINES = pa.schema(
    [
        pa.field("line_id", pa.int64(), nullable=False),
        pa.field("customer_id", pa.int64()),
        pa.field("seller_id", pa.int64()),
        pa.field("unit_id", pa.int64()),
        pa.field("at", _MOMENT, nullable=False),
        pa.field("business_on", pa.date32(), nullable=False),
    ]
)
"""Lines to be credited; one row is one line with its order's own seller and store."""

SOLD_LINES = pa.schema(
    [
        pa.field("line_id", pa.int64(), nullable=False),
        pa.field("order_id", pa.int64(), nullable=False),
        pa.field("customer_id", pa.int64()),
        pa.field("product_id", pa.int64(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("at", _MOMENT, nullable=False),
        pa.field("business_on", pa.date32(), nullable=False),
        pa.field("quantity_milli", pa.int64(), nullable=False),
        pa.field("paid_minor", pa.int64(), nullable=False),
    ]
)
"""What is left of lines after refunds, freight left out; one row is one line.

Void lines and those of orders that do not count as sold have 0 of both.
"""
