"""Working days after the State Council's calendar; unknown years are refused, not guessed."""

from datetime import date, timedelta

import chinese_calendar

from siyu.foundation.errors import BadInput


def is_working_day(day: date) -> bool:
    """Whether mainland China works on that day; raises BadInput beyond the loaded years."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise BadInput(
            "day",
            "The holiday calendar of {year} is not loaded; update the package chinesecalendar.",
            year=day.year,
        ) from error


def add_working_days(day: date, count: int) -> date:
    """The date ``count`` working days after ``day`` (T+n); raises BadInput beyond the calendar."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
