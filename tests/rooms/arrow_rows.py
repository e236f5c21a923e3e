"""Rows as files give them, in the rooms' declared schemas; what a test leaves out is null."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from siyu.foundation.clock import to_utc
from siyu.foundation.money import line_amount
from siyu.rooms.catalog.types import PRODUCT_ROWS
from siyu.rooms.communities.types import COMMUNITY_ROWS
from siyu.rooms.customers.types import CUSTOMER_ROWS, FOLLOW_ROWS
from siyu.rooms.orders.types import ORDER_HEAD_ROWS, ORDER_ROWS
from siyu.rooms.sellers.types import SELLER_ROWS

Row = Mapping[str, Any]
_FIRST_ROW = 2
_LINE: Row = {
    "is_return": False,
    "product_key": "tea",
    "status": "completed",
    "quantity": "1",
    "unit_price": "10",
    "freight_minor": 0,
}


def moment(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """The UTC moment of a wall-clock time such as 2025-03-01 10:00."""
    return to_utc(datetime.fromisoformat(text), zone)


def customer_rows(*rows: Row) -> pa.Table:
    return _table(CUSTOMER_ROWS, rows)


def seller_rows(*rows: Row) -> pa.Table:
    return _table(SELLER_ROWS, rows)


def product_rows(*rows: Row) -> pa.Table:
    return _table(PRODUCT_ROWS, rows)


def follow_rows(*rows: Row) -> pa.Table:
    return _table(FOLLOW_ROWS, rows)


def community_rows(*rows: Row) -> pa.Table:
    return _table(COMMUNITY_ROWS, rows)


def order_head_rows(*rows: Row) -> pa.Table:
    return _table(ORDER_HEAD_ROWS, [{"status": "completed", "freight_minor": 0, **r} for r in rows])


def order_rows(*rows: Row, currency: str = "CNY") -> pa.Table:
    """Order lines; the amount is quantity times unit price unless it is given."""
    return _table(ORDER_ROWS, [_line(row, currency) for row in rows])


def _line(row: Row, currency: str) -> dict[str, Any]:
    line = {**_LINE, **row}
    line["quantity"], line["unit_price"] = Decimal(line["quantity"]), Decimal(line["unit_price"])
    line.setdefault("amount_minor", line_amount(line["quantity"], line["unit_price"], currency))
    return line


def _table(schema: pa.Schema, rows: Any) -> pa.Table:
    unknown = {name for row in rows for name in row} - set(schema.names)
    assert not unknown, f"no such columns: {unknown}"
    numbered = [{"row": number, **row} for number, row in enumerate(rows, _FIRST_ROW)]
    return pa.Table.from_pylist(
        [{name: _value(row.get(name)) for name in schema.names} for row in numbered], schema=schema
    )


def _value(value: Any) -> Any:
    is_moment = isinstance(value, str) and len(value) == 16 and value[10] == " "
    return moment(value) if is_moment else value
