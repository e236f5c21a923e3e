"""Refunds as a source tells them beside the lines of an order."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from siyu.foundation.clock import business_day
from siyu.foundation.ids import new_ids
from siyu.rooms.operations.actions import insert_rows, update_rows
from siyu.rooms.operations.queries import any_of
from siyu.rooms.orders.actions.heads import Row
from siyu.rooms.orders.actions.lines import Line, live_lines
from siyu.rooms.orders.models import Refund
from siyu.rooms.orders.types import OrderStatus
from siyu.rooms.organization.types import ProgramView

_WRITTEN = ("quantity", "amount_minor", "refunded_at", "business_on", "stamp")
_INSERTED = (
    "id",
    "program_id",
    "source",
    "source_key",
    "order_id",
    "line_id",
    "customer_id",
    "product_id",
    *_WRITTEN,
)
NewRefund = tuple[str, int | None, int | None, int | None, int | None, Decimal, int, datetime]
"""(outside key, order, line, customer, product, quantity, amount, moment)."""


def told_refunds(
    program: ProgramView,
    source: str,
    orders: list[tuple[int, tuple[Any, ...], list[tuple[Row, Line]]]],
    *,
    stamp: int,
) -> set[int]:
    """Write the refunds that orders' rows tell; returns the ids of the orders it changed.

    Each order is (id, column values, rows with their lines). A row's own refund amount counts;
    an order with the status refunded gives back what its lines cost.
    """
    wanted: list[tuple[int, int | None, Row, Line, int, datetime]] = []
    for order_id, values, lines in orders:
        customer_id, status, at = values[0], values[3], values[4]
        for row, line in lines:
            amount = row["refund_minor"]
            if amount is None and status == OrderStatus.REFUNDED:
                amount = line.amount_minor
            if amount:
                wanted.append((order_id, customer_id, row, line, amount, row["refunded_at"] or at))
    if not wanted:
        return set()
    live = live_lines({order_id for order_id, *_ in wanted})
    refunds: list[NewRefund] = [
        (
            f"{row['order_key']}/{line.key}",
            order_id,
            live[order_id][line.key][0],
            customer_id,
            line.product_id,
            line.quantity,
            amount,
            moment,
        )
        for order_id, customer_id, row, line, amount, moment in wanted
    ]
    changed = write_refunds(program, source, refunds, stamp=stamp)
    return {order_id for key, order_id, *_ in refunds if key in changed and order_id is not None}


def write_refunds(
    program: ProgramView, source: str, refunds: list[NewRefund], *, stamp: int
) -> set[str]:
    """Insert or update refunds by outside key; returns the keys of those that changed."""
    known = {
        refund.source_key: refund
        for refund in Refund.objects.filter(
            program_id=program.id,
            source=source,
            source_key__in=any_of(values=[row[0] for row in refunds]),
        )
    }
    new = [row for row in refunds if row[0] not in known]
    insert_rows(
        model=Refund,
        columns=_INSERTED,
        rows=[
            (refund_id, program.id, source, *row[:5], *_values(program, row), stamp)
            for refund_id, row in zip(new_ids(len(new)), new, strict=True)
        ],
    )
    changed = [
        (known[row[0]].id, row)
        for row in refunds
        if row[0] in known
        and (known[row[0]].amount_minor, known[row[0]].refunded_at) != (row[6], row[7])
    ]
    update_rows(
        model=Refund,
        key="id",
        columns=_WRITTEN,
        rows=[(*_values(program, row), stamp, refund_id) for refund_id, row in changed],
    )
    return {row[0] for row in new} | {row[0] for _, row in changed}


def _values(program: ProgramView, row: NewRefund) -> tuple[Any, ...]:
    quantity, amount, moment = row[5:]
    return quantity, amount, moment, business_day(moment, program.zone, program.cut_off_hour)
