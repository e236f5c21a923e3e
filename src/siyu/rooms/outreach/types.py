"""What outreach shows of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TaskState(StrEnum):
    """Where a task stands; a held task is never shown."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    HELD = "held"


class Outcome(StrEnum):
    """How a task was done."""

    MESSAGE = "message"
    CALL = "call"
    VISIT = "visit"


class SkipReason(StrEnum):
    """Why a task was skipped."""

    NOT_SUITABLE = "not_suitable"
    JUST_TALKED = "just_talked"
    JUST_BOUGHT = "just_bought"
    UNREACHABLE = "unreachable"
    WANTS_NO_CONTACT = "wants_no_contact"
    OTHER = "other"


class Arm(StrEnum):
    """The arm of an experiment that a customer or task was drawn into."""

    TREATED = "treated"
    HELD = "held"
    CONTROL = "control"


@dataclass(frozen=True, kw_only=True)
class PolicyView:
    """A program's limits of contact. Shares are parts per million, times are days."""

    list_size: int
    quota_days: int
    hold_share_ppm: int
    hold_window_days: int
    control_share_ppm: int


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """A task as a seller sees it; money in minor units."""

    id: int
    program_id: int
    seller_id: int
    customer_id: int
    drawn_on: date
    due_on: date
    signal: str
    evidence: Mapping[str, int]
    propensity_ppm: int
    order_value_minor: int
    expected_value_minor: int
    state: TaskState
    outcome: str
    skip_reason: str
    closed_at: datetime | None
    template_code: str


@dataclass(frozen=True, kw_only=True)
class TodayList:
    """A seller's list: tasks to do, most valuable first, and those closed today."""

    on: date
    open: tuple[TaskView, ...]
    closed: tuple[TaskView, ...]
