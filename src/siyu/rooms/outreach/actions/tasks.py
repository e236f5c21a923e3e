from datetime import date, timedelta

from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.coaching.types import Outcome, SkipReason, TaskState
from siyu.rooms.customers.actions import opt_out
from siyu.rooms.customers.queries import opted_out_among
from siyu.rooms.operations.actions import announce, write_stamp
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import today_in
from siyu.rooms.outreach.events import TaskClosed, TaskReopened
from siyu.rooms.outreach.models import Task
from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.sellers.queries import seller_ids_within

_LONGEST_WAIT_DAYS = 14


@transaction.atomic
def finish_task(*, viewer: Viewer, task_id: int, outcome: Outcome, today: date) -> None:
    """Note that a task was done and how; the customer's quota is used from today on.

    Raises NotFound for another's task, Conflict where it is not open.
    """
    task = _own(viewer, task_id)
    if task.state != TaskState.OPEN:
        raise Conflict("This task is closed already; reload the list.")
    _close(task, TaskState.DONE, today, viewer)
    task.outcome = outcome
    task.save()
    _announce_closed(task)


@transaction.atomic
def skip_task(*, viewer: Viewer, task_id: int, reason: SkipReason, today: date) -> None:
    """Leave a task undone for a reason; a customer who wants no contact is opted out at once."""
    task = _own(viewer, task_id)
    if task.state != TaskState.OPEN:
        raise Conflict("This task is closed already; reload the list.")
    if reason is SkipReason.WANTS_NO_CONTACT and opted_out_among(customer_ids=[task.customer_id]):
        raise Conflict("This customer wants no contact already; reload the list.")
    _close(task, TaskState.SKIPPED, today, viewer)
    task.skip_reason = reason
    task.save()
    _announce_closed(task)
    if reason is SkipReason.WANTS_NO_CONTACT:
        opt_out(viewer=viewer, customer_id=task.customer_id, out=True)


@transaction.atomic
def postpone_task(*, viewer: Viewer, task_id: int, days: int, today: date) -> None:
    """Put a task off by 1 to 14 days; it keeps the customer from other lists until then."""
    if not 1 <= days <= _LONGEST_WAIT_DAYS:
        raise BadInput("days", "A task can be put off by 1 to 14 days.")
    task = _own(viewer, task_id)
    if task.state != TaskState.OPEN:
        raise Conflict("This task is closed already; reload the list.")
    task.due_on, task.stamp = today + timedelta(days=days), write_stamp()
    task.save(update_fields=["due_on", "stamp"])


@transaction.atomic
def reopen_task(*, viewer: Viewer, task_id: int, today: date) -> None:
    """Undo closing or putting off a task of today's list. Raises Conflict for an older one."""
    task = _own(viewer, task_id)
    undone = (TaskState.DONE, TaskState.SKIPPED, TaskState.OPEN)
    if task.state not in undone or (task.closed_on or today) != today:
        raise Conflict("Only what was closed today can be undone.")
    if task.skip_reason == SkipReason.WANTS_NO_CONTACT:
        opt_out(viewer=viewer, customer_id=task.customer_id, out=False)
    was_closed = task.state != TaskState.OPEN
    task.state, task.outcome, task.skip_reason = TaskState.OPEN, "", ""
    task.closed_at = task.closed_on = task.closed_by_id = task.blocked_until = None
    task.due_on, task.stamp = max(task.drawn_on, today), write_stamp()
    task.save()
    if was_closed:
        announce(TaskReopened(program_id=task.program_id, task_id=task.id))


@transaction.atomic
def close_tasks_of_merged(*, program_id: int, customer_id: int) -> None:
    """Close the open task with a customer who turned out to be another, as one that ran out."""
    Task.objects.filter(
        program_id=program_id, customer_id=customer_id, state=TaskState.OPEN
    ).update(
        state=TaskState.EXPIRED,
        closed_at=utc_now(),
        closed_on=today_in(program_id=program_id),
        stamp=write_stamp(),
    )


def _own(viewer: Viewer, task_id: int) -> Task:
    viewer.require(Right.WORK_TASKS)
    own = seller_ids_within(viewer=viewer)
    task = (
        Task.objects.select_for_update()
        .filter(id=task_id, program_id=viewer.program_id)
        .exclude(state=TaskState.HELD)
        .first()
    )
    if task is None or own is None or task.seller_id not in own:
        raise NotFound("There is no such task on your list.")
    return task


def _close(task: Task, state: TaskState, today: date, viewer: Viewer) -> None:
    quota_days = policy_of(program_id=task.program_id).quota_days
    task.state, task.closed_at, task.closed_on = state, utc_now(), today
    task.closed_by_id = viewer.staff_id
    task.blocked_until = today + timedelta(days=quota_days)
    task.stamp = write_stamp()


def _announce_closed(task: Task) -> None:
    announce(
        TaskClosed(
            program_id=task.program_id,
            task_id=task.id,
            customer_id=task.customer_id,
            seller_id=task.seller_id,
            signal=task.playbook.signal,
            outcome=task.outcome,
            skip_reason=task.skip_reason,
        )
    )
