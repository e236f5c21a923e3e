"""What plans show of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from siyu.analytics.commissions import Ids, Plan

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


@dataclass(frozen=True, kw_only=True)
class CountingVersion:
    """A published version: from when it counts, until when at the latest, and what it says.

    ``ids`` are those of what it names, as they were when it was published. ``never`` says that a
    later version begins on its first day; ``looks_back`` that it began before it was published,
    or on that day.
    """

    from_on: date
    until_on: date | None
    plan: Plan
    ids: Ids
    never: bool
    looks_back: bool

    def counts_on(self, day: date) -> bool:
        """Whether it is the version of this day."""
        return self.counts_within(day, day)

    def counts_within(self, first: date, last: date) -> bool:
        """Whether it is the version of any of these days, both included."""
        ended = self.until_on is not None and self.until_on < first
        return not self.never and self.from_on <= last and not ended


@dataclass(frozen=True)
class PlansInForce:
    """The published versions of a program by their ids, in the order in which they begin."""

    versions: Mapping[int, CountingVersion]

    @property
    def begins(self) -> date | None:
        """The first day on which any version counts."""
        return min(
            (each.from_on for each in self.versions.values() if not each.never), default=None
        )

    def version_on(self, day: date) -> int | None:
        """The id of the version that counts on a day."""
        found = (key for key, each in self.versions.items() if each.counts_on(day))
        return next(found, None)

    def count_within(self, first: date, last: date) -> bool:
        """Whether any version counts on any of these days, both included."""
        return any(each.counts_within(first, last) for each in self.versions.values())

    def plan(self, plan_id: int) -> Plan:
        """A version's plan."""
        return self.versions[plan_id].plan

    def ids(self, plan_id: int) -> Ids:
        """The ids of what a version names."""
        return self.versions[plan_id].ids
