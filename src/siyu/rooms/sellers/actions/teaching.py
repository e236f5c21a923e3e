from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.operations.actions import record_audit
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.models import Seller, Teaching
from siyu.rooms.sellers.queries import find_seller
from siyu.rooms.sellers.types import SellerStatus


@transaction.atomic
def set_teacher(*, viewer: Viewer, seller_id: int, teacher_id: int | None) -> None:
    """Say who teaches a seller from now on, or with None that nobody does.

    Raises NotFound out of reach, BadInput for a teacher who does not work, or whose own teachers
    lead back to the seller.
    """
    viewer.require(Right.ADMIT_SELLERS)
    find_seller(viewer=viewer, seller_id=seller_id)
    both = Seller.objects.select_for_update().filter(id__in=[seller_id, teacher_id or seller_id])
    list(both.order_by("id"))
    if teacher_id is not None:
        _check_teacher(viewer, seller_id, teacher_id)
    now = utc_now()
    held = Teaching.objects.filter(learner_id=seller_id, until_at=None)
    if held.filter(teacher_id=teacher_id).exists():
        return
    held.update(until_at=now)
    if teacher_id is not None:
        Teaching.objects.create(learner_id=seller_id, teacher_id=teacher_id, from_at=now)
    record_audit(
        actor_id=viewer.staff_id,
        program_id=viewer.program_id,
        action="set teacher",
        subject=f"seller {seller_id}",
        reason=f"seller {teacher_id}" if teacher_id else "",
    )


def _check_teacher(viewer: Viewer, seller_id: int, teacher_id: int) -> None:
    teacher = find_seller(viewer=viewer, seller_id=teacher_id)
    if teacher_id == seller_id:
        raise BadInput("teacher", "Nobody teaches herself; choose another seller.")
    if teacher.status is not SellerStatus.ACTIVE:
        raise BadInput("teacher", "She does not work now; choose somebody who does.")
    if seller_id in _teachers_above(teacher_id):
        raise BadInput("teacher", "She is taught by this seller; choose another one.")


def _teachers_above(seller_id: int) -> set[int]:
    above: set[int] = set()
    asked: int | None = seller_id
    while asked is not None and asked not in above:
        above.add(asked)
        rows = Teaching.objects.filter(learner_id=asked, until_at=None)
        asked = rows.values_list("teacher_id", flat=True).first()
    return above - {seller_id}
