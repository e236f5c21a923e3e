from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from siyu.foundation.errors import NotFound
from siyu.rooms.dispatch.models import Assignment, Dispatch
from siyu.rooms.dispatch.queries.assignments import assignment_view
from siyu.rooms.dispatch.types import (
    AssignmentState,
    AssignmentView,
    CustomerReason,
    DispatchView,
    Progress,
    ReasonCount,
)
from siyu.rooms.operations.queries import error_of_run
from siyu.rooms.operations.types import Right, Viewer

_BATCH = 500


def within(*, viewer: Viewer) -> QuerySet[Dispatch]:
    """The dispatches that the viewer sent, or that reach her sellers."""
    viewer.require(Right.DISPATCH_TASKS)
    rows = Dispatch.objects.filter(program_id=viewer.program_id)
    if viewer.unit_ids is None:
        return rows
    reaching = Assignment.objects.filter(dispatch_id=OuterRef("id"), unit_id__in=viewer.unit_ids)
    return rows.filter(Exists(reaching) | Q(created_by_id=viewer.staff_id or 0))


def is_own(*, viewer: Viewer, dispatch: Dispatch) -> bool:
    """Whether the viewer may take a dispatch back: she sent it, or leads the whole program."""
    return viewer.unit_ids is None or dispatch.created_by_id == (viewer.staff_id or 0)


def assignments_within(*, viewer: Viewer, dispatch_id: int) -> QuerySet[Assignment]:
    """A dispatch's assignments of sellers whose unit was within the viewer's reach."""
    rows = Assignment.objects.filter(program_id=viewer.program_id, dispatch_id=dispatch_id)
    return rows if viewer.unit_ids is None else rows.filter(unit_id__in=viewer.unit_ids)


def dispatches_page(
    *, viewer: Viewer, now: datetime, page: int = 1, size: int = 20
) -> tuple[list[DispatchView], int]:
    """Dispatches within reach, newest first, and how many there are."""
    rows = within(viewer=viewer)
    first = (page - 1) * size
    shown = list(rows.order_by("-created_at", "-id")[first : first + size])
    counted = Assignment.objects.filter(dispatch_id__in=[each.id for each in shown])
    if viewer.unit_ids is not None:
        counted = counted.filter(unit_id__in=viewer.unit_ids)
    counts = _counted(counted, "dispatch_id")
    return [_view(viewer, each, counts.get(each.id, {}), now) for each in shown], rows.count()


def find_dispatch(*, viewer: Viewer, dispatch_id: int, now: datetime) -> DispatchView:
    """One dispatch within reach; raises NotFound."""
    dispatch = _find(viewer, dispatch_id)
    counts = _counted(assignments_within(viewer=viewer, dispatch_id=dispatch_id), "dispatch_id")
    return _view(viewer, dispatch, counts.get(dispatch_id, {}), now)


def progress_by_unit(*, viewer: Viewer, dispatch_id: int, now: datetime) -> dict[int, Progress]:
    """How far each org unit came; raises NotFound."""
    return _by(viewer, dispatch_id, "unit_id", now, Q())


def progress_by_seller(
    *, viewer: Viewer, dispatch_id: int, unit_id: int, now: datetime
) -> dict[int, Progress]:
    """How far each seller of an org unit came; raises NotFound."""
    return _by(viewer, dispatch_id, "seller_id", now, Q(unit_id=unit_id))


def reasons_of(*, viewer: Viewer, dispatch_id: int) -> list[ReasonCount]:
    """What customers gave as their reason, by product, the most frequent first."""
    _find(viewer, dispatch_id)
    rows = assignments_within(viewer=viewer, dispatch_id=dispatch_id).exclude(reason="")
    counts = rows.values("reason", "product_id").annotate(customers=Count("id"))
    return [
        ReasonCount(
            reason=CustomerReason(row["reason"]),
            product_id=row["product_id"],
            customers=row["customers"],
        )
        for row in counts.order_by("-customers", "reason", "product_id")
    ]


def assignment_batches(*, viewer: Viewer, dispatch_id: int) -> Iterator[list[AssignmentView]]:
    """A dispatch's assignments within reach, by unit and seller, some hundred at a time."""
    rows = assignments_within(viewer=viewer, dispatch_id=dispatch_id)
    batch: list[AssignmentView] = []
    for row in rows.order_by("unit_id", "seller_id", "place").iterator(chunk_size=_BATCH):
        batch.append(assignment_view(row))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _find(viewer: Viewer, dispatch_id: int) -> Dispatch:
    dispatch = within(viewer=viewer).filter(id=dispatch_id).first()
    if dispatch is None:
        raise NotFound("There is no such dispatch within your reach.")
    return dispatch


def _is_over(dispatch: Dispatch, now: datetime) -> bool:
    return dispatch.due_at <= now or dispatch.cancelled_at is not None


def _by(
    viewer: Viewer, dispatch_id: int, column: str, now: datetime, where: Q
) -> dict[int, Progress]:
    is_over = _is_over(_find(viewer, dispatch_id), now)
    rows = assignments_within(viewer=viewer, dispatch_id=dispatch_id).filter(where)
    return {key: _progress(row, is_over) for key, row in _counted(rows, column).items()}


def _counted(rows: QuerySet[Assignment], column: str) -> dict[int, dict[str, Any]]:
    counts = rows.values(column).annotate(
        assigned=Count("id"),
        opened=Count("id", filter=Q(opened_at__isnull=False)),
        done=Count("id", filter=Q(state=AssignmentState.DONE)),
        skipped=Count("id", filter=Q(state=AssignmentState.SKIPPED)),
        reminded_at=Max("reminded_at"),
    )
    return {row[column]: row for row in counts}


def _progress(counts: dict[str, Any], is_over: bool) -> Progress:
    if not counts:
        return Progress()
    still = counts["assigned"] - counts["done"] - counts["skipped"]
    return Progress(
        assigned=counts["assigned"],
        opened=counts["opened"],
        done=counts["done"],
        skipped=counts["skipped"],
        expired=still if is_over else 0,
    )


def _view(viewer: Viewer, row: Dispatch, counts: dict[str, Any], now: datetime) -> DispatchView:
    return DispatchView(
        id=row.id,
        title=row.title,
        body=row.body,
        unit_ids=tuple(row.unit_ids),
        segment_id=row.segment_id,
        per_seller=row.per_seller,
        asks_reason=row.asks_reason,
        template_code=row.template_code,
        due_at=row.due_at,
        created_at=row.created_at,
        created_by_id=row.created_by_id,
        reminded_at=counts.get("reminded_at"),
        is_own=is_own(viewer=viewer, dispatch=row),
        error=error_of_run(key=row.run_key) if row.assigned_at is None else "",
        is_assigned=row.assigned_at is not None,
        is_cancelled=row.cancelled_at is not None,
        left_out=row.left_out if viewer.unit_ids is None else {},
        progress=_progress(counts, _is_over(row, now)),
    )
