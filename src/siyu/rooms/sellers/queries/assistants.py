from collections.abc import Iterable

from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import names_of_staff
from siyu.rooms.sellers.models import Assistant
from siyu.rooms.sellers.queries.sellers import find_seller, sellers_within
from siyu.rooms.sellers.types import AssistantView


def assistants_of(*, viewer: Viewer, seller_id: int) -> list[AssistantView]:
    """Who assists a seller within reach, and who did, the newest first. Raises NotFound."""
    find_seller(viewer=viewer, seller_id=seller_id)
    own = Assistant.objects.filter(seller_id=seller_id, returned_as=None)
    rows = list(own.order_by("-added_at", "-id"))
    names = names_of_staff(staff_ids=[row.staff_id for row in rows])
    return [
        AssistantView(
            id=row.id,
            staff_id=row.staff_id,
            name=names[row.staff_id],
            added_at=row.added_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]


def names_within(*, viewer: Viewer, staff_ids: Iterable[int]) -> dict[int, str]:
    """Names by id of those of the staff who are sellers within reach, or assist one."""
    asked = set(staff_ids)
    reach = sellers_within(viewer=viewer)
    selling = reach.filter(staff_id__in=asked).values_list("staff_id", flat=True)
    assisting = Assistant.objects.filter(staff_id__in=asked, seller__in=reach)
    known = {*selling, *assisting.values_list("staff_id", flat=True)}
    return names_of_staff(staff_ids=[each for each in known if each is not None])
