from datetime import date

import pytest

from siyu.foundation.calendar import add_working_days, is_working_day
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
