from collections.abc import Iterable
from datetime import datetime

from siyu.rooms.customers.models import Customer, Follow, Merge
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


Period = tuple[datetime, datetime | None, int, int]


def serving_at(*, customer_ids: Iterable[int]) -> dict[int, list[Period]]:
    """Serving periods (from, until, seller id, follow id) of each customer, in order.

    Of one who was merged, her own until then and those of the kept one from then on.
    """
    asked = set(customer_ids)
    merges = Merge.objects.filter(customer_id__in=any_of(values=asked), undone_at=None)
    merged = {row.customer_id: (row.into_id, row.merged_at) for row in merges}
    periods = _periods(asked | {into_id for into_id, _at in merged.values()})
    for customer_id, (into_id, merged_at) in merged.items():
        own = periods.get(customer_id, [])
        later = _since(periods.get(into_id, []), merged_at)
        periods[customer_id] = [*own, *later]
    return {each: periods[each] for each in asked if periods.get(each)}


def _since(periods: list[Period], at: datetime) -> list[Period]:
    return [
        (max(begins, at), ends, seller_id, follow_id)
        for begins, ends, seller_id, follow_id in periods
        if ends is None or ends > at
    ]


def _periods(customer_ids: Iterable[int]) -> dict[int, list[Period]]:
    rows = Follow.objects.filter(
        customer_id__in=any_of(values=customer_ids), serving_from__isnull=False
    ).order_by("serving_from")
    periods: dict[int, list[Period]] = {}
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
