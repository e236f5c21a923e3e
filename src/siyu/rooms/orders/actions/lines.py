"""How order lines are written: new, changed, void, or moved with their order's day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from siyu.foundation.ids import new_ids
from siyu.rooms.operations.actions import insert_rows, update_rows
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Reject
from siyu.rooms.orders.actions.heads import Row
from siyu.rooms.orders.models import OrderLine

_DAY = 6
"""The place of the business day in an order's column values."""

_CONTENT = ("product_id", "seller_id", "quantity", "unit_price", "amount_minor", "freight_minor")
_COLUMNS = (*_CONTENT, "digest", "stamp")
_INSERTED = ("id", "program_id", "order_id", "line_key", "business_on", "is_void", *_COLUMNS)


@dataclass(frozen=True)
class Line:
    """A line as a source tells it."""

    key: str
    digest: bytes
    product_id: int
    seller_id: int | None
    quantity: Decimal
    unit_price: Decimal
    amount_minor: int
    freight_minor: int

    def content(self) -> tuple[Any, ...]:
        """The columns that make its content."""
        return (
            self.product_id,
            self.seller_id,
            self.quantity,
            self.unit_price,
            self.amount_minor,
            self.freight_minor,
        )


def reject_doubled(rows: list[Row]) -> tuple[list[Row], list[Reject]]:
    """The rows whose line key stands once in their order, and a reject for each further one."""
    seen: set[tuple[str, str]] = set()
    sound, rejects = [], []
    for row in rows:
        place = (row["order_key"], row["line_key"])
        if row["line_key"] is not None and place in seen:
            rejects.append(
                Reject(
                    row=row["row"],
                    column="line_key",
                    value=row["line_key"],
                    code="line_key_twice",
                    reason="this order has another line of this key",
                )
            )
        else:
            seen.add(place)
            sound.append(row)
    return sound, rejects


def live_lines(order_ids: Iterable[int]) -> dict[int, dict[str, tuple[int, bytes]]]:
    """(id, digest) of the lines that are not void, by order and key."""
    found: dict[int, dict[str, tuple[int, bytes]]] = defaultdict(dict)
    rows = OrderLine.objects.filter(order_id__in=any_of(values=order_ids), is_void=False)
    for line_id, order_id, key, stored in rows.values_list("id", "order_id", "line_key", "digest"):
        found[order_id][key] = (line_id, bytes(stored))
    return found


def insert_lines(program_id: int, lines: list[tuple[int, date, Line]], *, stamp: int) -> None:
    """Insert lines, each (order id, business day, line)."""
    insert_rows(
        model=OrderLine,
        columns=_INSERTED,
        rows=[
            (
                line_id,
                program_id,
                order_id,
                line.key,
                business_on,
                False,
                *line.content(),
                line.digest,
                stamp,
            )
            for line_id, (order_id, business_on, line) in zip(
                new_ids(len(lines)), lines, strict=True
            )
        ],
    )


def update_lines(lines: list[tuple[int, Line]], *, stamp: int) -> None:
    """Update lines, each (id, line)."""
    update_rows(
        model=OrderLine,
        key="id",
        columns=_COLUMNS,
        rows=[(*line.content(), line.digest, stamp, line_id) for line_id, line in lines],
    )


def void_lines(line_ids: list[int], *, stamp: int) -> None:
    """Mark lines as void; they stay."""
    OrderLine.objects.filter(id__in=any_of(values=line_ids)).update(is_void=True, stamp=stamp)


def move_lines(orders: dict[int, tuple[Any, ...]], *, stamp: int) -> None:
    """After heads changed: stamp the orders' lines anew, so that they are fed and credited again.

    A line's day never changes, so lines of an order that moved to another day become void and
    come again on the new day.
    """
    moved: list[OrderLine] = []
    rows = OrderLine.objects.filter(order_id__in=any_of(values=orders), is_void=False)
    for line in rows:
        if line.business_on != orders[line.order_id][_DAY]:
            moved.append(line)
    rows.update(stamp=stamp)
    void_lines([line.id for line in moved], stamp=stamp)
    insert_rows(
        model=OrderLine,
        columns=_INSERTED,
        rows=[
            (
                line_id,
                line.program_id,
                line.order_id,
                line.line_key,
                orders[line.order_id][_DAY],
                False,
                *(getattr(line, name) for name in _CONTENT),
                bytes(line.digest),
                stamp,
            )
            for line_id, line in zip(new_ids(len(moved)), moved, strict=True)
        ],
    )
