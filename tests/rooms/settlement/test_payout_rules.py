"""What is withheld from payouts one after the other, and when periods end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.rooms.settlement.rules import end_of_period, tax_on
from siyu.rooms.settlement.types import GapPolicy, PeriodKind, Withholding

YUAN = 100
JANUARY = 202601


def withheld(
    paid: Sequence[tuple[int, int]],
    withholding: Withholding,
    gap_policy: GapPolicy = GapPolicy.LITERAL,
) -> list[int]:
    """The tax of payouts (month, yuan) that follow one another, in fen."""
    before: dict[int, tuple[int, int]] = {}
    taxes = []
    for month, yuan in paid:
        tax = tax_on(
            gross_fen=yuan * YUAN,
            month=month,
            before=before,
            withholding=withholding,
            gap_policy=gap_policy,
        )
        income, taken = before.get(month, (0, 0))
        before[month] = (income + yuan * YUAN, taken + tax)
        taxes.append(tax)
    return taxes


@pytest.mark.parametrize(
    ("withholding", "paid", "expected"),
    [
        (Withholding.PER_PAYMENT, [(1, 3_000), (1, 2_500)], [44_000, 44_000]),
        (Withholding.PER_PAYMENT, [(1, 3_000), (2, 2_500)], [44_000, 34_000]),
        (Withholding.CUMULATIVE, [(1, 10_000), (2, 10_000), (3, 10_000)], [9_000] * 3),
        (
            Withholding.CUMULATIVE,
            [(1, 60_000), (2, 60_000), (3, 60_000), (4, 60_000)],
            [178_000, 430_000, 430_000, 710_000],
        ),
        (Withholding.CUMULATIVE, [(1, 20_000), (2, 1_000), (3, 20_000)], [33_000, 0, 20_400]),
        (Withholding.CUMULATIVE, [(1, 30_000), (1, 30_000)], [57_000, 121_000]),
        (Withholding.NON_RESIDENT, [(1, 10_000)], [59_000]),
        (Withholding.NONE, [(1, 1_000_000)], [0]),
    ],
)
def test_tax_follows_what_was_paid_before(
    withholding: Withholding, paid: list[tuple[int, int]], expected: list[int]
) -> None:
    months = [(JANUARY + month - 1, yuan) for month, yuan in paid]
    assert withheld(months, withholding) == expected


@pytest.mark.parametrize(
    ("gap_policy", "tax"),
    [
        (GapPolicy.LITERAL, 80_000),
        (GapPolicy.SEGMENT, 9_000),
        (GapPolicy.PAID_MONTHS, 30_000),
        (GapPolicy.CALENDAR, 0),
    ],
)
def test_a_month_without_pay_counts_as_finance_chose(gap_policy: GapPolicy, tax: int) -> None:
    paid = [(JANUARY, 60_000), (JANUARY + 2, 10_000)]
    assert withheld(paid, Withholding.CUMULATIVE, gap_policy) == [178_000, tax]


def test_a_new_year_begins_with_nothing_paid() -> None:
    paid = [(JANUARY - 89, 60_000), (JANUARY, 10_000)]
    assert withheld(paid, Withholding.CUMULATIVE)[1] == 9_000


@given(
    paid=st.lists(st.integers(1, 200_000), min_size=1, max_size=12),
    withholding=st.sampled_from(Withholding),
)
def test_in_parts_no_less_is_withheld_than_at_once_and_never_more_than_is_paid(
    paid: list[int], withholding: Withholding
) -> None:
    taxes = withheld([(JANUARY, yuan) for yuan in paid], withholding)
    (at_once,) = withheld([(JANUARY, sum(paid))], withholding)
    assert all(0 <= tax <= yuan * YUAN for tax, yuan in zip(taxes, paid, strict=True))
    assert sum(taxes) == at_once


@pytest.mark.parametrize(
    ("begins_on", "kind", "working_days", "expected"),
    [
        (date(2026, 11, 23), PeriodKind.DAY, 1, date(2026, 11, 23)),
        (date(2026, 11, 23), PeriodKind.WEEK, 1, date(2026, 11, 29)),
        (date(2026, 11, 29), PeriodKind.WEEK, 1, date(2026, 11, 29)),
        (date(2026, 2, 10), PeriodKind.MONTH, 1, date(2026, 2, 28)),
        (date(2026, 12, 1), PeriodKind.MONTH, 1, date(2026, 12, 31)),
        (date(2026, 10, 1), PeriodKind.WORKING_DAYS, 1, date(2026, 10, 8)),
        (date(2026, 10, 1), PeriodKind.WORKING_DAYS, 3, date(2026, 10, 10)),
        (date(2026, 11, 23), PeriodKind.WORKING_DAYS, 5, date(2026, 11, 27)),
    ],
)
def test_a_period_ends(
    begins_on: date, kind: PeriodKind, working_days: int, expected: date
) -> None:
    ends_on = end_of_period(begins_on=begins_on, kind=kind, working_days=working_days)
    assert ends_on == expected
