"""What operations shows of itself: the viewer, runs, imports and the audit log."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa

from siyu.foundation.errors import NotAllowed

KEY_NAME_LENGTH, SOURCE_LENGTH, IDEMPOTENCY_KEY_LENGTH = 60, 40, 64


class Scope(StrEnum):
    """How far a viewer's data reaches (数据范围)."""

    PROGRAM = "program"
    REGION = "region"
    STORE = "store"
    SELF = "self"


class Right(StrEnum):
    """One thing that a role may do (权限)."""

    SEE_OVERVIEW = "see_overview"
    SEE_SELLERS = "see_sellers"
    SEE_CUSTOMERS = "see_customers"
    WORK_TASKS = "work_tasks"
    IMPORT_FILES = "import_files"
    SEE_RUNS = "see_runs"
    START_RUNS = "start_runs"
    ISSUE_LINKS = "issue_links"
    UNMASK = "unmask"
    SEE_AUDIT = "see_audit"
    LEAD_SELLERS = "lead_sellers"
    ADMIT_SELLERS = "admit_sellers"
    EDIT_PLAYBOOKS = "edit_playbooks"
    EDIT_SEGMENTS = "edit_segments"
    DISPATCH_TASKS = "dispatch_tasks"
    MANAGE_KEYS = "manage_keys"
    SET_TARGETS = "set_targets"
    MERGE_CUSTOMERS = "merge_customers"
    SEE_OWN_NUMBERS = "see_own_numbers"
    MANAGE_ASSISTANTS = "manage_assistants"
    SEE_LEDGER = "see_ledger"
    EDIT_PLANS = "edit_plans"
    PUBLISH_PLANS = "publish_plans"
    SETTLE = "settle"
    MAKE_PAYOUTS = "make_payouts"
    CHECK_PAYOUTS = "check_payouts"
    MANAGE_PAYMENTS = "manage_payments"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks, in which program, and how far: a required argument of every query on persons.

    ``unit_ids`` are the org units within reach; it is None where the whole program is.
    """

    staff_id: int | None
    program_id: int
    role: str
    scope: Scope
    rights: frozenset[Right]
    unit_ids: frozenset[int] | None = None
    by_link: bool = False

    def may(self, right: Right) -> bool:
        """Whether the role has the right. A one-tap link never opens unmasking."""
        return right in self.rights and not (self.by_link and right is Right.UNMASK)

    def require(self, right: Right) -> None:
        """Raise NotAllowed where the right is missing."""
        if self.may(right):
            return
        if right in self.rights:
            raise NotAllowed("A one-tap link does not open this; sign in with your password.")
        raise NotAllowed("Your role does not allow this. Ask headquarters for the right.")


class RunState(StrEnum):
    """Where a run or one of its steps stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """Where the delivery of an event to one reaction stands."""

    PENDING = "pending"
    DONE = "done"
    FAILING = "failing"


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One step of a run."""

    name: str
    state: RunState
    rows: int | None
    progress_done: int
    progress_total: int | None
    seconds: float | None
    error: str


@dataclass(frozen=True, kw_only=True)
class RunView:
    """One run with its steps."""

    id: int
    program_id: int | None
    kind: str
    key: str
    state: RunState
    engine: str
    requested_by_id: int | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    error: str
    arguments: Mapping[str, Any]
    steps: tuple[StepView, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that the run's steps wrote."""
        return sum(step.rows or 0 for step in self.steps)


@dataclass(frozen=True, kw_only=True)
class FailingDelivery:
    """A reaction that keeps failing on an event."""

    id: int
    event: str
    reaction: str
    attempts: int
    announced_at: datetime
    due_at: datetime
    error: str


@dataclass(frozen=True, kw_only=True)
class Reject:
    """One source row that could not be taken, and why."""

    row: int
    column: str
    value: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportCounts:
    """What an import did to one batch of rows; counts are of nouns (orders, customers …)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejects: tuple[Reject, ...] = ()
    sums: Mapping[str, int] = field(default_factory=dict)


class ImportState(StrEnum):
    """Where an import stands."""

    UPLOADED = "uploaded"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class ImportSummary:
    """What an import read and did. Sums are minor units of ``currency``."""

    read: int
    created: int
    updated: int
    unchanged: int
    rejected: Mapping[str, int]
    sums: Mapping[str, int]
    currency: str

    @property
    def changed_nothing(self) -> bool:
        """Whether the import found everything as it already was."""
        return not self.created and not self.updated and (bool(self.unchanged) or not self.rejected)


@dataclass(frozen=True, kw_only=True)
class ImportView:
    """One imported file."""

    id: int
    program_id: int
    kind: str
    filename: str
    state: ImportState
    path: str
    directory: str
    mapping: str
    digest: str
    created_at: datetime
    finished_at: datetime | None
    run_id: int | None
    error: str
    summary: ImportSummary | None
    rejects_path: str


@dataclass(frozen=True, kw_only=True)
class AuditView:
    """One entry of the audit log."""

    id: int
    at: datetime
    actor_id: int | None
    action: str
    subject: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FilePreview:
    """The first rows of a file as they would be read: our columns, and what is wrong."""

    mapping_name: str
    headings: tuple[str, ...]
    missing: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rejects: tuple[Reject, ...]


Listener = Callable[[str, int, int | None], None]
"""Called with a step's name, what is done and the total (None where unknown)."""


@dataclass(frozen=True, kw_only=True)
class FactTable:
    """A table that a room feeds to the warehouse.

    ``read(program_id, low, high)`` yields Arrow tables of ``schema`` with the rows whose stamp is
    in [low, high). ``keys`` name a row; a later version of it replaces the earlier one.
    ``partition`` is a date column that never changes for a row, or None. ``daily(program_id,
    high)`` gives (day, rows, sum of amounts) of the database, for verification.
    """

    name: str
    schema: pa.Schema
    keys: tuple[str, ...]
    partition: str | None
    read: Callable[[int, int, int], Iterator[pa.Table]]
    daily: Callable[[int, int], list[tuple[date | None, int, int]]] | None


class ApiScope(StrEnum):
    """What a key of the open API opens (权限范围)."""

    WRITE_CUSTOMERS = "customers:write"
    WRITE_SELLERS = "sellers:write"
    WRITE_PRODUCTS = "products:write"
    WRITE_ORDERS = "orders:write"
    WRITE_FOLLOWS = "follows:write"
    WRITE_COMMUNITIES = "communities:write"
    READ_TASKS = "tasks:read"
    READ_PORTRAITS = "portraits:read"
    READ_SELLERS = "sellers:read"
    READ_METRICS = "metrics:read"
    READ_SEGMENTS = "segments:read"
    READ_PAY = "pay:read"


@dataclass(frozen=True, kw_only=True)
class ApiKeyView:
    """A key of the open API; of the token only its first characters are known.

    ``source`` is what outside keys that it writes belong to: two systems with a source each may
    use the same order number.
    """

    id: int
    program_id: int
    name: str
    hint: str
    source: str
    scopes: frozenset[ApiScope]
    created_at: datetime
    created_by_id: int | None
    last_used_on: date | None
    is_revoked: bool


@dataclass(frozen=True, kw_only=True)
class IssuedKey:
    """A key's token, shown once: only its hash is stored."""

    id: int
    token: str


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """What a call with an idempotency key was answered, now or the first time."""

    status: int
    body: str
    is_repeat: bool
