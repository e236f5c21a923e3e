"""Every read of the orders' room."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import QuerySet, Sum

from siyu.rooms.customers.queries import find_customer, known_as
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.orders.models import Order, OrderLine, Refund
from siyu.rooms.orders.rules import Refunded, SoldLine, left_of
from siyu.rooms.orders.types import (
    CREDITABLE_LINES,
    SOLD,
    SOLD_LINES,
    OrderStatus,
    PurchasedLine,
    PurchaseView,
    WrittenOrder,
)


def purchases_of(*, viewer: Viewer, customer_id: int, limit: int = 20) -> list[PurchaseView]:
    """A customer's orders, newest first, of those merged into her too.

    Raises NotFound outside the viewer's reach.
    """
    customer = find_customer(viewer=viewer, customer_id=customer_id)
    known = known_as(customer_ids=[customer.id])
    orders = list(Order.objects.filter(customer_id__in=list(known)).order_by("-at", "-id")[:limit])
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


def last_bought(*, viewer: Viewer, customer_ids: Iterable[int]) -> dict[int, tuple[int, date, int]]:
    """(product, day, number of orders) of each customer's last sold order, by customer.

    The product is the dearest line's; customers without an order are missing.
    """
    found: dict[int, tuple[int, date, int]] = {}
    newest: dict[int, int] = {}
    viewer.require(Right.SEE_CUSTOMERS)
    people = known_as(customer_ids=customer_ids)
    orders = Order.objects.filter(
        program_id=viewer.program_id, customer_id__in=list(people), status__in=SOLD
    )
    for order_id, told_id, day in orders.order_by("at", "id").values_list(
        "id", "customer_id", "business_on"
    ):
        customer_id = people[told_id or 0]
        newest[order_id] = customer_id
        found[customer_id] = (0, day, found.get(customer_id, (0, day, 0))[2] + 1)
    last = {customer_id: order_id for order_id, customer_id in newest.items()}
    lines = OrderLine.objects.filter(order_id__in=list(last.values()), is_void=False)
    for order_id, product_id in lines.order_by("amount_minor", "-id").values_list(
        "order_id", "product_id"
    ):
        _, day, count = found[newest[order_id]]
        found[newest[order_id]] = (product_id, day, count)
    return found


def orders_written(*, program_id: int, stamp: int) -> list[WrittenOrder]:
    """The orders with a line that carries a stamp, by id."""
    ids = set(
        OrderLine.objects.filter(program_id=program_id, stamp=stamp).values_list(
            "order_id", flat=True
        )
    )
    amounts = dict(
        OrderLine.objects.filter(order_id__in=any_of(values=ids), is_void=False)
        .values_list("order_id")
        .annotate(Sum("amount_minor"))
    )
    return [
        WrittenOrder(
            id=order.id,
            key=order.source_key,
            source=order.source,
            status=OrderStatus(order.status),
            customer_id=order.customer_id,
            at=order.at,
            amount_minor=amounts.get(order.id, 0),
        )
        for order in Order.objects.filter(id__in=any_of(values=ids)).order_by("id")
    ]


def lines_written(*, program_id: int, stamp: int) -> pa.Table:
    """CREDITABLE_LINES of the lines that carry a stamp and are not void."""
    return _creditable(OrderLine.objects.filter(program_id=program_id, stamp=stamp))


def lines_of_customers(*, program_id: int, customer_ids: Iterable[int]) -> pa.Table:
    """CREDITABLE_LINES of all lines of these customers that are not void."""
    return _creditable(
        OrderLine.objects.filter(
            program_id=program_id, order__customer_id__in=any_of(values=customer_ids)
        )
    )


def orders_changed(*, program_id: int, low: int, high: int) -> set[int]:
    """The orders of which a line or a refund was written in a window of stamps."""
    window = {"program_id": program_id, "stamp__gte": low, "stamp__lt": high}
    lines = OrderLine.objects.filter(**window).values_list("order_id", flat=True)
    refunds = Refund.objects.filter(**window, line__isnull=False)
    return {*lines, *(refunds.values_list("line__order_id", flat=True))}


def orders_between(*, program_id: int, first: date, last: date) -> set[int]:
    """The orders of these business days, both included."""
    rows = Order.objects.filter(program_id=program_id, business_on__range=(first, last))
    return set(rows.values_list("id", flat=True))


def keys_of_orders(*, order_ids: Iterable[int]) -> dict[int, str]:
    """Outside keys by id, in one batch."""
    rows = Order.objects.filter(id__in=any_of(values=set(order_ids)))
    return dict(rows.values_list("id", "source_key"))


def orders_of_lines(*, line_ids: Iterable[int]) -> set[int]:
    """The orders that lines belong to."""
    rows = OrderLine.objects.filter(id__in=any_of(values=set(line_ids)))
    return set(rows.values_list("order_id", flat=True))


def sold_lines(*, order_ids: Iterable[int]) -> pa.Table:
    """SOLD_LINES of all lines of these orders, void ones too, by line."""
    asked = any_of(values=set(order_ids))
    lines = OrderLine.objects.filter(order_id__in=asked).order_by("id")
    found = [
        SoldLine(*row)
        for row in lines.values_list(
            "id",
            "order_id",
            "order__customer_id",
            "product_id",
            "order__source",
            "order__at",
            "business_on",
            "quantity",
            "amount_minor",
            "is_void",
            "order__status",
        )
    ]
    refunds = Refund.objects.filter(line__order_id__in=asked)
    given_back = refunds.values_list("line_id", "quantity", "amount_minor")
    rows = left_of(lines=found, refunds=[Refunded(*row) for row in given_back])
    return pa.Table.from_pylist(rows, schema=SOLD_LINES)


def last_business_on(*, program_id: int) -> date | None:
    """The last day on which anything was ordered."""
    newest = Order.objects.filter(program_id=program_id).order_by("-business_on").first()
    return newest.business_on if newest else None


def _creditable(lines: QuerySet[OrderLine]) -> pa.Table:
    found = list(lines.filter(is_void=False).values_list("id", "order_id", "seller_id"))
    if not found:
        return CREDITABLE_LINES.empty_table()
    line_ids, order_ids, own_sellers = map(list, zip(*found, strict=True))
    # An order's moments are read once, not for each of its lines, and its day is its lines' too.
    orders = list(
        Order.objects.filter(id__in=any_of(values=set(order_ids))).values_list(
            "id", "customer_id", "seller_id", "unit_id", "at", "business_on"
        )
    )
    places = {row[0]: place for place, row in enumerate(orders)}
    _, *columns = map(list, zip(*orders, strict=True))
    names = ("customer_id", "seller_id", "unit_id", "at", "business_on")
    heads = pa.table(columns, schema=pa.schema([CREDITABLE_LINES.field(name) for name in names]))
    rows = heads.take(pa.array([places[order_id] for order_id in order_ids]))
    sellers = pc.coalesce(pa.array(own_sellers, pa.int64()), rows["seller_id"])
    rows = rows.set_column(names.index("seller_id"), CREDITABLE_LINES.field("seller_id"), sellers)
    return rows.add_column(0, CREDITABLE_LINES.field("line_id"), [line_ids])
