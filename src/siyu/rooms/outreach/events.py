"""What outreach announces."""

from dataclasses import dataclass

from siyu.foundation.events import Event, announced


@announced
@dataclass(frozen=True, kw_only=True)
class TaskClosed(Event):
    """A seller did a task, or skipped it."""

    task_id: int
    customer_id: int
    seller_id: int
    signal: str
    outcome: str
    skip_reason: str


@announced
@dataclass(frozen=True, kw_only=True)
class TaskReopened(Event):
    """Closing a task was undone."""

    task_id: int
