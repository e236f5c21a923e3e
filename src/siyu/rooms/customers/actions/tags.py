from django.db import IntegrityError, transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.customers.models import CustomerTag, Tag
from siyu.rooms.customers.queries import find_customer, find_tag
from siyu.rooms.customers.types import LONGEST_FRESH_DAYS, TAG_LENGTH
from siyu.rooms.operations.actions import record_deed, write_stamp
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import today_in
from siyu.rooms.sellers.queries import own_seller


def create_tag(
    *,
    viewer: Viewer,
    name: str,
    fresh_days: int,
    category_id: int | None = None,
    brand_id: int | None = None,
) -> int:
    """A new tag for sellers to put on customers; returns its id.

    It may claim that who bears it buys of a category or a brand. Raises BadInput for a name that
    is taken, or what cannot be stored.
    """
    viewer.require(Right.EDIT_SEGMENTS)
    tag = Tag(program_id=viewer.program_id, category_id=category_id, brand_id=brand_id)
    _write(viewer, tag, name, fresh_days, "create tag")
    return tag.id


@transaction.atomic
def edit_tag(*, viewer: Viewer, tag_id: int, name: str, fresh_days: int) -> None:
    """Rename a tag, or have it stay fresh longer or shorter. Raises as ``create_tag``; NotFound."""
    viewer.require(Right.EDIT_SEGMENTS)
    _write(viewer, _tag(viewer, tag_id), name, fresh_days, "edit tag")


@transaction.atomic
def retire_tag(*, viewer: Viewer, tag_id: int) -> None:
    """Put a tag away: nobody can put it on any more, and it counts nowhere. Raises NotFound."""
    viewer.require(Right.EDIT_SEGMENTS)
    tag = _tag(viewer, tag_id)
    tag.retired_at, tag.stamp = utc_now(), write_stamp()
    tag.save()
    record_deed(viewer=viewer, action="retire tag", subject=f"tag {tag.id}")


@transaction.atomic
def tag_customer(*, viewer: Viewer, customer_id: int, tag_id: int, on: bool) -> None:
    """Put a tag on a customer of the viewer's own, confirm it, or take it off.

    A tag that is confirmed is as fresh as a new one. Raises NotFound outside her reach, and for a
    tag that is none.
    """
    viewer.require(Right.WORK_TASKS)
    customer_id = find_customer(viewer=viewer, customer_id=customer_id).id
    tag = find_tag(viewer=viewer, tag_id=tag_id)
    CustomerTag.objects.update_or_create(
        customer_id=customer_id,
        tag_id=tag.id,
        defaults={
            "seller_id": own_seller(viewer=viewer).id,
            "tagged_on": today_in(program_id=viewer.program_id),
            "is_on": on,
            "stamp": write_stamp(),
        },
    )


def _write(viewer: Viewer, tag: Tag, name: str, fresh_days: int, action: str) -> None:
    name = name.strip()
    if not 1 <= len(name) <= TAG_LENGTH:
        raise BadInput("name", "Give it a name of 1 to {most} characters.", most=TAG_LENGTH)
    if not 1 <= fresh_days <= LONGEST_FRESH_DAYS:
        raise BadInput(
            "fresh_days", "A tag stays fresh for 1 to {most} days.", most=LONGEST_FRESH_DAYS
        )
    tag.name, tag.fresh_days = name, fresh_days
    try:
        with transaction.atomic():
            tag.stamp = write_stamp()
            tag.save()
            record_deed(viewer=viewer, action=action, subject=f"tag {tag.id}")
    except IntegrityError as error:
        raise BadInput("name", "There is a tag of this name already.") from error


def _tag(viewer: Viewer, tag_id: int) -> Tag:
    tags = Tag.objects.select_for_update()
    tag = tags.filter(id=tag_id, program_id=viewer.program_id, retired_at=None).first()
    if tag is None:
        raise NotFound("There is no such tag.")
    return tag
