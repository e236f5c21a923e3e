"""Every write of plans: a version is drafted, signed for, published and withdrawn."""

import hashlib
import re
from datetime import date, datetime, timedelta

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Max

from siyu.analytics.commissions import Plan
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.operations.actions import announce, record_deed
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.plans import models
from siyu.rooms.plans.events import PlanWithdrawn
from siyu.rooms.plans.queries import ids_in, plan_in, plans_in_force, review_plan
from siyu.rooms.plans.types import NOTE_LENGTH, TEXT_LENGTH, PlanState, Verdict

_SHA_256 = re.compile(r"[0-9a-f]{64}")


@transaction.atomic
def draft_plan(*, viewer: Viewer, text: str) -> int:
    """Keep a text as the draft of a new version; returns its id.

    Raises BadInput for a text that is no plan of this program.
    """
    viewer.require(Right.EDIT_PLANS)
    newest = models.Plan.objects.filter(program_id=viewer.program_id).aggregate(Max("number"))
    row = models.Plan(
        program_id=viewer.program_id,
        number=(newest["number__max"] or 0) + 1,
        written_by_id=viewer.staff_id,
    )
    try:
        with transaction.atomic():
            _write(viewer, row, text)
    except IntegrityError as error:
        raise Conflict("Somebody wrote a version at this moment; try again.") from error
    _note(viewer, row, "draft plan")
    return row.id


@transaction.atomic
def edit_plan(*, viewer: Viewer, plan_id: int, text: str, at: datetime) -> None:
    """Write a draft anew; a signature counts for the text that was signed only.

    Raises BadInput, NotFound, and Conflict for what was published.
    """
    row = _draft(viewer, plan_id)
    row.written_by_id, row.written_at = viewer.staff_id, at
    _write(viewer, row, text)
    _note(viewer, row, "edit plan")


@transaction.atomic
def discard_plan(*, viewer: Viewer, plan_id: int) -> None:
    """Throw a draft away. Raises NotFound, and Conflict for what was published."""
    row = _draft(viewer, plan_id)
    _note(viewer, row, "discard plan")
    row.delete()


@transaction.atomic
def sign_plan(*, viewer: Viewer, plan_id: int, memo_sha256: str, note: str, at: datetime) -> None:
    """Answer for what the law leaves in doubt of a draft, as its text is now.

    ``memo_sha256`` is the digest of counsel's memo, 64 hexadecimal digits. Raises BadInput,
    NotFound, Conflict.
    """
    viewer.require(Right.PUBLISH_PLANS)
    row = _draft(viewer, plan_id)
    memo, note = memo_sha256.strip().lower(), note.strip()
    if not _SHA_256.fullmatch(memo):
        raise BadInput(
            "memo_sha256",
            "Give the SHA-256 of counsel's memo: 64 hexadecimal digits, as sha256sum prints them.",
        )
    if len(note) > NOTE_LENGTH:
        raise BadInput("note", "The note may have {most} characters.", most=NOTE_LENGTH)
    models.Signature.objects.create(
        plan=row,
        digest=row.digest,
        memo_sha256=memo,
        note=note,
        by_staff_id=viewer.staff_id,
        at=at,
    )
    _note(viewer, row, "sign plan")


@transaction.atomic
def publish_plan(*, viewer: Viewer, plan_id: int, today: date, at: datetime) -> None:
    """Put a draft in force from its first day on; from then on it is never changed.

    It may begin before today only where no version counted: what was sold then is paid for too.
    Raises Conflict where the law forbids it, or leaves it in doubt and nobody signed this text, or
    it would change what was sold under another; BadInput where it names what the program does not
    have.
    """
    viewer.require(Right.PUBLISH_PLANS)
    row = _draft(viewer, plan_id)
    plan = plan_in(program_id=viewer.program_id, text=row.text)
    review = review_plan(viewer=viewer, text=row.text, announced_on=today)
    if review.verdict is Verdict.BLOCKED:
        raise Conflict("The law forbids this plan; mend what is marked as forbidden.")
    signed = models.Signature.objects.filter(plan=row, digest=row.digest).exists()
    if review.verdict is Verdict.NEEDS_SIGN_OFF and not signed:
        raise Conflict("The law leaves this in doubt: somebody has to sign for it first.")
    if plan.from_on < today:
        _check_days_are_free(viewer.program_id, plan, today)
    ids = ids_in(program_id=viewer.program_id, plan=plan)
    row.state, row.ids = PlanState.PUBLISHED, msgspec.to_builtins(ids)
    row.published_by_id, row.published_at = viewer.staff_id, at
    row.save()
    _note(viewer, row, "publish plan")


@transaction.atomic
def withdraw_plan(*, viewer: Viewer, plan_id: int, today: date) -> None:
    """Take back a published version that has not begun; the one before goes on.

    Raises NotFound, and Conflict once it has begun: then a new version ends it.
    """
    viewer.require(Right.PUBLISH_PLANS)
    row = _own(viewer, plan_id)
    if row.state != PlanState.PUBLISHED:
        raise Conflict("Only what was published can be withdrawn.")
    if row.from_on <= today:
        raise Conflict("It is in force already; publish a new version to end it.")
    row.state = PlanState.WITHDRAWN
    row.save()
    _note(viewer, row, "withdraw plan")
    announce(PlanWithdrawn(program_id=viewer.program_id, plan_id=row.id))


def _check_days_are_free(program_id: int, plan: Plan, today: date) -> None:
    yesterday = today - timedelta(days=1)
    last = min(plan.until_on or yesterday, yesterday)
    if plans_in_force(program_id=program_id).count_within(plan.from_on, last):
        raise Conflict(
            "Another version counted since {day}; let this one begin today or later.",
            day=plan.from_on,
        )


def _write(viewer: Viewer, row: models.Plan, text: str) -> None:
    if len(text) > TEXT_LENGTH:
        raise BadInput("plan", "A plan has at most {most} characters.", most=TEXT_LENGTH)
    text = text.replace("\r\n", "\n")
    plan = plan_in(program_id=viewer.program_id, text=text)
    row.text, row.digest = text, hashlib.sha256(text.encode()).digest()
    row.from_on, row.until_on = plan.from_on, plan.until_on
    row.save()


def _draft(viewer: Viewer, plan_id: int) -> models.Plan:
    row = _own(viewer, plan_id)
    if row.state != PlanState.DRAFT:
        raise Conflict("This version was published; write a new one.")
    return row


def _own(viewer: Viewer, plan_id: int) -> models.Plan:
    viewer.require(Right.EDIT_PLANS)
    found = (
        models.Plan.objects.select_for_update()
        .filter(id=plan_id, program_id=viewer.program_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such plan.")
    return found


def _note(viewer: Viewer, row: models.Plan, action: str) -> None:
    record_deed(viewer=viewer, action=action, subject=f"plan {row.id}")
