from collections.abc import Iterable
from datetime import datetime

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import NotFound
from siyu.rooms.operations.models import Delivery, Run, RunStep
from siyu.rooms.operations.types import (
    DeliveryState,
    FailingDelivery,
    Right,
    RunState,
    RunView,
    StepView,
    Viewer,
)

_MOST = 100


def run_of(*, run_id: int) -> RunView:
    """A run with its steps, for the house itself; raises NotFound."""
    found = _views(Run.objects.filter(id=run_id))
    if not found:
        raise NotFound("There is no run {run_id}.", run_id=run_id)
    return found[0]


def error_of_run(*, key: str) -> str:
    """Why the run of a key failed the last time; empty where it did not."""
    run = Run.objects.filter(key=key, state=RunState.FAILED).first()
    return run.error if run else ""


def find_run(*, viewer: Viewer, run_id: int) -> RunView:
    """A run of the viewer's program; raises NotFound, NotAllowed."""
    viewer.require(Right.SEE_RUNS)
    found = _views(Run.objects.filter(id=run_id, program_id=viewer.program_id))
    if not found:
        raise NotFound("There is no run {run_id} in this program.", run_id=run_id)
    return found[0]


def runs_page(*, viewer: Viewer, kind: str = "", page: int = 1, size: int = 20) -> list[RunView]:
    """Runs of the viewer's program, newest first; one more than ``size`` tells of a next page."""
    viewer.require(Right.SEE_RUNS)
    runs = Run.objects.filter(program_id=viewer.program_id)
    if kind:
        runs = runs.filter(kind=kind)
    first = (page - 1) * size
    return _views(runs.order_by("-queued_at")[first : first + size + 1])


def own_runs(*, viewer: Viewer, kind: str, since: datetime) -> list[RunView]:
    """What the viewer asked for since a moment, of one kind, newest first; 100 at most."""
    runs = Run.objects.filter(
        program_id=viewer.program_id,
        requested_by_id=viewer.staff_id,
        kind=kind,
        queued_at__gte=since,
    )
    if viewer.staff_id is None:
        return []
    return _views(runs.order_by("-queued_at")[:_MOST])


def failing_deliveries(*, viewer: Viewer, limit: int = 100) -> list[FailingDelivery]:
    """Reactions of the viewer's program that failed and wait, the most tried first."""
    viewer.require(Right.SEE_RUNS)
    rows = Delivery.objects.exclude(state=DeliveryState.DONE).filter(
        attempts__gt=0, event__program_id=viewer.program_id
    )
    return [
        FailingDelivery(
            id=row.id,
            event=row.event.name,
            reaction=row.reaction,
            attempts=row.attempts,
            announced_at=row.event.announced_at,
            due_at=row.due_at,
            error=row.error,
        )
        for row in rows.select_related("event").order_by("-attempts", "id")[:limit]
    ]


def pending_deliveries() -> int:
    """How many reactions are still to run."""
    return Delivery.objects.exclude(state=DeliveryState.DONE).count()


def _views(runs: Iterable[Run]) -> list[RunView]:
    rows = list(runs)
    steps: dict[int, list[StepView]] = {row.id: [] for row in rows}
    for step in RunStep.objects.filter(run_id__in=list(steps)).order_by("position"):
        steps[step.run_id].append(_step_view(step))
    return [_view(row, tuple(steps[row.id])) for row in rows]


def _view(run: Run, steps: tuple[StepView, ...]) -> RunView:
    seconds = None
    if run.started_at:
        seconds = ((run.finished_at or utc_now()) - run.started_at).total_seconds()
    return RunView(
        id=run.id,
        program_id=run.program_id,
        kind=run.kind,
        key=run.key,
        state=RunState(run.state),
        engine=run.engine,
        requested_by_id=run.requested_by_id,
        queued_at=run.queued_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=seconds,
        error=run.error,
        arguments=run.arguments,
        steps=steps,
    )


def _step_view(step: RunStep) -> StepView:
    seconds = ((step.finished_at or utc_now()) - step.started_at).total_seconds()
    return StepView(
        name=step.name,
        state=RunState(step.state),
        rows=step.rows,
        progress_done=step.progress_done,
        progress_total=step.progress_total,
        seconds=seconds,
        error=step.error,
    )
