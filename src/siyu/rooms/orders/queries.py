"""Every read of the orders' room."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import pyarrow as pa
from django.db.models import QuerySet, Sum

from siyu.rooms.customers.queries import find_customer
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Viewer
from siyu.rooms.orders.models import Order, OrderLine, Refund
from siyu.rooms.orders.types import (
    CREDITABLE_LINES,
    OrderStatus,
    PurchasedLine,
    PurchaseView,
)


def purchases_of(*, viewer: Viewer, customer_id: int, limit: int = 20) -> list[PurchaseView]:
    """A customer's orders, newest first. Raises NotFound outside the viewer's reach."""
    find_customer(viewer=viewer, customer_id=customer_id)
    orders = list(Order.objects.filter(customer_id=customer_id).order_by("-at", "-id")[:limit])
    ids = [order.id for order in orders]
    lines: dict[int, list[PurchasedLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(order_id__in=ids, is_void=False).order_by("id"):
        lines[line.order_id].append(
            PurchasedLine(
                product_id=line.product_id,
                quantity=line.quantity,
                amount_minor=line.amount_minor,
            )
        )
    refunded = dict(
        Refund.objects.filter(order_id__in=ids)
        .values_list("order_id")
        .annotate(Sum("amount_minor"))
    )
    return [
        PurchaseView(
            id=order.id,
            status=OrderStatus(order.status),
            at=order.at,
            amount_minor=sum(line.amount_minor for line in lines[order.id]),
            refunded_minor=refunded.get(order.id, 0),
            lines=tuple(lines[order.id]),
        )
        for order in orders
    ]


def lines_written(*, program_id: int, stamp: int) -> pa.Table:
    """CREDITABLE_LINES of the lines that carry a stamp and are not void."""
    return _creditable(OrderLine.objects.filter(program_id=program_id, stamp=stamp))


def lines_of_customers(*, program_id: int, customer_ids: Iterable[int]) -> pa.Table:
    """CREDITABLE_LINES of all lines of these customers that are not void."""
    return _creditable(
        OrderLine.objects.filter(program_id=program_id, order__customer_id__in=any_of(customer_ids))
    )


def last_business_on(*, program_id: int) -> date | None:
    """The last day on which anything was ordered."""
    newest = Order.objects.filter(program_id=program_id).order_by("-business_on").first()
    return newest.business_on if newest else None


def _creditable(lines: QuerySet[OrderLine]) -> pa.Table:
    values = lines.filter(is_void=False).values_list(
        "id",
        "order__customer_id",
        "seller_id",
        "order__seller_id",
        "order__unit_id",
        "order__at",
        "business_on",
    )
    rows = [
        (line_id, customer_id, own or order_own, unit_id, at, business_on)
        for line_id, customer_id, own, order_own, unit_id, at, business_on in values
    ]
    columns = list(map(list, zip(*rows, strict=True))) if rows else [[]] * len(CREDITABLE_LINES)
    return pa.table(columns, schema=CREDITABLE_LINES)
