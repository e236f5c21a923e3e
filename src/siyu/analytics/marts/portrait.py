"""What a customer record says by itself: age, birthday."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

ADULT_YEARS = 18
# First ages of the bands after `under_18`.
_BANDS = (
    (18, "under_18"),
    (25, "18_24"),
    (31, "25_30"),
    (36, "31_35"),
    (41, "36_40"),
    (51, "41_50"),
    (61, "51_60"),
)


def age_years(born_on: Any, as_of: date) -> Any:
    """Completed years of age on `as_of`; null where the birth date is."""
    had_birthday = (born_on.month() < as_of.month) | (
        (born_on.month() == as_of.month) & (born_on.day() <= as_of.day)
    )
    return as_of.year - born_on.year() - had_birthday.ifelse(0, 1)


def age_band(age: Any) -> Any:
    """under_18, 18_24, 25_30, 31_35, 36_40, 41_50, 51_60, over_60, or unknown (null)."""
    return ibis.cases(
        (age.isnull(), "unknown"), *((age < end, band) for end, band in _BANDS), else_="over_60"
    )


def days_to_birthday(born_on: Any, as_of: date) -> Any:
    """Days from `as_of` to the next birthday (0: today); null where the birth date is.

    Who was born on 29 February has it on 1 March in other years.
    """
    this_year = _days_to(born_on, as_of, as_of.year)
    next_year = _days_to(born_on, as_of, as_of.year + 1)
    return (this_year >= 0).ifelse(this_year, next_year).cast("int32")


def _days_to(born_on: Any, as_of: date, year: int) -> Any:
    month_starts = [(month, (date(year, month, 1) - as_of).days) for month in range(1, 13)]
    return born_on.month().cast("int64").cases(*month_starts) + born_on.day() - 1
