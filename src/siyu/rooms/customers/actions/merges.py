from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.customers.events import CustomersMerged, FollowsChanged
from siyu.rooms.customers.models import (
    Consent,
    Customer,
    CustomerTag,
    Follow,
    Merge,
    PersonalRecord,
)
from siyu.rooms.customers.types import REASON_LENGTH
from siyu.rooms.operations.actions import announce, record_deed, write_stamp
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import today_in


@transaction.atomic
def merge_customers(
    *, viewer: Viewer, customer_ids: Iterable[int], kept_id: int, reason: str
) -> list[int]:
    """Note that customers are the same person as the one who is kept; returns the merges' ids.

    All or none. Their orders, follows and tasks keep their ids and count for the kept one from
    the next night on. The kept one takes over whoever serves them, if nobody serves the kept one,
    tags and details that are missing, and a refusal of messages. Raises NotFound for a customer of
    another program, BadInput for one and the same, for none or too long a reason, Conflict where
    one was merged already.
    """
    viewer.require(Right.MERGE_CUSTOMERS)
    if not 1 <= len(reason.strip()) <= REASON_LENGTH:
        raise BadInput("reason", "Say why in 1 to {most} characters.", most=REASON_LENGTH)
    others = sorted(set(customer_ids))
    if not others or kept_id in others:
        raise BadInput("customer", "Choose two customers, not one twice.")
    people = {
        row.id: row
        for row in Customer.objects.select_for_update()
        .filter(id__in=[*others, kept_id], program_id=viewer.program_id)
        .order_by("id")
    }
    if len(people) <= len(others):
        raise NotFound("There is no such customer.")
    if Merge.objects.filter(customer_id__in=people, undone_at=None).exists():
        raise Conflict("One of them was merged already; reload the page.")
    return [_merge(viewer, people[each], people[kept_id], reason.strip()) for each in others]


@transaction.atomic
def undo_merge(*, viewer: Viewer, merge_id: int) -> None:
    """Take a merge back: both are customers of their own again, each with who served her.

    Details and tags that the kept one took over stay with her; a refusal of messages stays with
    both. Raises NotFound, and Conflict where it was undone already or the kept one was merged on
    since.
    """
    viewer.require(Right.MERGE_CUSTOMERS)
    rows = Merge.objects.select_for_update().filter(id=merge_id, program_id=viewer.program_id)
    merge = rows.first()
    if merge is None:
        raise NotFound("There is no such merge.")
    if merge.undone_at is not None:
        raise Conflict("This merge was undone already; reload the page.")
    if merge.into_id != merge.kept_id:
        raise Conflict("The kept customer was merged into another; undo that merge first.")
    now, stamp = utc_now(), write_stamp()
    merge.undone_at, merge.stamp = now, stamp
    merge.save(update_fields=["undone_at", "stamp"])
    _separate(merge.customer_id, stamp)
    _hand_back(merge, now, stamp)
    _find_by_phone_again(merge.customer_id)
    _refuse_with(merge, stamp)
    record_deed(
        viewer=viewer,
        action="undo merge of customers",
        subject=f"customer {merge.customer_id} into {merge.kept_id}",
    )
    ids = (merge.customer_id, merge.kept_id)
    announce(FollowsChanged(program_id=viewer.program_id, customer_ids=ids))


def _merge(viewer: Viewer, customer: Customer, kept: Customer, reason: str) -> int:
    now, stamp = utc_now(), write_stamp()
    ended, taken = _hand_over(customer.id, kept.id, now, stamp)
    _take_details(customer, kept, stamp)
    merge = Merge.objects.create(
        program_id=viewer.program_id,
        customer_id=customer.id,
        kept_id=kept.id,
        into_id=kept.id,
        ended=ended,
        taken=taken,
        reason=reason,
        actor_id=viewer.staff_id,
        merged_at=now,
        merged_on=today_in(program_id=viewer.program_id),
        stamp=stamp,
    )
    Merge.objects.filter(into_id=customer.id, undone_at=None).update(into_id=kept.id, stamp=stamp)
    record_deed(
        viewer=viewer,
        action="merge customers",
        subject=f"customer {customer.id} into {kept.id}",
    )
    announce(
        CustomersMerged(program_id=viewer.program_id, customer_id=customer.id, into_id=kept.id)
    )
    announce(FollowsChanged(program_id=viewer.program_id, customer_ids=(customer.id, kept.id)))
    return merge.id


def _serving(customer_id: int) -> Follow | None:
    return Follow.objects.filter(
        customer_id=customer_id, serving_from__isnull=False, serving_until__isnull=True
    ).first()


def _hand_over(
    customer_id: int, kept_id: int, now: datetime, stamp: int
) -> tuple[Follow | None, Follow | None]:
    """End who serves her; with the kept one she goes on, if nobody serves that one."""
    served = _serving(customer_id)
    if served is None:
        return None, None
    Follow.objects.filter(id=served.id).update(serving_until=now, stamp=stamp)
    if _serving(kept_id) is not None:
        return served, None
    taken = Follow.objects.create(
        program_id=served.program_id,
        customer_id=kept_id,
        seller_id=served.seller_id,
        acquired_by_id=served.acquired_by_id,
        account=served.account,
        says_serving=True,
        followed_at=now,
        serving_from=now,
        stamp=stamp,
    )
    return served, taken


def _hand_back(merge: Merge, now: datetime, stamp: int) -> None:
    if merge.taken_id is not None:
        still = Follow.objects.filter(id=merge.taken_id, serving_until__isnull=True)
        still.update(serving_until=now, ended_at=now, stamp=stamp)
    if merge.ended_id is not None and _serving(merge.customer_id) is None:
        ended = Follow.objects.filter(id=merge.ended_id, serving_until=merge.merged_at)
        ended.update(serving_until=None, stamp=stamp)


def _separate(customer_id: int, stamp: int) -> None:
    """Those merged into her before are hers again, level by level."""
    level = [customer_id]
    while level:
        below = Merge.objects.filter(kept_id__in=level, undone_at=None)
        level = list(below.values_list("customer_id", flat=True))
        Merge.objects.filter(customer_id__in=level, undone_at=None).update(
            into_id=customer_id, stamp=stamp
        )


def _take_details(merged: Customer, kept: Customer, stamp: int) -> None:
    ring = settings.SIYU_KEYRING
    records = PersonalRecord.objects.in_bulk([merged.id, kept.id])
    people = {each: ring.open(record.sealed) for each, record in records.items()}
    own, other = people.get(kept.id, {}), people.get(merged.id, {})
    told = {name: own.get(name) or other.get(name) for name in ("name", "phone")}
    if told["phone"] == other.get("phone"):
        # The number is the kept one's from now on.
        PersonalRecord.objects.filter(customer_id=merged.id).update(phone_index=None)
    if told != own and any(told.values()):
        PersonalRecord.objects.update_or_create(
            customer_id=kept.id,
            defaults={
                "sealed": ring.seal(told),
                "phone_index": ring.blind_index("phone", told["phone"]) if told["phone"] else None,
            },
        )
    if merged.opted_out and not kept.opted_out:
        kept.opted_out = True
        Consent.objects.create(customer_id=kept.id, given=False, source=Consent.BY_HAND)
    for name in ("born_on", "city", "city_tier", "registered_at"):
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(merged, name))
    if kept.gender == "unknown":
        kept.gender = merged.gender
    kept.stamp = stamp
    kept.save()
    borne = CustomerTag.objects.filter(customer_id=merged.id, is_on=True)
    for tag in borne:
        kept_tag = CustomerTag.objects.filter(customer_id=kept.id, tag_id=tag.tag_id)
        if kept_tag.filter(tagged_on__gt=tag.tagged_on).exists():
            continue
        CustomerTag.objects.update_or_create(
            customer_id=kept.id,
            tag_id=tag.tag_id,
            defaults={
                "seller_id": tag.seller_id,
                "tagged_on": tag.tagged_on,
                "is_on": True,
                "stamp": stamp,
            },
        )
    borne.update(is_on=False, stamp=stamp)


def _refuse_with(merge: Merge, stamp: int) -> None:
    """Who refused messages while both were one may have been either: both are left alone."""
    if Customer.objects.filter(id=merge.kept_id, opted_out=True).exists():
        refused = Customer.objects.filter(id=merge.customer_id, opted_out=False)
        if refused.update(opted_out=True, stamp=stamp):
            Consent.objects.create(
                customer_id=merge.customer_id, given=False, source=Consent.BY_HAND
            )


def _find_by_phone_again(customer_id: int) -> None:
    ring = settings.SIYU_KEYRING
    for record in PersonalRecord.objects.filter(customer_id=customer_id):
        phone = ring.open(record.sealed).get("phone")
        record.phone_index = ring.blind_index("phone", phone) if phone else None
        record.save(update_fields=["phone_index"])
