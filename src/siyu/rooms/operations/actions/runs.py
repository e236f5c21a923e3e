from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import Conflict, SiyuError
from siyu.rooms.operations.actions.hold import hold
from siyu.rooms.operations.models import Run, RunStep
from siyu.rooms.operations.queries.runs import run_of
from siyu.rooms.operations.types import Listener, RunState, RunView

log = structlog.get_logger()
_PROGRESS_EVERY_SECONDS = 1.0
_ROWS_LOOKED_AT = 1_000


class StepLog:
    """The step that is running: tell it how far it came and how many rows it wrote."""

    def __init__(self, step: RunStep, listener: Listener) -> None:
        self._step = step
        self._listener = listener
        self._saved_at = utc_now()

    def advance(self, done: int, total: int | None = None) -> None:
        """Show what is done; stored at most once a second."""
        self._step.progress_done, self._step.progress_total = done, total
        self._listener(self._step.name, done, total)
        now = utc_now()
        if (now - self._saved_at).total_seconds() >= _PROGRESS_EVERY_SECONDS:
            self._saved_at = now
            self._step.save(update_fields=["progress_done", "progress_total"])

    def wrote(self, rows: int) -> None:
        """Record how many rows the step wrote."""
        self._step.rows = rows


class RunLog:
    """The run that is being carried out; records its steps."""

    def __init__(self, run_id: int, listener: Listener) -> None:
        self.run_id = run_id
        self._listener = listener
        self._position = 0

    def uses(self, engine: str) -> None:
        """Record which engine computes the run."""
        Run.objects.filter(id=self.run_id).update(engine=engine)

    @contextmanager
    def step(self, name: str) -> Iterator[StepLog]:
        """Record one step: its time, rows, progress and error. Ends with the block."""
        self._position += 1
        RunStep.objects.filter(run_id=self.run_id, name=name).delete()
        step = RunStep.objects.create(run_id=self.run_id, position=self._position, name=name)
        self._listener(name, 0, None)
        try:
            yield StepLog(step, self._listener)
        except BaseException as error:
            step.state, step.error = RunState.FAILED, _told(error)
            raise
        else:
            step.state = RunState.DONE
            self._listener(name, step.rows or 0, step.rows or 0)
        finally:
            step.finished_at = utc_now()
            step.save()


Runner = Callable[[RunView, RunLog], None]
_runners: dict[str, Runner] = {}


def register_runner(*, kind: str, runner: Runner) -> None:
    """Have runs of a kind carried out by this function."""
    _runners[kind] = runner


def request_run(
    *,
    program_id: int | None,
    kind: str,
    key: str,
    arguments: dict[str, Any],
    requested_by_id: int | None = None,
) -> RunView:
    """Queue a run for the worker. A key that ended is queued again; a running one is left."""
    with transaction.atomic():
        run, created = Run.objects.get_or_create(
            key=key,
            defaults={
                "program_id": program_id,
                "kind": kind,
                "arguments": arguments,
                "requested_by_id": requested_by_id,
            },
        )
        if not created and run.state in (RunState.DONE, RunState.FAILED):
            run.state, run.arguments, run.queued_at = RunState.QUEUED, arguments, utc_now()
            run.requested_by_id = requested_by_id
            run.save(update_fields=["state", "arguments", "queued_at", "requested_by_id"])
    return run_of(run_id=run.id)


def run_now(
    *,
    program_id: int | None,
    kind: str,
    key: str,
    arguments: dict[str, Any],
    listener: Listener = lambda name, done, total: None,
) -> RunView:
    """Carry out a run in this process, taking over one whose process died.

    Raises Conflict where another process is at it, and what the run itself raises.
    """
    run = request_run(program_id=program_id, kind=kind, key=key, arguments=arguments)
    carry_out(run_id=run.id, listener=listener)
    return run_of(run_id=run.id)


def carry_out(*, run_id: int, listener: Listener = lambda name, done, total: None) -> None:
    """Do a run's work, recording its steps and end. Raises what the work raises."""
    run = Run.objects.get(id=run_id)
    with hold(key=run.key):
        run.state, run.started_at, run.finished_at = RunState.RUNNING, utc_now(), None
        run.error = ""
        run.save()
        RunStep.objects.filter(run_id=run.id).delete()
        try:
            _runners[run.kind](run_of(run_id=run.id), RunLog(run.id, listener))
        except BaseException as error:
            _finish(run.id, RunState.FAILED, _told(error))
            raise
        _finish(run.id, RunState.DONE, "")
        _refresh_statistics()


def run_queued(*, now: datetime | None = None) -> bool:
    """Carry out the oldest waiting run, or one whose process died; returns whether there was one.

    What a run raises is recorded in it and logged, so that the worker goes on.
    """
    waiting = Run.objects.filter(state__in=[RunState.QUEUED, RunState.RUNNING])
    for run_id in waiting.order_by("queued_at").values_list("id", flat=True):
        try:
            carry_out(run_id=run_id)
        except Conflict:
            continue
        except Exception as error:
            log.error("run failed", run_id=run_id, error=type(error).__name__)
        return True
    return False


def _finish(run_id: int, state: RunState, error: str) -> None:
    Run.objects.filter(id=run_id).update(state=state, error=error, finished_at=utc_now())


def _refresh_statistics() -> None:
    """Tell SQLite how the tables have grown, else it walks a million rows; PostgreSQL sees it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={_ROWS_LOOKED_AT}")
            cursor.execute("ANALYZE")


def _told(error: BaseException) -> str:
    return str(error) if isinstance(error, SiyuError) else type(error).__name__
