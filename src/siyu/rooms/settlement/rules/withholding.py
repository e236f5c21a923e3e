"""Tax on what persons are paid for bringing buyers, in fen, as withheld by whoever pays them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from siyu.foundation.errors import BadInput
from siyu.foundation.money import round_half_up
from siyu.rooms.settlement.types import GapPolicy, PaidMonth, SalesTax

_YUAN = 100
_WITHOUT_RATE: Final = (800 * _YUAN, 4_000 * _YUAN)
_TAXED_SHARE = Decimal("0.8")
_ALLOWANCE_A_MONTH: Final = 5_000 * _YUAN
_DECEMBER = 12


class _Band(NamedTuple):
    """Up to which base, in yuan, at which rate in percent, less how many yuan."""

    until: int | None
    percent: int
    less: int


# Withholding on remuneration for services, STA notice 61/2018, table 2.
_PER_PAYMENT: Final = (
    _Band(20_000, 20, 0),
    _Band(50_000, 30, 2_000),
    _Band(None, 40, 7_000),
)
# What `per_payment_tax` leaves, band by band: up to which net, in yuan; less how many; its share.
_LEFT: Final = (
    (800, 0, Decimal(1)),
    (3_360, 160, Decimal("0.8")),
    (21_000, 0, Decimal("0.84")),
    (49_500, 2_000, Decimal("0.76")),
    (None, 7_000, Decimal("0.68")),
)
# Comprehensive income of a year, Individual Income Tax Law, table 1; STA notice 16/2025.
_OF_A_YEAR: Final = (
    _Band(36_000, 3, 0),
    _Band(144_000, 10, 2_520),
    _Band(300_000, 20, 16_920),
    _Band(420_000, 25, 31_920),
    _Band(660_000, 30, 52_920),
    _Band(960_000, 35, 85_920),
    _Band(None, 45, 181_920),
)
# The same by month, for non-residents; STA notice 61/2018, table 3.
_OF_A_MONTH: Final = (
    _Band(3_000, 3, 0),
    _Band(12_000, 10, 210),
    _Band(25_000, 20, 1_410),
    _Band(35_000, 25, 2_660),
    _Band(55_000, 30, 4_410),
    _Band(80_000, 35, 7_160),
    _Band(None, 45, 15_160),
)


def per_payment_tax(income_fen: int) -> int:
    """Tax on all that a person is paid in a month for one continuous service; below 0 nowhere.

    800 yuan are free up to 4,000, a fifth above (Individual Income Tax Law, art. 6; STA notice
    61/2018). Of several payments in the month, withhold what is due on their sum less what was
    withheld.
    """
    free, most = _WITHOUT_RATE
    base = Decimal(income_fen - free) if income_fen <= most else income_fen * _TAXED_SHARE
    return _tax(base, _PER_PAYMENT)


def gross_of(net_fen: int) -> int:
    """The income of which ``net_fen`` are left after `per_payment_tax`, rounded half up.

    Each band of income solved for it: where a share s of the income and c are left, it is
    (net - c) / s.
    """
    for until, less, left in _LEFT:
        if until is None or net_fen <= until * _YUAN:
            return round_half_up((net_fen - less * _YUAN) / left)
    raise AssertionError("the last band has no end")


def non_resident_tax(income_fen: int) -> int:
    """Tax on what a non-resident is paid at once or in a month (STA notice 61/2018, table 3)."""
    return _tax(income_fen * _TAXED_SHARE, _OF_A_MONTH)


def cumulative_tax(
    *,
    month: int,
    income_fen: int,
    before: Sequence[PaidMonth],
    gap_policy: GapPolicy = GapPolicy.LITERAL,
    deductions_fen: int = 0,
) -> int:
    """What to withhold in a month on remuneration through a platform (STA notice 16/2025).

    ``before`` are the paid months of the same year, ``income_fen`` all that is paid in this one,
    ``deductions_fen`` what the year allows besides. What was withheld too much is not paid back
    here; it counts in the months that follow. Raises BadInput where months are out of order.
    """
    _check_months(month, before)
    known = _run_before(month, before) if gap_policy is GapPolicy.SEGMENT else list(before)
    allowances = _allowances(month, before, gap_policy)
    income = sum(paid.income_fen for paid in known) + income_fen
    base = income * _TAXED_SHARE - allowances * _ALLOWANCE_A_MONTH - deductions_fen
    due = _tax(base, _OF_A_YEAR) - sum(paid.withheld_fen for paid in known)
    return max(0, due)


def sales_tax(
    *,
    gross_fen: int,
    threshold_fen: int,
    vat_percent: int = 1,
    city_percent: int = 7,
) -> SalesTax:
    """Take a gross amount of a period apart: VAT, halved surcharges, and the income before PIT.

    Sales without VAT that reach the threshold are taxed in full, not on the excess; below it
    nothing is due (VAT Law, art. 23; notice 10/2026: 100,000 yuan a month through a platform,
    1,000 a time without). Surcharges are the city's rate and 3 and 2 percent of the VAT, halved
    for small taxpayers.
    """
    income = round_half_up(Decimal(gross_fen) * 100 / (100 + vat_percent))
    if income < threshold_fen:
        return SalesTax(vat_fen=0, surcharge_fen=0, income_fen=gross_fen)
    vat = gross_fen - income
    surcharge = round_half_up(Decimal(vat) * (city_percent + 3 + 2) / 200)
    return SalesTax(vat_fen=vat, surcharge_fen=surcharge, income_fen=income)


def _tax(base_fen: Decimal, bands: Sequence[_Band]) -> int:
    for band in bands:
        if band.until is None or base_fen <= band.until * _YUAN:
            return max(0, round_half_up(base_fen * band.percent / 100 - band.less * _YUAN))
    raise AssertionError("the last band has no end")


def _check_months(month: int, before: Sequence[PaidMonth]) -> None:
    months = [*(paid.month for paid in before), month]
    if not months[0] >= 1 or months[-1] > _DECEMBER or months != sorted(set(months)):
        raise BadInput(
            "month",
            "Months run from 1 to 12, each once and in order; given: {months}.",
            months=", ".join(map(str, months)),
        )


def _run_before(month: int, before: Sequence[PaidMonth]) -> list[PaidMonth]:
    """The paid months that lead to this one without a gap."""
    run: list[PaidMonth] = []
    for paid in reversed(before):
        if paid.month != month - len(run) - 1:
            break
        run.insert(0, paid)
    return run


def _allowances(month: int, before: Sequence[PaidMonth], gap_policy: GapPolicy) -> int:
    """How many months' allowances count up to this month."""
    if gap_policy is GapPolicy.PAID_MONTHS:
        return len(before) + 1
    if gap_policy is GapPolicy.CALENDAR:
        return month - (before[0].month if before else month) + 1
    return len(_run_before(month, before)) + 1
