from collections.abc import Iterable

from django.db.models import Sum

from siyu.rooms.operations.actions import insert_rows
from siyu.rooms.operations.queries import any_of
from siyu.rooms.orders.models import Order, OrderLine, Payment
from siyu.rooms.orders.types import SOLD


def settle_payments(order_ids: Iterable[int], methods: dict[int, str | None]) -> None:
    """Write what was paid for each order anew: its lines and freight, where it counts as sold."""
    ids = list(order_ids)
    goods = dict(
        OrderLine.objects.filter(order_id__in=any_of(values=ids), is_void=False)
        .values_list("order_id")
        .annotate(total=Sum("amount_minor"))
    )
    before = dict(
        Payment.objects.filter(order_id__in=any_of(values=ids)).values_list("order_id", "method")
    )
    Payment.objects.filter(order_id__in=any_of(values=ids)).delete()
    orders = Order.objects.filter(id__in=any_of(values=ids), status__in=SOLD)
    insert_rows(
        model=Payment,
        columns=("order_id", "method", "amount_minor", "paid_at"),
        rows=[
            (
                order_id,
                methods.get(order_id) or before.get(order_id, ""),
                goods.get(order_id, 0) + freight_minor,
                paid_at or at,
            )
            for order_id, freight_minor, paid_at, at in orders.values_list(
                "id", "freight_minor", "paid_at", "at"
            )
        ],
    )
