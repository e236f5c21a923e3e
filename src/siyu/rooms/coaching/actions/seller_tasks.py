"""Tasks about sellers, for those who lead them."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from siyu.analytics.marts.seller_candidates import SELLER_SIGNALS
from siyu.analytics.marts.seller_responses import SELLER_HORIZON_DAYS
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.coaching.models import SellerTask
from siyu.rooms.coaching.types import Outcome, SkipReason, TaskState
from siyu.rooms.insights.queries import seller_candidates_of
from siyu.rooms.insights.types import Arm
from siyu.rooms.operations.actions import RunLog, write_stamp
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.queries import units_of_working_sellers

_OPEN_DAYS = 7
_PER_UNIT = 5
_BATCH = 500
_LONGEST_NOTE = 500
_EVIDENCE = ("evidence_1", "evidence_2", "evidence_3")


def draw_seller_tasks(
    *, program_id: int, results_id: int, as_of: date, hold_share_ppm: int, log: RunLog
) -> int:
    """Close seller tasks that ran out, then draw the day's; returns how many.

    A unit has at most five tasks open. A seller with an open task, or looked after or held within
    14 days, is left alone; ``hold_share_ppm`` of the tasks are held back. A task whose seller
    left, or moved to another unit, is closed too. A day is drawn once.
    """
    with log.step("seller_lists") as step:
        candidates = seller_candidates_of(program_id=program_id, results_id=results_id)
        units = units_of_working_sellers(program_id=program_id)
        with transaction.atomic():
            _expire(program_id, as_of, units)
            tasks = SellerTask.objects.filter(program_id=program_id)
            rows = [] if tasks.filter(drawn_on=as_of).exists() else candidates
            stamp = write_stamp()
            chosen = _drawable(program_id, rows, units, as_of)
            drawn = SellerTask.objects.bulk_create(
                (_task(program_id, row, as_of, hold_share_ppm, stamp) for row in chosen),
                batch_size=_BATCH,
            )
        step.wrote(len(drawn))
    return len(drawn)


def _expire(program_id: int, as_of: date, units: dict[int, int]) -> None:
    still = SellerTask.objects.filter(program_id=program_id, state=TaskState.OPEN)
    gone = [
        task_id
        for task_id, seller_id, unit_id in still.values_list("id", "seller_id", "unit_id")
        if units.get(seller_id) != unit_id
    ]
    still.filter(Q(due_on__lt=as_of) | Q(id__in=any_of(values=gone))).update(
        state=TaskState.EXPIRED,
        closed_at=utc_now(),
        closed_on=as_of - timedelta(days=1),
        stamp=write_stamp(),
    )


def _drawable(
    program_id: int, candidates: list[dict[str, Any]], units: dict[int, int], as_of: date
) -> list[dict[str, Any]]:
    """The candidates of each unit, the most valuable first, within what it can take."""
    tasks = SellerTask.objects.filter(program_id=program_id)
    resting = set(
        tasks.filter(Q(state=TaskState.OPEN) | Q(blocked_until__gt=as_of)).values_list(
            "seller_id", flat=True
        )
    )
    room: dict[int, int] = {}
    for taken_id in tasks.filter(state=TaskState.OPEN).values_list("unit_id", flat=True):
        room[taken_id] = room.get(taken_id, _PER_UNIT) - 1
    chosen = []
    for row in candidates:
        seller_id = row["seller_id"]
        unit_id = units.get(seller_id)
        if unit_id is None or seller_id in resting:
            continue
        if room.setdefault(unit_id, _PER_UNIT) > 0:
            room[unit_id] -= 1
            chosen.append(row | {"unit_id": unit_id})
    return chosen


def _task(
    program_id: int, row: dict[str, Any], as_of: date, hold_share_ppm: int, stamp: int
) -> SellerTask:
    occasion = f"{program_id}:{row['signal']}:{row['seller_id']}:{as_of}"
    is_held = settings.SIYU_KEYRING.lot("hold seller", occasion) < hold_share_ppm
    names = SELLER_SIGNALS[row["signal"]]
    return SellerTask(
        program_id=program_id,
        unit_id=row["unit_id"],
        seller_id=row["seller_id"],
        signal=row["signal"],
        drawn_on=as_of,
        due_on=as_of + timedelta(days=_OPEN_DAYS - 1),
        evidence={name: row[place] for name, place in zip(names, _EVIDENCE, strict=True)},
        expected_value_minor=row["expected_value_minor"],
        arm=Arm.HELD if is_held else Arm.TREATED,
        state=TaskState.HELD if is_held else TaskState.OPEN,
        blocked_until=as_of + timedelta(days=SELLER_HORIZON_DAYS) if is_held else None,
        stamp=stamp,
    )


@transaction.atomic
def finish_seller_task(
    *, viewer: Viewer, task_id: int, outcome: Outcome, note: str, today: date
) -> None:
    """Note how a seller was looked after. Raises Conflict where the task is not open."""
    if len(note) > _LONGEST_NOTE:
        raise BadInput("note", "A note has {longest} characters at most.", longest=_LONGEST_NOTE)
    task = _open(viewer, task_id)
    task.outcome, task.note = outcome, note.strip()
    _close(task, TaskState.DONE, viewer, today)


@transaction.atomic
def skip_seller_task(*, viewer: Viewer, task_id: int, reason: SkipReason, today: date) -> None:
    """Leave a seller alone for a reason. Raises Conflict where the task is not open."""
    task = _open(viewer, task_id)
    task.skip_reason = reason
    _close(task, TaskState.SKIPPED, viewer, today)


@transaction.atomic
def reopen_seller_task(*, viewer: Viewer, task_id: int, today: date) -> None:
    """Undo closing a task of today. Raises Conflict for an older one."""
    task = _within(viewer, task_id)
    if task.state not in (TaskState.DONE, TaskState.SKIPPED) or task.closed_on != today:
        raise Conflict("Only what was closed today can be undone.")
    task.state, task.outcome, task.skip_reason, task.note = TaskState.OPEN, "", "", ""
    task.closed_at = task.closed_on = task.blocked_until = task.closed_by_id = None
    task.stamp = write_stamp()
    task.save()


def _open(viewer: Viewer, task_id: int) -> SellerTask:
    task = _within(viewer, task_id)
    if task.state != TaskState.OPEN:
        raise Conflict("This task is closed already; reload the list.")
    return task


def _within(viewer: Viewer, task_id: int) -> SellerTask:
    viewer.require(Right.LEAD_SELLERS)
    rows = SellerTask.objects.select_for_update().exclude(state=TaskState.HELD)
    if viewer.unit_ids is not None:
        rows = rows.filter(unit_id__in=viewer.unit_ids)
    task = rows.filter(id=task_id, program_id=viewer.program_id).first()
    if task is None:
        raise NotFound("There is no such task on your list.")
    return task


def _close(task: SellerTask, state: TaskState, viewer: Viewer, today: date) -> None:
    task.state, task.closed_at, task.closed_on = state, utc_now(), today
    task.closed_by_id = viewer.staff_id
    task.blocked_until = today + timedelta(days=SELLER_HORIZON_DAYS)
    task.stamp = write_stamp()
    task.save()
