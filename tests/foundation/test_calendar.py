from datetime import date

import pytest

from siyu.foundation.calendar import (
    add_working_days,
    festival_day,
    is_working_day,
    month_of,
    same_lunar_day,
)
from siyu.foundation.errors import BadInput


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),  # a Saturday that is worked
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday that is worked
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-04-30", 1, "2026-05-06"),
        ("2026-05-08", 1, "2026-05-09"),  # a Saturday that is worked
        ("2026-11-20", 3, "2026-11-25"),
    ],
)
def test_working_days_after_the_state_council(day: str, count: int, due: str):
    assert add_working_days(date.fromisoformat(day), count) == date.fromisoformat(due)


def test_t_plus_nothing_is_the_day_itself_even_a_holiday():
    assert add_working_days(date(2026, 10, 1), 0) == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked in exchange
        (date(2026, 10, 11), False),  # a Sunday
        (date(2026, 10, 12), True),
    ],
)
def test_holidays_and_exchanged_days(day: date, works: bool):
    assert is_working_day(day) is works


def test_a_year_that_is_not_loaded_is_refused_not_guessed():
    with pytest.raises(BadInput, match="2050"):
        is_working_day(date(2050, 1, 3))
    with pytest.raises(BadInput, match="chinesecalendar"):
        add_working_days(date(2049, 12, 31), 1)


@pytest.mark.parametrize(
    ("festival", "day"),
    [
        # As published by the State Council's holiday notices and the Purple Mountain Observatory.
        ("spring_festival", date(2019, 2, 5)),
        ("spring_festival", date(2020, 1, 25)),
        ("spring_festival", date(2021, 2, 12)),
        ("spring_festival", date(2026, 2, 17)),
        ("lantern_festival", date(2024, 2, 24)),
        ("dragon_boat", date(2023, 6, 22)),
        ("qixi", date(2025, 8, 29)),
        ("mid_autumn", date(2020, 10, 1)),
        ("mid_autumn", date(2025, 10, 6)),
        ("double_ninth", date(2024, 10, 11)),
        ("double_eleven", date(2021, 11, 11)),
        ("mid_year_sale", date(2021, 6, 18)),
    ],
)
def test_festivals(festival: str, day: date) -> None:
    assert festival_day(festival, day.year) == day


@pytest.mark.parametrize(
    ("day", "year", "same"),
    [
        (date(2026, 2, 17), 2025, date(2025, 1, 29)),
        # The first of the leap sixth month counts as the first of the sixth.
        (date(2025, 7, 25), 2026, date(2026, 7, 14)),
        # New Year's Eve: the 30th of the twelfth month is missing in 2025, so the 29th.
        (date(2024, 2, 9), 2026, date(2026, 2, 16)),
        (date(2024, 2, 9), 2024, date(2024, 2, 9)),
        # A day of the leap month itself, in its own year.
        (date(2025, 8, 10), 2025, date(2025, 8, 10)),
    ],
)
def test_the_same_lunar_day_of_another_year(day: date, year: int, same: date) -> None:
    assert same_lunar_day(day, year) == same


def test_what_is_no_festival_or_no_year_of_the_calendar_is_refused() -> None:
    with pytest.raises(BadInput) as refused:
        festival_day("payday", 2026)
    assert refused.value.field == "festival"
    for year in (1899, 2101):
        with pytest.raises(BadInput):
            festival_day("mid_autumn", year)


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2024, 5, 31), 0, date(2024, 5, 1)),
        (date(2024, 5, 1), 5, date(2023, 12, 1)),
        (date(2024, 1, 31), 13, date(2022, 12, 1)),
        (date(2024, 12, 1), 12, date(2023, 12, 1)),
    ],
)
def test_the_first_day_of_a_month(day: date, months: int, first: date) -> None:
    assert month_of(day, -months) == first
