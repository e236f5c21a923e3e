"""Facts of the orders' room."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import Count, QuerySet, Sum

from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable
from siyu.rooms.orders.models import OrderLine, Refund
from siyu.rooms.orders.types import SOLD

_MILLI = 1_000
ORDER_LINES = pa.schema(
    [
        pa.field("line_id", pa.int64(), nullable=False),
        pa.field("order_id", pa.int64(), nullable=False),
        pa.field("customer_id", pa.int64()),
        pa.field("product_id", pa.int64(), nullable=False),
        pa.field("seller_id", pa.int64()),
        pa.field("unit_id", pa.int64()),
        pa.field("business_on", pa.date32(), nullable=False),
        pa.field("local_hour", pa.int32(), nullable=False),
        pa.field("quantity_milli", pa.int64(), nullable=False),
        pa.field("amount_minor", pa.int64(), nullable=False),
        pa.field("freight_minor", pa.int64(), nullable=False),
        pa.field("is_gift", pa.bool_(), nullable=False),
        pa.field("is_paid", pa.bool_(), nullable=False),
        pa.field("is_void", pa.bool_(), nullable=False),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)
REFUNDS = pa.schema(
    [
        pa.field("refund_id", pa.int64(), nullable=False),
        pa.field("order_id", pa.int64()),
        pa.field("line_id", pa.int64()),
        pa.field("customer_id", pa.int64()),
        pa.field("product_id", pa.int64()),
        pa.field("business_on", pa.date32(), nullable=False),
        pa.field("quantity_milli", pa.int64(), nullable=False),
        pa.field("amount_minor", pa.int64(), nullable=False),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_order_lines(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every line written in the window, with its order's customer."""
    rows = OrderLine.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list(
        "id",
        "order_id",
        "order__customer_id",
        "product_id",
        "seller_id",
        "order__unit_id",
        "business_on",
        "order__local_hour",
        "quantity",
        "amount_minor",
        "freight_minor",
        "unit_price",
        "order__status",
        "is_void",
        "stamp",
    )
    yield from arrow_tables(
        values=(
            (*row[:8], int(row[8] * _MILLI), *row[9:11], not row[11], row[12] in SOLD, *row[13:])
            for row in values.iterator(chunk_size=10_000)
        ),
        schema=ORDER_LINES,
    )


def read_refunds(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every refund written in the window."""
    rows = Refund.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list(
        "id",
        "order_id",
        "line_id",
        "customer_id",
        "product_id",
        "business_on",
        "quantity",
        "amount_minor",
        "stamp",
    )
    yield from arrow_tables(
        values=(
            (*row[:6], int(row[6] * _MILLI), *row[7:]) for row in values.iterator(chunk_size=10_000)
        ),
        schema=REFUNDS,
    )


def daily_order_lines(program_id: int, high: int) -> list[tuple[date | None, int, int]]:
    """(day, rows, sum of amounts) of the lines below a stamp."""
    return _daily(OrderLine.objects.filter(program_id=program_id, stamp__lt=high))


def daily_refunds(program_id: int, high: int) -> list[tuple[date | None, int, int]]:
    """(day, rows, sum of amounts) of the refunds below a stamp."""
    return _daily(Refund.objects.filter(program_id=program_id, stamp__lt=high))


def _daily(rows: QuerySet[Any]) -> list[tuple[date | None, int, int]]:
    days = rows.values("business_on").annotate(rows=Count("id"), total=Sum("amount_minor"))
    return [(day["business_on"], day["rows"], day["total"]) for day in days.order_by("business_on")]


FACTS = (
    FactTable(
        name="order_lines",
        schema=ORDER_LINES,
        keys=("line_id",),
        partition="business_on",
        read=read_order_lines,
        daily=daily_order_lines,
    ),
    FactTable(
        name="refunds",
        schema=REFUNDS,
        keys=("refund_id",),
        partition="business_on",
        read=read_refunds,
        daily=daily_refunds,
    ),
)
