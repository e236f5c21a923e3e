"""Working days after the State Council's calendar, and festivals; unknown years are refused."""

from datetime import date, timedelta

import chinese_calendar
from borax.calendars.lunardate import InvalidLunarDateError, LunarDate

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


def month_of(day: date, later: int = 0) -> date:
    """The first day of a day's month, or of the month so many months later (before, if below 0)."""
    years, month = divmod(day.year * 12 + day.month - 1 + later, 12)
    return date(years, month + 1, 1)


def month_number(day: date) -> int:
    """The month of a day as a number: 202611."""
    return day.year * 100 + day.month


_SHORT_MONTH_DAYS = 29
# Month and day of the solar calendar, or of the lunar one.
SOLAR_FESTIVALS = {
    "new_year": (1, 1),
    "womens_day": (3, 8),
    "labour_day": (5, 1),
    "mid_year_sale": (6, 18),
    "national_day": (10, 1),
    "double_eleven": (11, 11),
    "double_twelve": (12, 12),
}
LUNAR_FESTIVALS = {
    "spring_festival": (1, 1),
    "lantern_festival": (1, 15),
    "dragon_boat": (5, 5),
    "qixi": (7, 7),
    "mid_autumn": (8, 15),
    "double_ninth": (9, 9),
}


def festival_day(festival: str, year: int) -> date:
    """The day of a festival in a year; a lunar one belongs to the year its lunar year begins in.

    Raises BadInput for one that is none, and beyond 1900 to 2100.
    """
    if festival in SOLAR_FESTIVALS:
        return date(year, *SOLAR_FESTIVALS[festival])
    if festival not in LUNAR_FESTIVALS:
        raise BadInput("festival", "Choose a festival.")
    month, day = LUNAR_FESTIVALS[festival]
    return _lunar_day(year, month, day)


def same_lunar_day(day: date, year: int) -> date:
    """The day with the same lunar month and day in another lunar year.

    A leap month counts as the month before it, and a 30th that is missing as the 29th. Raises
    BadInput beyond 1900 to 2100.
    """
    if year == day.year:
        return day
    lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
    wanted = year - day.year + lunar.year
    try:
        return _lunar_day(wanted, lunar.month, lunar.day)
    except BadInput:
        return _lunar_day(wanted, lunar.month, min(lunar.day, _SHORT_MONTH_DAYS))


def _lunar_day(year: int, month: int, day: int) -> date:
    try:
        found: date = LunarDate(year, month, day).to_solar_date()
    except InvalidLunarDateError as error:
        raise BadInput("year", "The lunar calendar is known from 1900 to 2100.") from error
    return found
