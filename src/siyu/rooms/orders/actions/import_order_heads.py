import pyarrow as pa
from django.db import transaction

from siyu.foundation.ids import new_id
from siyu.rooms.operations.actions import announce, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.operations.types import ImportCounts, Reject
from siyu.rooms.orders.actions.heads import (
    head_of,
    insert_orders,
    merged,
    reject_unknown_sellers,
    resolve,
    update_orders,
)
from siyu.rooms.orders.actions.lines import move_lines
from siyu.rooms.orders.actions.payments import settle_payments
from siyu.rooms.orders.actions.refunds import follow_orders
from siyu.rooms.orders.events import OrderLinesWritten
from siyu.rooms.orders.models import Order
from siyu.rooms.organization.queries import program_of


@transaction.atomic
def import_order_heads(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Create or update orders from ORDER_HEAD_ROWS, whose lines come in a file of their own.

    Of several rows of one order the last holds. Rows of an unknown seller, and orders without any
    moment, are rejected.
    """
    program = program_of(program_id=program_id)
    given = plain_rows(table=rows)
    keys = resolve(program_id, source, given)
    sound, rejects = reject_unknown_sellers(given, keys)
    known = {
        order.source_key: order
        for order in Order.objects.filter(
            program_id=program_id,
            source=source,
            source_key__in=any_of(values=[row["order_key"] for row in sound]),
        )
    }
    created, updated = {}, {}
    told = {row["order_key"]: row for row in sound}
    momentless = 0
    for key, row in told.items():
        order = known.get(key)
        values = merged(head_of([row], keys, row["freight_minor"] or None), order, program)
        if values is None:
            momentless += 1
            rejects.append(
                Reject(
                    row=row["row"],
                    column="paid_at",
                    value="",
                    code="missing_value",
                    reason="an order needs paid_at or ordered_at",
                )
            )
        elif order is None:
            created[key] = (new_id(), key, values)
        elif values[-1] != bytes(order.digest):
            updated[key] = (order.id, values)
    insert_orders(program_id, source, list(created.values()))
    update_orders(list(updated.values()))
    stamp = write_stamp()
    move_lines({known[key].id: values for key, (_, values) in updated.items()}, stamp=stamp)
    touched = [order_id for order_id, _, _ in created.values()]
    touched += [order_id for order_id, _ in updated.values()]
    settle_payments(touched, {})
    follow_orders([order_id for order_id, _ in updated.values()], stamp=stamp)
    if updated:
        announce(OrderLinesWritten(program_id=program_id, stamp=stamp))
    return ImportCounts(
        created=len(created),
        updated=len(updated),
        unchanged=len(told) - len(created) - len(updated) - momentless,
        rejects=tuple(rejects),
        sums={"freight": sum(row["freight_minor"] for row in told.values())},
    )
