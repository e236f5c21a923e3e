from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from siyu.foundation.errors import NotFound
from siyu.rooms.customers.queries import find_customer, known_as, opted_out_among, serving_now
from siyu.rooms.dispatch.models import Assignment, Dispatch
from siyu.rooms.dispatch.types import AssignmentState, AssignmentView, CustomerTask, OwnDispatch
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.queries import seller_ids_within


def own_assignments(*, viewer: Viewer) -> QuerySet[Assignment]:
    """The assignments of the seller who looks."""
    viewer.require(Right.WORK_TASKS)
    own = seller_ids_within(viewer=viewer) or frozenset()
    return Assignment.objects.filter(program_id=viewer.program_id, seller_id__in=own)


def own_dispatches(*, viewer: Viewer, now: datetime) -> list[OwnDispatch]:
    """What the seller is asked to do, the nearest deadline first.

    A dispatch that is done stays on the page for its last day. Left out are those taken back or
    over, and customers whom she must leave alone by now.
    """
    today = program_of(program_id=viewer.program_id).day_of(now)
    own = own_assignments(viewer=viewer)
    shown = own.filter(Q(state=AssignmentState.OPEN) | Q(closed_on=today))
    live = Dispatch.objects.filter(
        id__in=shown.values("dispatch_id"), due_at__gt=now, cancelled_at=None
    )
    ordered = list(live.order_by("due_at", "id"))
    rows = own.filter(dispatch_id__in=[each.id for each in ordered]).order_by("place", "id")
    return _own(ordered, rows)


def find_own_dispatch(*, viewer: Viewer, dispatch_id: int) -> OwnDispatch:
    """One dispatch with all of the seller's assignments, done ones included. Raises NotFound."""
    rows = own_assignments(viewer=viewer).filter(dispatch_id=dispatch_id).order_by("place", "id")
    dispatch = Dispatch.objects.filter(
        id=dispatch_id, program_id=viewer.program_id, cancelled_at=None
    ).first()
    if dispatch is None or not rows.exists():
        raise NotFound("There is no such task; it may have been taken back.")
    return _own([dispatch], rows)[0]


def find_assignment(*, viewer: Viewer, assignment_id: int) -> AssignmentView:
    """One of the seller's own assignments; raises NotFound."""
    row = own_assignments(viewer=viewer).filter(id=assignment_id).first()
    if row is None:
        raise NotFound("There is no such task on your list.")
    return assignment_view(row)


def tasks_with(*, viewer: Viewer, customer_id: int, limit: int = 20) -> list[CustomerTask]:
    """What was done with a customer because someone asked for it, newest first.

    Raises NotFound.
    """
    customer = find_customer(viewer=viewer, customer_id=customer_id)
    known = known_as(customer_ids=[customer.id])
    closed = Assignment.objects.filter(customer_id__in=list(known)).exclude(
        state=AssignmentState.OPEN
    )
    return [
        CustomerTask(
            title=row.dispatch.title,
            outcome=row.outcome,
            skip_reason=row.skip_reason,
            reason=row.reason,
            note=row.note,
            closed_at=row.closed_at or row.dispatch.created_at,
            closed_by_id=row.closed_by_id,
        )
        for row in closed.select_related("dispatch").order_by("-closed_at")[:limit]
    ]


def assignment_view(row: Assignment) -> AssignmentView:
    """An assignment for those outside the room."""
    return AssignmentView(
        id=row.id,
        dispatch_id=row.dispatch_id,
        seller_id=row.seller_id,
        unit_id=row.unit_id,
        customer_id=row.customer_id,
        state=AssignmentState(row.state),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        reminded_at=row.reminded_at,
        outcome=row.outcome,
        skip_reason=row.skip_reason,
        reason=row.reason,
        product_id=row.product_id,
        note=row.note,
    )


def _own(dispatches: list[Dispatch], rows: Iterable[Assignment]) -> list[OwnDispatch]:
    found = list(rows)
    still = [row for row in found if row.state == AssignmentState.OPEN]
    alone = _to_be_left_alone(still)
    return [
        OwnDispatch(
            id=each.id,
            title=each.title,
            body=each.body,
            asks_reason=each.asks_reason,
            template_code=each.template_code,
            due_at=each.due_at,
            reminded_at=max(
                (
                    row.reminded_at
                    for row in still
                    if row.dispatch_id == each.id and row.reminded_at
                ),
                default=None,
            ),
            open=tuple(
                assignment_view(row)
                for row in still
                if row.dispatch_id == each.id and row.id not in alone
            ),
            closed=tuple(
                assignment_view(row)
                for row in found
                if row.dispatch_id == each.id and row.state != AssignmentState.OPEN
            ),
        )
        for each in dispatches
    ]


def _to_be_left_alone(rows: list[Assignment]) -> set[int]:
    """Those whose customer was handed over, or wants no contact any more."""
    asked = {row.customer_id for row in rows if row.customer_id}
    serving, out = serving_now(customer_ids=asked), opted_out_among(customer_ids=asked)
    return {
        row.id
        for row in rows
        if row.customer_id
        and (
            row.customer_id in out or serving.get(row.customer_id, (None, None))[0] != row.seller_id
        )
    }
