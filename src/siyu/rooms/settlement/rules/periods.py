"""When periods end."""

from datetime import date, timedelta

from siyu.foundation.calendar import add_working_days, month_of
from siyu.rooms.settlement.types import PeriodKind

_DAYS_A_WEEK = 7


def end_of_period(*, begins_on: date, kind: PeriodKind, working_days: int) -> date:
    """The last day of a period that begins on a day.

    Weeks end on Sunday, months on their last day. Of working days so many are in a period, with
    the free days before them; raises BadInput beyond the loaded calendar.
    """
    if kind is PeriodKind.WEEK:
        return begins_on + timedelta(days=_DAYS_A_WEEK - begins_on.isoweekday())
    if kind is PeriodKind.MONTH:
        return month_of(begins_on, 1) - timedelta(days=1)
    if kind is PeriodKind.WORKING_DAYS:
        return add_working_days(begins_on - timedelta(days=1), working_days)
    return begins_on
