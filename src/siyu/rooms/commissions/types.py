"""What commissions show of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import pyarrow as pa

from siyu.analytics.commissions import Plan, Scope

TEXT_LENGTH, NOTE_LENGTH = 100_000, 500


class Severity(StrEnum):
    """What a finding asks for: 禁止, 需签字, 提醒, 说明."""

    BLOCK = "block"
    HIGH = "high"
    WARN = "warn"
    INFO = "info"


class Verdict(StrEnum):
    """Whether a plan can be published: 可发布, 需签字后发布, 不可发布."""

    PASSES = "passes"
    NEEDS_SIGN_OFF = "needs_sign_off"
    BLOCKED = "blocked"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the law, or care, has against a part of a plan.

    ``rule`` is its number (CPL-004), ``where`` the part of the plan that causes it. ``template``
    and ``mend`` are English sentences with ``params`` in them, for faces to translate; ``basis``
    names the law. ``in_doubt`` says that the sources leave room, so a person has to decide.
    """

    rule: str
    severity: Severity
    where: str
    template: str
    mend: str
    basis: str
    params: Mapping[str, Any] = field(default_factory=dict)
    in_doubt: bool = False


@dataclass(frozen=True, kw_only=True)
class Invited:
    """One seller in the tree of who invited whom.

    ``pays_upwards`` says whether a plan, now or ever, lets pay flow to who invited her.
    """

    seller_id: int
    invited_by_id: int | None
    pays_upwards: bool


@dataclass(frozen=True, kw_only=True)
class TreeFigures:
    """How far a tree reaches: over edges that pay, and over all; its root is counted."""

    paid_levels: int
    paid_persons: int
    levels: int
    persons: int


class PlanState(StrEnum):
    """Where a version of a plan stands: 草稿, 已发布, 已撤回."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class SignatureView:
    """Who answers for what the law leaves in doubt, and the digest of counsel's memo."""

    by_staff_id: int | None
    at: datetime
    memo_sha256: str
    note: str


@dataclass(frozen=True, kw_only=True)
class PlanVersion:
    """A version of a program's commission plan, as it was written.

    ``in_force_until`` is the last day on which it counts: its own, or the one before the day on
    which a later version begins; None while nothing ends it.
    """

    id: int
    number: int
    state: PlanState
    text: str
    plan: Plan
    written_by_id: int | None
    written_at: datetime
    published_at: datetime | None
    in_force_until: date | None
    signature: SignatureView | None


@dataclass(frozen=True, kw_only=True)
class Review:
    """What the law has against a plan now, with the live tree of invitations."""

    plan: Plan
    findings: tuple[Finding, ...]
    verdict: Verdict
    tree: TreeFigures


class Subject(NamedTuple):
    """What a payee is paid for by one rule of a plan: a line, an order, a month or a campaign."""

    scope: Scope
    subject_id: int
    rule: int
    payee_id: int


BOOKED_LINES = pa.schema(
    [
        pa.field("plan_id", pa.int64(), nullable=False),
        pa.field("scope", pa.int16(), nullable=False),
        pa.field("subject_id", pa.int64(), nullable=False),
        pa.field("rule", pa.int16(), nullable=False),
        pa.field("rate", pa.int16(), nullable=False),
        pa.field("payee_id", pa.int64(), nullable=False),
        pa.field("base_minor", pa.int64(), nullable=False),
        pa.field("amount_minor", pa.int64(), nullable=False),
        pa.field("earned_on", pa.date32(), nullable=False),
    ]
)
"""What is booked together, sorted by payee; one row is a change of what one subject pays."""


@dataclass(frozen=True, kw_only=True)
class Booked:
    """What a run of accruals came to."""

    orders: int
    lines: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Frontier:
    """How far accruals are settled: of each plan those earned up to a day, up to a batch.

    ``earned_until`` has a day for each version by its id; others are not settled at all.
    """

    batch: int
    earned_until: Mapping[int, date]


@dataclass(frozen=True, kw_only=True)
class Matured:
    """What matured for a payee between two frontiers, in minor units.

    ``earned`` is of lines and orders, ``reversed`` what was taken back of them (below 0),
    ``bonus`` what months and campaigns changed.
    """

    payee_id: int
    earned_minor: int
    reversed_minor: int
    bonus_minor: int


@dataclass(frozen=True, kw_only=True)
class AccrualView:
    """One booking for a payee, with its reason: the rule, the rate and the base of the plan.

    ``rate_text`` is a percentage or an amount, empty where a limit changed what was paid or
    nothing is due any more.
    ``order_key`` and ``product_id`` are those of the line, where it is of one.
    """

    id: int
    plan_id: int
    plan_name: str
    scope: Scope
    subject_id: int
    rule_name: str
    rate_text: str
    base_minor: int
    amount_minor: int
    earned_on: date
    booked_on: date
    order_key: str
    product_id: int | None


@dataclass(frozen=True, kw_only=True)
class SimulatedGroup:
    """What payees of a kind, level or store earn under both plans, in minor units.

    ``by`` is kind, level or store; ``name`` its value, for a store its id as text, and empty where
    there is none.
    """

    by: str
    name: str
    payees: int
    now_minor: int
    then_minor: int


@dataclass(frozen=True, kw_only=True)
class SimulatedPayee:
    """What one payee earns under both plans."""

    payee_id: int
    now_minor: int
    then_minor: int

    @property
    def change_minor(self) -> int:
        """What the new plan adds; below 0 where it takes away."""
        return self.then_minor - self.now_minor


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What past sales would have earned everybody under a plan, beside what they do now.

    ``payees`` has everybody who earns under either, who gains most first.
    """

    first: date
    last: date
    orders: int
    sold_minor: int
    now_minor: int
    then_minor: int
    groups: tuple[SimulatedGroup, ...]
    payees: tuple[SimulatedPayee, ...]

    @property
    def gain(self) -> int:
        """How many payees gain."""
        return sum(each.change_minor > 0 for each in self.payees)

    @property
    def lose(self) -> int:
        """How many payees lose."""
        return sum(each.change_minor < 0 for each in self.payees)
