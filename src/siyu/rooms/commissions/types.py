"""What commissions show of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

import pyarrow as pa

from siyu.analytics.commissions import Scope
from siyu.rooms.sellers.types import Trial


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
    payee_id: int
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


class PricedProduct(NamedTuple):
    """A piece of a product and what is paid for it, in minor units."""

    product_id: int
    paid_minor: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a piece of a product would earn a seller now, in minor units.

    ``reasons`` are the rules of the plan that pay, each with its rate as `AccrualView` tells it.
    """

    product_id: int
    paid_minor: int
    amount_minor: int
    reasons: tuple[tuple[str, str], ...]


class Threshold(NamedTuple):
    """What a level asks for, in minor units: own sales in all, and own sales of a month."""

    reach_minor: int
    keep_minor: int


class ReviewKind(StrEnum):
    """What gave sellers levels: 月度评审, 改制转入."""

    MONTH = "month"
    CARRY = "carry"


@dataclass(frozen=True, kw_only=True)
class LevelChange:
    """A seller's level before a review and after it, with her own sales in minor units.

    ``growth_minor`` is of all time, ``month_minor`` of the month reviewed. ``is_protected`` says
    that she could not fall: her level is younger than the month, or in a trial.
    """

    seller_id: int
    before: str | None
    after: str | None
    is_higher: bool
    growth_minor: int
    month_minor: int
    is_protected: bool
    trial: Trial | None = None


@dataclass(frozen=True, kw_only=True)
class LevelReview:
    """A review or a change of plan that gave sellers levels from a day on."""

    id: int
    kind: ReviewKind
    month_on: date | None
    plan_id: int
    from_on: date
    rises: int
    falls: int
    applied_by_id: int | None
    applied_at: datetime
    taken_back_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OwnLevel:
    """Where a seller stands: her level, her growth, and what the next one and keeping it ask for.

    Amounts are minor units; ``next_level`` is None at the top. ``trial_until`` is the last day of
    a trial.
    """

    level: str | None
    growth_minor: int
    next_level: str | None
    next_minor: int
    keep_minor: int
    month_minor: int
    trial_until: date | None


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
