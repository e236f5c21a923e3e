"""A commission plan as data: who is paid, of what, at which rate, within which limits.

A plan can say what the law forbids: only so can a plan of the past, or one that somebody proposes,
be read, checked and compared. What it may say and what may be published are two questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Amount = Decimal
Percent = Decimal
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
MOST_DEPTH = 5


class Event(StrEnum):
    """What a share pays for: 销售, 完成任务, 拉人, 分享."""

    SALE = "sale"
    TASK = "task"
    RECRUIT = "recruit"
    SHARING = "sharing"


class Base(StrEnum):
    """What a rate is a part of: paid less freight and refunds, margin, an alliance's commission.

    A piece has no rate but an amount: a sold piece, a done task.
    """

    PAID = "paid"
    MARGIN = "margin"
    ALLIANCE = "alliance"
    PIECE = "piece"


class Payee(StrEnum):
    """Who is paid: the credited seller, who serves, the store, its dealer, or who invited."""

    SELLER = "seller"
    SERVER = "server"
    STORE = "store"
    DEALER = "dealer"
    INVITER = "inviter"


class Period(StrEnum):
    """Within what amounts are limited or added up."""

    LINE = "line"
    ORDER = "order"
    MONTH = "month"
    CAMPAIGN = "campaign"


class Measure(StrEnum):
    """What a bonus counts: goods paid, orders, pieces, or persons brought in."""

    PAID = "paid"
    ORDERS = "orders"
    PIECES = "pieces"
    RECRUITS = "recruits"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a plan; a field that nobody knows is an error, never passed over."""


class Depends(Part, frozen=True, kw_only=True):
    """For which lines something holds: one of each list that is given, within hours and days.

    ``from_time`` is in the window and ``until_time`` is not; where it is the earlier of the two,
    the window goes over midnight. ``from_on`` and ``until_on`` are both in it.
    """

    products: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    from_time: Clock | None = None
    until_time: Clock | None = None
    from_on: date | None = None
    until_on: date | None = None


class Rate(Depends, frozen=True, kw_only=True):
    """What is paid where its conditions hold: a percentage, or an amount a piece."""

    name: str = ""
    percent: Percent | None = None
    amount: Amount | None = None


class Limit(Part, frozen=True, kw_only=True):
    """The least and the most that a share pays one payee a line, an order or a month."""

    per: Period
    least: Amount | None = None
    most: Amount | None = None


class Share(Part, frozen=True, kw_only=True):
    """What one payee gets of a line: the first of the rates whose conditions hold.

    ``depth`` counts persons from the buyer upwards: the seller is 1, who invited her is 2.
    """

    name: Name
    to: Payee = Payee.SELLER
    depth: Annotated[int, msgspec.Meta(ge=2, le=MOST_DEPTH)] = 2
    on: Event = Event.SALE
    of: Base = Base.PAID
    rates: Annotated[tuple[Rate, ...], msgspec.Meta(min_length=1)]
    limits: tuple[Limit, ...] = ()


class Step(Part, frozen=True, kw_only=True):
    """From which sum on a bonus pays, and what: an amount, or a percentage of the goods paid."""

    at: Amount
    amount: Amount | None = None
    percent: Percent | None = None


class Bonus(Part, frozen=True, kw_only=True):
    """What is paid on top for a month or a campaign (推单奖励): the highest step reached.

    ``team_depth`` says how many levels of invited sellers count with the payee's own sales.
    """

    name: Name
    to: Payee = Payee.SELLER
    measure: Measure = Measure.PAID
    per: Period = Period.MONTH
    team_depth: Annotated[int, msgspec.Meta(ge=0, lt=MOST_DEPTH)] = 0
    only: Depends = Depends()
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1)]


class Joining(Part, frozen=True, kw_only=True):
    """What becoming a seller, or staying one, asks for. Sums are of money or of goods bought."""

    fee: Amount = Decimal(0)
    deposit: Amount = Decimal(0)
    purchase: Amount = Decimal(0)
    keep_purchase: Amount = Decimal(0)
    recruits: Annotated[int, msgspec.Meta(ge=0)] = 0
    by_invitation: bool = False
    least_age: Annotated[int, msgspec.Meta(ge=0, le=120)] = 18
    leaves_out: tuple[str, ...] = ("students", "teachers", "medical", "officials", "soldiers")


class Level(Part, frozen=True, kw_only=True):
    """A level of sellers: what reaching it asks for, and what keeping it asks for a month."""

    key: Name
    name: str = ""
    own_sales: Amount = Decimal(0)
    keep_own_sales: Amount = Decimal(0)
    recruits: Annotated[int, msgspec.Meta(ge=0)] = 0
    team_sales: Amount = Decimal(0)
    fee: Amount = Decimal(0)
    purchase: Amount = Decimal(0)


class Carried(Part, frozen=True, kw_only=True):
    """What becomes of a level of the plan before: its new level, and what the trial asks for.

    ``earn`` is of own sales within the trial; where it is 0 the level is hers without one.
    """

    to: Name
    earn: Amount = Decimal(0)


class Carries(Part, frozen=True, kw_only=True):
    """How sellers come over from the plan before (改制), by their level in it."""

    trial_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 90
    levels: Mapping[str, Carried]


class Release(Part, frozen=True, kw_only=True):
    """When what was earned can be drawn: so many days after the goods were received.

    Goods count as received ``received_after_days`` after they were paid.
    """

    received_after_days: Annotated[int, msgspec.Meta(ge=0, le=90)] = 7
    days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 8
    in_working_days: bool = False
    waits_for_disputes: bool = True
    to_personal_wallet: bool = False
    needs_identity: bool = True
    splits_payments: bool = False


class Promises(Part, frozen=True, kw_only=True):
    """How the plan is announced and run, as far as the law asks."""

    claims: tuple[str, ...] = ()
    labels_ads: bool = True
    has_many_merchants: bool = False
    collects_merchants_money: bool = False


class Plan(Part, frozen=True, kw_only=True):
    """A version of a plan: what a program pays for what is sold from a day on."""

    name: Name
    currency: str = "CNY"
    from_on: date
    until_on: date | None = None
    channels: tuple[str, ...] = ("wechat",)
    gross_margin_percent: Percent | None = None
    binding_days: Annotated[int, msgspec.Meta(ge=0)] = 30
    pays_own_purchases: bool = False
    pays_recruits_purchases: bool = False
    allows_depth_2: bool = False
    joining: Joining = Joining()
    levels: tuple[Level, ...] = ()
    carries: Carries | None = None
    shares: tuple[Share, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    release: Release = Release()
    promises: Promises = Promises()

    @property
    def depth(self) -> int:
        """How many persons are paid of one sale, from the buyer's seller upwards."""
        shares = [each.depth for each in self.shares if each.to is Payee.INVITER]
        return max([1, *shares, *(bonus.team_depth + 1 for bonus in self.bonuses)])


@dataclass(frozen=True, kw_only=True)
class Ids:
    """The ids of what a plan names: of units all those that belong to them."""

    products: Mapping[str, int] = field(default_factory=dict)
    brands: Mapping[str, int] = field(default_factory=dict)
    categories: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
