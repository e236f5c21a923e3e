from datetime import datetime, timedelta

from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.coaching.types import Outcome, SkipReason
from siyu.rooms.customers.actions import opt_out
from siyu.rooms.customers.queries import opted_out_among
from siyu.rooms.dispatch.models import Assignment
from siyu.rooms.dispatch.queries.assignments import own_assignments
from siyu.rooms.dispatch.types import NOTE_LENGTH, AssignmentState, CustomerReason
from siyu.rooms.operations.actions import write_stamp
from siyu.rooms.operations.types import Viewer
from siyu.rooms.orders.queries import purchases_of
from siyu.rooms.organization.queries import program_of, today_in
from siyu.rooms.outreach.queries import policy_of


def open_assignments(*, viewer: Viewer, dispatch_id: int, now: datetime) -> None:
    """Note that the seller has looked at her part of a dispatch; the first look counts."""
    own_assignments(viewer=viewer).filter(dispatch_id=dispatch_id, opened_at=None).update(
        opened_at=now
    )


@transaction.atomic
def finish_assignment(
    *,
    viewer: Viewer,
    assignment_id: int,
    now: datetime,
    outcome: Outcome | None = None,
    reason: CustomerReason | None = None,
    product_id: int | None = None,
    note: str = "",
) -> None:
    """Note that an assignment was done: how the customer was reached and what she said.

    Raises BadInput without the reason where the dispatch asks for it, for a product that is none
    and for a note that is too long; Conflict where the assignment is not open any more.
    """
    assignment = _open(viewer, assignment_id, now)
    if assignment.customer_id and outcome is None:
        raise BadInput("outcome", "Say how you reached the customer.")
    if assignment.dispatch.asks_reason and reason is None:
        raise BadInput("reason", "Choose the reason that the customer gave.")
    if len(note.strip()) > NOTE_LENGTH:
        raise BadInput("note", "A note has {longest} characters at most.", longest=NOTE_LENGTH)
    if product_id is not None and product_id not in _bought(viewer, assignment):
        raise BadInput("product", "Choose one of the products that the customer bought.")
    assignment.outcome, assignment.reason = outcome or "", reason or ""
    assignment.product_id, assignment.note = product_id, note.strip()
    _close(assignment, AssignmentState.DONE, now, viewer)


@transaction.atomic
def skip_assignment(
    *, viewer: Viewer, assignment_id: int, reason: SkipReason, now: datetime
) -> None:
    """Leave an assignment undone for a reason; who wants no contact is opted out at once."""
    assignment = _open(viewer, assignment_id, now)
    is_refusal = reason is SkipReason.WANTS_NO_CONTACT and assignment.customer_id
    if is_refusal and opted_out_among(customer_ids=[assignment.customer_id or 0]):
        raise Conflict("This customer wants no contact already; reload the list.")
    assignment.skip_reason = reason
    _close(assignment, AssignmentState.SKIPPED, now, viewer)
    if reason is SkipReason.WANTS_NO_CONTACT and assignment.customer_id:
        opt_out(viewer=viewer, customer_id=assignment.customer_id, out=True)


@transaction.atomic
def reopen_assignment(*, viewer: Viewer, assignment_id: int, now: datetime) -> None:
    """Undo closing an assignment of today. Raises Conflict for an older one."""
    assignment = _own(viewer, assignment_id)
    _require_live(assignment, now)
    today = program_of(program_id=assignment.program_id).day_of(now)
    if assignment.state == AssignmentState.OPEN or assignment.closed_on != today:
        raise Conflict("Only what was closed today can be undone.")
    if assignment.skip_reason == SkipReason.WANTS_NO_CONTACT and assignment.customer_id:
        opt_out(viewer=viewer, customer_id=assignment.customer_id, out=False)
    assignment.state, assignment.closed_at, assignment.closed_on = AssignmentState.OPEN, None, None
    assignment.outcome = assignment.skip_reason = assignment.reason = assignment.note = ""
    assignment.product_id = assignment.closed_by_id = None
    assignment.stamp = write_stamp()
    assignment.blocked_until = (
        assignment.dispatch.due_on + timedelta(days=1) if assignment.customer_id else None
    )
    assignment.save()


@transaction.atomic
def ask_for_the_kept(*, program_id: int, customer_id: int, kept_id: int) -> None:
    """Ask for a customer's contacts under who she turned out to be, once for each dispatch."""
    rows = Assignment.objects.filter(program_id=program_id, state=AssignmentState.OPEN)
    asked = rows.filter(customer_id=customer_id)
    twice = Assignment.objects.filter(customer_id=kept_id).values_list("dispatch_id", flat=True)
    stamp = write_stamp()
    asked.filter(dispatch_id__in=list(twice)).update(
        state=AssignmentState.SKIPPED,
        skip_reason=SkipReason.OTHER,
        closed_at=utc_now(),
        closed_on=today_in(program_id=program_id),
        blocked_until=None,
        stamp=stamp,
    )
    asked.update(customer_id=kept_id, stamp=stamp)


def _bought(viewer: Viewer, assignment: Assignment) -> set[int]:
    if assignment.customer_id is None:
        return set()
    purchases = purchases_of(viewer=viewer, customer_id=assignment.customer_id)
    return {line.product_id for purchase in purchases for line in purchase.lines}


def _open(viewer: Viewer, assignment_id: int, now: datetime) -> Assignment:
    assignment = _own(viewer, assignment_id)
    if assignment.state != AssignmentState.OPEN:
        raise Conflict("This task is closed already; reload the list.")
    _require_live(assignment, now)
    return assignment


def _require_live(assignment: Assignment, now: datetime) -> None:
    if assignment.dispatch.cancelled_at:
        raise Conflict("Headquarters has taken this back.")
    if assignment.dispatch.due_at <= now:
        raise Conflict("The deadline has passed; this can no longer be reported.")


def _own(viewer: Viewer, assignment_id: int) -> Assignment:
    rows = own_assignments(viewer=viewer).select_for_update(of=("self",)).select_related("dispatch")
    assignment = rows.filter(id=assignment_id).first()
    if assignment is None:
        raise NotFound("There is no such task on your list.")
    return assignment


def _close(assignment: Assignment, state: AssignmentState, now: datetime, viewer: Viewer) -> None:
    today = program_of(program_id=assignment.program_id).day_of(now)
    assignment.state, assignment.closed_at, assignment.closed_on = state, now, today
    assignment.closed_by_id = viewer.staff_id
    assignment.opened_at = assignment.opened_at or assignment.closed_at
    if assignment.customer_id:
        quota_days = policy_of(program_id=assignment.program_id).quota_days
        assignment.blocked_until = today + timedelta(days=quota_days)
    assignment.stamp = write_stamp()
    assignment.save()
