"""What coaching shows of itself, and the words that every task shares."""

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


@dataclass(frozen=True, kw_only=True)
class SellerTaskView:
    """A task about a seller as her manager sees it; money in minor units a month."""

    id: int
    seller_id: int
    unit_id: int
    signal: str
    evidence: Mapping[str, int | None]
    expected_value_minor: int
    drawn_on: date
    due_on: date
    state: TaskState
    outcome: str
    skip_reason: str
    note: str
    closed_at: datetime | None
