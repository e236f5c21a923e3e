"""From when what was earned can be drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.analytics.commissions import Release
from siyu.foundation.errors import BadInput
from siyu.rooms.commissions.rules import released_on, released_until

DAYS = st.dates(date(2025, 1, 1), date(2026, 11, 1))


def working(days: int) -> Release:
    return Release(days=days, received_after_days=0, in_working_days=True)


@pytest.mark.parametrize(
    ("earned_on", "release", "expected"),
    [
        (date(2026, 3, 1), Release(days=8), date(2026, 3, 16)),
        (date(2026, 3, 1), Release(days=0, received_after_days=0), date(2026, 3, 1)),
        (date(2026, 9, 30), working(1), date(2026, 10, 8)),
        (date(2026, 9, 30), working(3), date(2026, 10, 10)),
        (date(2026, 2, 13), working(1), date(2026, 2, 14)),
        (date(2026, 2, 13), working(2), date(2026, 2, 24)),
        (date(2026, 4, 30), working(1), date(2026, 5, 6)),
    ],
)
def test_it_is_released_so_many_days_after_receipt(
    earned_on: date, release: Release, expected: date
) -> None:
    assert released_on(release, earned_on) == expected


@given(day=DAYS, days=st.integers(0, 20), received=st.integers(0, 20), working=st.booleans())
def test_all_that_is_released_by_a_day_was_earned_until_one_day(
    day: date, days: int, received: int, working: bool
) -> None:
    release = Release(days=days, received_after_days=received, in_working_days=working)
    last = released_until(release, day)
    assert released_on(release, last) <= day
    assert released_on(release, last + timedelta(days=1)) > day


def test_beyond_the_calendar_nothing_is_promised() -> None:
    with pytest.raises(BadInput, match="chinesecalendar"):
        released_on(working(3), date(2098, 1, 1))
