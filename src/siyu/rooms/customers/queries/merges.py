"""Who turned out to be whom, and who may be."""

from django.db.models import Count

from siyu.rooms.customers.models import Merge, PersonalRecord
from siyu.rooms.customers.queries.pages import find_customer
from siyu.rooms.customers.types import MOST_TWINS, MergeView, Twins
from siyu.rooms.operations.types import Right, Viewer


def merges_of(*, viewer: Viewer, limit: int = 20) -> list[MergeView]:
    """The program's merges, the newest first; undone ones too."""
    viewer.require(Right.MERGE_CUSTOMERS)
    rows = Merge.objects.filter(program_id=viewer.program_id).order_by("-merged_at", "-id")
    return [
        MergeView(
            id=row.id,
            customer_id=row.customer_id,
            kept_id=row.kept_id,
            reason=row.reason,
            actor_id=row.actor_id,
            merged_at=row.merged_at,
            undone_at=row.undone_at,
        )
        for row in rows[:limit]
    ]


def twins_of(*, viewer: Viewer, page: int = 1, size: int = 10) -> tuple[list[Twins], int]:
    """Customers of the program who share a phone number, and how many such numbers there are."""
    viewer.require(Right.MERGE_CUSTOMERS)
    shared = (
        PersonalRecord.objects.filter(
            customer__program_id=viewer.program_id, phone_index__isnull=False
        )
        .values("phone_index")
        .annotate(people=Count("customer_id"))
        .filter(people__gt=1)
        .order_by("phone_index")
    )
    first = (page - 1) * size
    indexes = [bytes(row["phone_index"] or b"") for row in shared[first : first + size]]
    found = (_twins(viewer, index) for index in indexes)
    return [each for each in found if each.customers], shared.count()


def _twins(viewer: Viewer, index: bytes) -> Twins:
    rows = PersonalRecord.objects.filter(
        phone_index=index, customer__program_id=viewer.program_id
    ).order_by("customer_id")
    people = tuple(
        find_customer(viewer=viewer, customer_id=each)
        for each in rows.values_list("customer_id", flat=True)[:MOST_TWINS]
    )
    phone = people[0].masked_phone if people else ""
    return Twins(masked_phone=phone, customers=people, count=rows.count())
