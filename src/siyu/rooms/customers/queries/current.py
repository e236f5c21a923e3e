from collections.abc import Iterable

from siyu.rooms.customers.models import Merge
from siyu.rooms.operations.queries import any_of


def current_ids(*, customer_ids: Iterable[int]) -> dict[int, int]:
    """Who each merged customer is by now, by the id that she had; others are missing."""
    rows = Merge.objects.filter(customer_id__in=any_of(values=set(customer_ids)), undone_at=None)
    return dict(rows.values_list("customer_id", "into_id"))


def known_as(*, customer_ids: Iterable[int]) -> dict[int, int]:
    """Each of the customers by every id under which she is known: her own, and those merged."""
    asked = set(customer_ids)
    rows = Merge.objects.filter(into_id__in=any_of(values=asked), undone_at=None)
    return {each: each for each in asked} | dict(rows.values_list("customer_id", "into_id"))
