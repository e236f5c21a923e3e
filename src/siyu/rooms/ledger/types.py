"""Accounts and transfers, as other rooms name them, and what the ledger shows of itself."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from siyu.foundation.errors import Conflict

MOST_LINKED = 1_000_000
"""Transfers that one call may link; more of them are several calls, each with a key of its own."""


class Purpose(StrEnum):
    """What an account is for: one a program of the house's, one a program and owner of others'."""

    PROGRAM_REVENUE = "program_revenue"
    ALLIANCE_RECEIVABLE = "alliance_receivable"
    TAX_WITHHELD = "tax_withheld"
    CLEARING = "clearing"
    COMMISSION_PAYABLE = "commission_payable"
    SELLER_AVAILABLE = "seller_available"
    SELLER_WITHDRAWN = "seller_withdrawn"
    MERCHANT_PAYABLE = "merchant_payable"
    DEPOSIT = "deposit"


OF_THE_HOUSE = frozenset(
    {
        Purpose.PROGRAM_REVENUE,
        Purpose.ALLIANCE_RECEIVABLE,
        Purpose.TAX_WITHHELD,
        Purpose.CLEARING,
    }
)
"""They store no balance and have no floor, so that all may write to them at once."""

MAY_OWE = frozenset(
    {Purpose.COMMISSION_PAYABLE, Purpose.SELLER_AVAILABLE, Purpose.MERCHANT_PAYABLE}
)
"""They may fall below zero by a transfer that says so; later earnings work the debt off."""


class Kind(StrEnum):
    """Why money moves."""

    ACCRUAL = "accrual"
    MATURITY = "maturity"
    REVERSAL = "reversal"
    WITHHOLDING = "withholding"
    PAYOUT = "payout"
    PAYOUT_RETURN = "payout_return"
    SALE = "sale"
    FEE = "fee"
    DEPOSIT = "deposit"
    CORRECTION = "correction"


@dataclass(frozen=True, order=True)
class Account:
    """An account's name within a program; ``owner_id`` is 0 for the house."""

    purpose: Purpose
    owner_id: int = 0


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Minor units that move from one account to another.

    ``lines`` is the SHA-256 digest of the accrual lines that explain it, empty where none do.
    With ``may_owe`` the source may fall below zero, where its purpose allows debt.
    """

    source: Account
    destination: Account
    amount_minor: int
    kind: Kind
    lines: bytes = field(default=b"", repr=False)
    may_owe: bool = False


@dataclass(frozen=True, kw_only=True)
class Posting:
    """Transfers that were written together under one key; not ``is_new`` where they stood."""

    id: int
    key: str
    business_on: date
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What the accounts of a purpose hold together, in minor units."""

    purpose: Purpose
    accounts: int
    balance_minor: int


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """One account with what it holds, in minor units."""

    id: int
    account: Account
    balance_minor: int


@dataclass(frozen=True, kw_only=True)
class Move:
    """What a transfer did to one account: below 0 went out to the other, else came from it."""

    posting_id: int
    key: str
    business_on: date
    kind: Kind
    amount_minor: int
    other: Account
    other_id: int


@dataclass(frozen=True, kw_only=True)
class PostingView:
    """Transfers that were written together; ``digest`` is hexadecimal and vouches for them."""

    id: int
    key: str
    business_on: date
    posted_at: datetime
    digest: str
    is_proved: bool | None
    count: int
    transfers: tuple[Transfer, ...]


class Overdraft(Conflict):
    """An account does not hold what a transfer takes from it."""


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """One thing that the ledger's proof found wrong; ids and amounts, no names."""

    what: str
    subject: str
    stored: str
    computed: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the ledger's proof went through, the balance of each purpose, and what is wrong."""

    currency: str
    accounts: int
    postings: int
    transfers: int
    balances: dict[str, int]
    disagreements: list[Disagreement]
