"""Tasks about sellers, as those who lead them see them."""

from datetime import date

from django.db.models import Count, QuerySet, Sum

from siyu.rooms.coaching.models import SellerTask
from siyu.rooms.coaching.types import SellerTaskView, TaskState
from siyu.rooms.operations.types import Right, Viewer

_CLOSED = (TaskState.DONE, TaskState.SKIPPED)


def seller_tasks_of(
    *, viewer: Viewer, today: date, page: int = 1, size: int = 20
) -> tuple[list[SellerTaskView], int, int]:
    """Open tasks about sellers within reach, the most valuable first; held ones never show.

    With them, how many there are and what all are worth a month, in minor units.
    """
    tasks = _within(viewer).filter(state=TaskState.OPEN, due_on__gte=today)
    whole = tasks.aggregate(count=Count("id"), worth_minor=Sum("expected_value_minor"))
    first = (page - 1) * size
    shown = tasks.order_by("-expected_value_minor", "id")[first : first + size]
    return [_view(task) for task in shown], whole["count"], whole["worth_minor"] or 0


def seller_tasks_closed(*, viewer: Viewer, since: date, limit: int = 50) -> list[SellerTaskView]:
    """Tasks about sellers within reach that were done or skipped since a day, newest first."""
    tasks = _within(viewer).filter(state__in=_CLOSED, closed_on__gte=since)
    return [_view(task) for task in tasks.order_by("-closed_at")[:limit]]


def _within(viewer: Viewer) -> QuerySet[SellerTask]:
    viewer.require(Right.LEAD_SELLERS)
    tasks = SellerTask.objects.filter(program_id=viewer.program_id)
    return tasks if viewer.unit_ids is None else tasks.filter(unit_id__in=viewer.unit_ids)


def _view(task: SellerTask) -> SellerTaskView:
    return SellerTaskView(
        id=task.id,
        seller_id=task.seller_id,
        unit_id=task.unit_id,
        signal=task.signal,
        evidence=task.evidence,
        expected_value_minor=task.expected_value_minor,
        drawn_on=task.drawn_on,
        due_on=task.due_on,
        state=TaskState(task.state),
        outcome=task.outcome,
        skip_reason=task.skip_reason,
        note=task.note,
        closed_at=task.closed_at,
    )
