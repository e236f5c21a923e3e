from collections.abc import Iterable
from datetime import datetime

from siyu.rooms.customers.models import Customer, Follow
from siyu.rooms.operations.queries import any_of


def serving_now(*, customer_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """(seller id, follow id) of who serves each customer today, by customer id."""
    rows = Follow.objects.filter(
        customer_id__in=any_of(values=set(customer_ids)),
        serving_from__isnull=False,
        serving_until__isnull=True,
    )
    return {
        customer_id: (seller_id, follow_id)
        for customer_id, seller_id, follow_id in rows.values_list("customer_id", "seller_id", "id")
    }


def serving_at(
    *, customer_ids: Iterable[int]
) -> dict[int, list[tuple[datetime, datetime | None, int, int]]]:
    """Serving periods (from, until, seller id, follow id) of each customer, in order."""
    rows = Follow.objects.filter(
        customer_id__in=any_of(values=set(customer_ids)), serving_from__isnull=False
    ).order_by("serving_from")
    periods: dict[int, list[tuple[datetime, datetime | None, int, int]]] = {}
    for customer_id, begins, ends, seller_id, follow_id in rows.values_list(
        "customer_id", "serving_from", "serving_until", "seller_id", "id"
    ):
        if begins is not None:
            periods.setdefault(customer_id, []).append((begins, ends, seller_id, follow_id))
    return periods


def opted_out_among(*, customer_ids: Iterable[int]) -> set[int]:
    """Those of the customers who want no marketing now."""
    rows = Customer.objects.filter(id__in=any_of(values=set(customer_ids)), opted_out=True)
    return set(rows.values_list("id", flat=True))
