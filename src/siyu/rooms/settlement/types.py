"""What the law on paying persons distinguishes, as settlement names it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Withholding(StrEnum):
    """How income tax is withheld from what a person is paid for a service (代扣方式).

    ``NONE`` is for companies and sole traders with an invoice of their own.
    """

    PER_PAYMENT = "per_payment"
    CUMULATIVE = "cumulative"
    NON_RESIDENT = "non_resident"
    NONE = "none"


class GapPolicy(StrEnum):
    """Which months' allowances count after a month without pay: the notice gives no example.

    ``LITERAL``: of the months in a row up to now, against the income of the whole year.
    ``SEGMENT``: income, allowances and tax all begin anew. ``PAID_MONTHS``: of each paid month of
    the year. ``CALENDAR``: of every month since the first paid one of the year.
    """

    LITERAL = "literal"
    SEGMENT = "segment"
    PAID_MONTHS = "paid_months"
    CALENDAR = "calendar"


@dataclass(frozen=True, kw_only=True)
class PaidMonth:
    """What a person was paid in a month (1 to 12) of the year, and what was withheld, in fen."""

    month: int
    income_fen: int
    withheld_fen: int


@dataclass(frozen=True, kw_only=True)
class SalesTax:
    """A gross amount taken apart, in fen: value-added tax, its surcharges, and the rest."""

    vat_fen: int
    surcharge_fen: int
    income_fen: int


class PeriodKind(StrEnum):
    """How long a period is: 日结, 周结, 月结, 按工作日."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WORKING_DAYS = "working_days"


class PayeeKind(StrEnum):
    """What a payee is before the law: 个人, 个体工商户, 企业."""

    PERSON = "person"
    SOLE_TRADER = "sole_trader"
    COMPANY = "company"


class PayoutState(StrEnum):
    """Where a payout batch stands: 待复核, 已复核, 已完成, 已撤销."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class ItemState(StrEnum):
    """Where a payout to one payee stands: 待付款, 已到账, 已退回, 已撤销."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class WithdrawalState(StrEnum):
    """Where what a seller asked for stands: 已申请, 已打款批, 已取消."""

    ASKED = "asked"
    TAKEN = "taken"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """What a seller asked to be paid of what is available to her, in minor units.

    ``in_batch`` says that a batch which waits to be checked holds it; then it cannot be cancelled.
    """

    id: int
    amount_minor: int
    asked_at: datetime
    in_batch: bool


@dataclass(frozen=True, kw_only=True)
class OwnPayout:
    """What a seller was paid, or is about to be: gross, less tax, is net; why it came back."""

    paid_on: date | None
    gross_minor: int
    tax_minor: int
    net_minor: int
    state: ItemState
    reason: str


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a program settles: its periods, from what sum on it pays out, how it withholds.

    With ``on_request`` sellers are paid what they ask for, else all that is available to them.
    """

    period: PeriodKind
    working_days: int
    begins_on: date
    least_payout_minor: int
    withholding: Withholding
    gap_policy: GapPolicy
    on_request: bool = False


@dataclass(frozen=True, kw_only=True)
class ClosingView:
    """A closed period; it begins on the day after the one before ended."""

    id: int
    number: int
    begins_on: date
    ends_on: date
    closed_at: datetime
    statements: int
    earned_minor: int
    closing_minor: int


@dataclass(frozen=True, kw_only=True)
class StatementView:
    """What a payee's account did in a period, in minor units; negative is what was taken.

    ``closing_minor`` is the sum of all others, and what the account held when it was closed.
    """

    id: int
    closing_id: int
    payee_id: int
    begins_on: date
    ends_on: date
    opening_minor: int
    earned_minor: int
    reversed_minor: int
    bonus_minor: int
    withheld_minor: int
    paid_minor: int
    closing_minor: int


@dataclass(frozen=True, kw_only=True)
class Balances:
    """Where a payee's money stands, in minor units: not yet released, available, paid out."""

    pending_minor: int
    available_minor: int
    paid_minor: int


@dataclass(frozen=True, kw_only=True)
class PayeeView:
    """One who is paid; the number of the identity paper and the account are masked."""

    owner_id: int
    kind: PayeeKind
    withholding: Withholding
    name: str
    masked_number: str
    masked_account: str
    verified_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PayoutView:
    """A payout batch: who made it, who checked it, and what it comes to in minor units."""

    id: int
    number: int
    state: PayoutState
    made_by_id: int
    made_at: datetime
    checked_by_id: int | None
    checked_at: datetime | None
    items: int
    gross_minor: int
    tax_minor: int
    net_minor: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class PayoutItemView:
    """What one payee gets of a batch: gross, less tax, is net; why it failed where it did.

    ``name`` and ``masked_account`` are of who is paid: herself, or the company that collects.
    """

    id: int
    payee_id: int
    name: str
    masked_account: str
    gross_minor: int
    tax_minor: int
    net_minor: int
    state: ItemState
    reason: str


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One payment for whoever carries it out; ``key`` stays the same however often it is told."""

    key: str
    name: str
    account: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of a payment: paid, or why it came back; neither while it is under way."""

    key: str
    is_paid: bool
    reason: str = ""
