"""What the law on paying persons distinguishes, as settlement names it."""

from dataclasses import dataclass
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
