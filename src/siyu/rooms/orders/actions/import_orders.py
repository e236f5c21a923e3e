from itertools import groupby
from typing import Any

import pyarrow as pa
from django.db import transaction

from siyu.foundation.ids import new_id
from siyu.rooms.catalog.actions import add_unknown_products
from siyu.rooms.operations.actions import announce, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.operations.types import ImportCounts, Reject
from siyu.rooms.orders.actions.heads import (
    Keys,
    Row,
    head_of,
    insert_orders,
    merged,
    reject_unknown_sellers,
    resolve,
    update_orders,
)
from siyu.rooms.orders.actions.lines import (
    Line,
    insert_lines,
    live_lines,
    move_lines,
    reject_doubled,
    update_lines,
    void_lines,
)
from siyu.rooms.orders.actions.payments import settle_payments
from siyu.rooms.orders.actions.refunds import follow_orders, told_refunds
from siyu.rooms.orders.events import OrderLinesWritten
from siyu.rooms.orders.models import Order
from siyu.rooms.orders.rules import occurrence_keys
from siyu.rooms.organization.queries import program_of

_UNNAMED = "unnamed"
_DAY = 6


@transaction.atomic
def import_orders(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Create or update orders with their lines from ORDER_ROWS that are no returns.

    The rows of an order stand together. Lines with a key are added or changed; an order whose
    lines have none is as the file says, so a line that is gone becomes void. Customers, products
    and stores that are new come to be; rows of an unknown seller are rejected, and so are lines
    of an order that neither says when it was nor is known already, and lines whose key stands
    twice in their order.
    """
    given = plain_rows(table=rows)
    keys = resolve(program_id, source, given)
    sound, rejects = reject_unknown_sellers(given, keys)
    sound, doubled = reject_doubled(sound)
    rejects += doubled
    work = _Work(program_id, source, sound, keys)
    for order_key, lines in groupby(sound, key=lambda row: row["order_key"]):
        problem = work.take(order_key, list(lines))
        rejects.extend(problem)
    created, updated, unchanged = work.write()
    return ImportCounts(
        created=created,
        updated=updated,
        unchanged=unchanged,
        rejects=tuple(rejects),
        sums=work.sums,
    )


class _Work:
    """What one batch of orders comes down to, gathered first and written at once."""

    def __init__(self, program_id: int, source: str, rows: list[Row], keys: Keys) -> None:
        self._program = program_of(program_id=program_id)
        self._source = source
        self._keys = keys
        order_keys = list(dict.fromkeys(row["order_key"] for row in rows))
        self._known = {
            order.source_key: order
            for order in Order.objects.filter(
                program_id=program_id, source=source, source_key__in=any_of(values=order_keys)
            )
        }
        self._live = live_lines(order.id for order in self._known.values())
        self._products = add_unknown_products(
            program_id=program_id,
            source=source,
            products={
                row["product_key"] or _UNNAMED: (row["product_name"], row["category"], row["brand"])
                for row in rows
            },
        )
        self._new: list[tuple[int, str, tuple[Any, ...]]] = []
        self._changed: dict[int, tuple[Any, ...]] = {}
        self._inserts: list[tuple[int, Any, Line]] = []
        self._updates: list[tuple[int, Line]] = []
        self._voids: list[int] = []
        self._touched: set[int] = set()
        self._methods: dict[int, str | None] = {}
        self._told: list[tuple[int, tuple[Any, ...], list[tuple[Row, Line]]]] = []
        self._seen: set[str] = set()
        self.sums = {"sales": 0, "freight": 0}

    def take(self, order_key: str, rows: list[Row]) -> list[Reject]:
        """Add one order; returns a reject for each row where the order has no moment."""
        order = self._known.get(order_key)
        freight = sum(row["freight_minor"] for row in rows)
        # Where heads come in a file of their own, either file may hold the freight.
        keeps_own_freight = order is not None and rows[0]["status"] is None and not freight
        head = head_of(rows, self._keys, None if keeps_own_freight else freight)
        values = merged(head, order, self._program)
        if values is None:
            return [_without_moment(row) for row in rows]
        self._seen.add(order_key)
        self.sums["sales"] += sum(row["amount_minor"] for row in rows)
        self.sums["freight"] += freight
        lines = self._lines(rows)
        if order is None:
            order_id = new_id()
            self._new.append((order_id, order_key, values))
            self._inserts.extend((order_id, values[_DAY], line) for line in lines)
            self._touched.add(order_id)
        else:
            order_id = order.id
            self._compare(order, values, lines, has_keys=rows[0]["line_key"] is not None)
        self._methods[order_id] = rows[0]["payment_method"]
        self._told.append((order_id, values, list(zip(rows, lines, strict=True))))
        return []

    def write(self) -> tuple[int, int, int]:
        """Write everything; returns how many orders are new, changed and as they were."""
        program_id = self._program.id
        stamp = write_stamp()
        insert_orders(program_id, self._source, self._new)
        update_orders(list(self._changed.items()))
        void_lines(self._voids, stamp=stamp)
        move_lines(self._changed, stamp=stamp)
        insert_lines(program_id, self._inserts, stamp=stamp)
        update_lines(self._updates, stamp=stamp)
        settle_payments(self._touched, self._methods)
        follow_orders(self._touched & {order.id for order in self._known.values()}, stamp=stamp)
        refunded = told_refunds(self._program, self._source, self._told, stamp=stamp)
        if self._touched:
            announce(OrderLinesWritten(program_id=program_id, stamp=stamp))
        created = len(self._new)
        updated = len((self._touched | refunded) - {order_id for order_id, _, _ in self._new})
        return created, updated, len(self._seen) - created - updated

    def _lines(self, rows: list[Row]) -> list[Line]:
        # The customer is part of a line's content only through its order, so it is left out.
        made = occurrence_keys(
            (
                row["product_key"],
                row["quantity"],
                row["unit_price"],
                row["amount_minor"],
                row["freight_minor"],
                row["seller_key"],
            )
            for row in rows
        )
        return [
            Line(
                key=row["line_key"] or key,
                digest=digest,
                product_id=self._products[row["product_key"] or _UNNAMED],
                seller_id=self._keys.sellers.get(row["seller_key"]),
                quantity=row["quantity"],
                unit_price=row["unit_price"],
                amount_minor=row["amount_minor"],
                freight_minor=row["freight_minor"],
            )
            for row, (key, digest) in zip(rows, made, strict=True)
        ]

    def _compare(
        self, order: Order, values: tuple[Any, ...], lines: list[Line], *, has_keys: bool
    ) -> None:
        if values[-1] != bytes(order.digest):
            self._changed[order.id] = values
            self._touched.add(order.id)
        if values[_DAY] != order.business_on:
            # Every line comes again on the new day, so the stored ones need no comparison.
            told = {line.key for line in lines}
            self._voids += [
                line_id
                for key, (line_id, _) in self._live[order.id].items()
                if key in told or not has_keys
            ]
            self._inserts += [(order.id, values[_DAY], line) for line in lines]
            return
        stored = self._live[order.id]
        before = len(self._inserts) + len(self._updates) + len(self._voids)
        for line in lines:
            found = stored.pop(line.key, None)
            if found is None:
                self._inserts.append((order.id, values[_DAY], line))
            elif found[1] != line.digest:
                self._updates.append((found[0], line))
        if not has_keys:
            self._voids += [line_id for line_id, _ in stored.values()]
        if before != len(self._inserts) + len(self._updates) + len(self._voids):
            self._touched.add(order.id)


def _without_moment(row: Row) -> Reject:
    return Reject(
        row=row["row"],
        column="order_key",
        value=row["order_key"],
        code="unknown_order",
        reason="neither paid_at nor ordered_at is given, and the order is not known: "
        "import the file of order heads first",
    )
