"""Refunds as a source tells them beside the lines of an order."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

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
_KEY_CHARS = 250

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

    Each order is (id, column values, rows with their lines). A row's own refund amount counts,
    nothing too; an order with the status refunded gives back what its lines cost.
    """
    wanted: list[tuple[int, int | None, Row, Line, int, datetime]] = []
    for order_id, values, lines in orders:
        customer_id, status, at = values[0], values[3], values[4]
        for row, line in lines:
            amount = row["refund_minor"]
            if amount is None and status == OrderStatus.REFUNDED:
                amount = line.amount_minor
            if amount is not None:
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
    changed = write_refunds(program, source, refunds, stamp=stamp, begins_empty=False)
    return {order_id for key, order_id, *_ in refunds if key in changed and order_id is not None}


def write_refunds(
    program: ProgramView,
    source: str,
    refunds: list[NewRefund],
    *,
    stamp: int,
    begins_empty: bool = True,
) -> set[str]:
    """Insert or update refunds by outside key; returns the keys of those that changed.

    One of no amount is kept where ``begins_empty``: a return of gifts is a fact, a column that
    says 0 is none. A refund's day never changes: one that moves to another day is emptied, and
    comes again there.
    """
    known = {
        refund.source_key: refund
        for refund in Refund.objects.filter(
            program_id=program.id,
            source=source,
            source_key__in=any_of(values=[row[0] for row in refunds]),
        )
    }
    new = [row for row in refunds if row[0] not in known and (row[6] or begins_empty)]
    changed = [
        (known[row[0]], row)
        for row in refunds
        if row[0] in known and _told_before(known[row[0]]) != (*row[1:4], row[6], row[7])
    ]
    stay = [
        (refund, row)
        for refund, row in changed
        if program.day_of(row[7]) == refund.business_on and (row[6] or begins_empty)
    ]
    stays = {refund.id for refund, _ in stay}
    leave = [(refund, row) for refund, row in changed if refund.id not in stays]
    _empty([refund for refund, _ in leave], stamp=stamp)
    come = [*new, *(row for _, row in leave if row[6])]
    insert_rows(
        model=Refund,
        columns=_INSERTED,
        rows=[
            (refund_id, program.id, source, *row[:5], *_values(program, row), stamp)
            for refund_id, row in zip(new_ids(len(come)), come, strict=True)
        ],
    )
    update_rows(
        model=Refund,
        key="id",
        columns=("order_id", "line_id", "customer_id", *_WRITTEN),
        rows=[(*row[1:4], *_values(program, row), stamp, refund.id) for refund, row in stay],
    )
    return {row[0] for row in new} | {row[0] for _, row in changed}


def follow_orders(order_ids: Iterable[int], *, stamp: int) -> None:
    """After known orders changed: their refunds go to the lines that took the place of void ones.

    A refund that the order itself told of a line that is gone is emptied; one without a customer
    gets the order's.
    """
    ids = set(order_ids)
    nameless = Refund.objects.filter(order_id__in=any_of(values=ids), customer__isnull=True)
    named = nameless.filter(order__customer__isnull=False).values_list("order__customer_id", "id")
    update_rows(
        model=Refund,
        key="id",
        columns=("customer_id", "stamp"),
        rows=[(customer_id, stamp, refund_id) for customer_id, refund_id in named],
    )
    refunds = list(
        Refund.objects.filter(order_id__in=any_of(values=ids), line__is_void=True)
        .exclude(amount_minor=0)
        .select_related("line", "order")
    )
    live = live_lines(ids) if refunds else {}
    moved, gone = [], []
    for refund in refunds:
        line, order = refund.line, refund.order
        if line is None or order is None:
            continue
        if line.line_key in live[order.id]:
            moved.append((live[order.id][line.line_key][0], stamp, refund.id))
        elif refund.source_key == f"{order.source_key}/{line.line_key}":
            gone.append(refund)
    update_rows(model=Refund, key="id", columns=("line_id", "stamp"), rows=moved)
    _empty(gone, stamp=stamp)


def _empty(refunds: list[Refund], *, stamp: int) -> None:
    """Make refunds say nothing any more; their outside keys become free."""
    update_rows(
        model=Refund,
        key="id",
        columns=("source_key", "quantity", "amount_minor", "stamp"),
        rows=[
            (f"{refund.source_key[:_KEY_CHARS]}~{refund.id}", Decimal(0), 0, stamp, refund.id)
            for refund in refunds
        ],
    )


def _told_before(refund: Refund) -> tuple[Any, ...]:
    return (
        refund.order_id,
        refund.line_id,
        refund.customer_id,
        refund.amount_minor,
        refund.refunded_at,
    )


def _values(program: ProgramView, row: NewRefund) -> tuple[Any, ...]:
    return *row[5:], program.day_of(row[7])
