"""What dispatch shows of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TITLE_LENGTH, BODY_LENGTH, WORDS_LENGTH, NOTE_LENGTH = 60, 1_000, 500, 500
MOST_PER_SELLER = 200
LONGEST_DAYS = 90


class AssignmentState(StrEnum):
    """Where an assignment stands; an open one has expired when its deadline has passed."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


class CustomerReason(StrEnum):
    """What a customer gave as her reason when she was called back (回访原因)."""

    PRICE = "price"
    QUALITY = "quality"
    FIT = "fit"
    STYLE = "style"
    ELSEWHERE = "elsewhere"
    NO_NEED = "no_need"
    SERVICE = "service"
    DELIVERY = "delivery"
    CONTENT = "content"
    OTHER = "other"


class LeftOut(StrEnum):
    """Why a member of the segment was not assigned."""

    MOVED = "moved"
    OPTED_OUT = "opted_out"
    ON_LIST = "on_list"
    CONTACTED = "contacted"
    HELD = "held"
    CONTROL = "control"
    ASSIGNED = "assigned"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A dispatch before it is sent.

    Without a segment every seller of the units is asked once; with one, each seller is asked for
    at most ``per_seller`` of the segment's customers that she serves. ``unit_ids`` may be empty:
    then everyone within the sender's reach is meant. ``words`` are suggested to the seller as her
    message; ``key`` makes sending twice the same as sending once.
    """

    key: str
    title: str
    body: str
    due_at: datetime
    unit_ids: Sequence[int] = ()
    segment_id: int | None = None
    per_seller: int = 20
    asks_reason: bool = False
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far assignments came: all of them, those looked at, done, skipped and run out."""

    assigned: int = 0
    opened: int = 0
    done: int = 0
    skipped: int = 0
    expired: int = 0

    @property
    def waiting(self) -> int:
        """Those that still can be done."""
        return self.assigned - self.done - self.skipped - self.expired


@dataclass(frozen=True, kw_only=True)
class DispatchView:
    """A dispatch as those who lead see it; ``progress`` is that of the sellers within reach.

    ``is_own`` says whether the viewer may take it back. ``is_assigned`` is false until the worker
    has handed it out, and ``error`` says why it could not; ``left_out`` counts the customers who
    were not assigned by ``LeftOut``, told to those who see the whole program.
    """

    id: int
    title: str
    body: str
    unit_ids: tuple[int, ...]
    segment_id: int | None
    per_seller: int
    asks_reason: bool
    template_code: str
    due_at: datetime
    created_at: datetime
    created_by_id: int | None
    reminded_at: datetime | None
    is_own: bool
    error: str
    is_assigned: bool
    is_cancelled: bool
    left_out: Mapping[str, int]
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class AssignmentView:
    """One seller's part of a dispatch: with a customer, or on her own."""

    id: int
    dispatch_id: int
    seller_id: int
    unit_id: int
    customer_id: int | None
    state: AssignmentState
    opened_at: datetime | None
    closed_at: datetime | None
    reminded_at: datetime | None
    outcome: str
    skip_reason: str
    reason: str
    product_id: int | None
    note: str


@dataclass(frozen=True, kw_only=True)
class OwnDispatch:
    """A dispatch as the seller sees it, with her own assignments in the order to do them."""

    id: int
    title: str
    body: str
    asks_reason: bool
    template_code: str
    due_at: datetime
    reminded_at: datetime | None
    open: tuple[AssignmentView, ...]
    closed: tuple[AssignmentView, ...]


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How many customers gave a reason, for a product or for none."""

    reason: CustomerReason
    product_id: int | None
    customers: int


@dataclass(frozen=True, kw_only=True)
class CustomerTask:
    """What became of a dispatched task with a customer."""

    title: str
    outcome: str
    skip_reason: str
    reason: str
    note: str
    closed_at: datetime
    closed_by_id: int | None
