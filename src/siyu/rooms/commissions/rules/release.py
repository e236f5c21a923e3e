"""From when what was earned can be drawn."""

from datetime import date, timedelta

from siyu.analytics.commissions import Release
from siyu.foundation.calendar import add_working_days


def released_on(release: Release, earned_on: date) -> date:
    """The day on which what was earned on a day can be drawn.

    Raises BadInput where working days beyond the loaded calendar are asked for.
    """
    received_on = earned_on + timedelta(days=release.received_after_days)
    if release.in_working_days:
        return add_working_days(received_on, release.days)
    return received_on + timedelta(days=release.days)


def released_until(release: Release, day: date) -> date:
    """The last day of which everything earned can be drawn by the end of a day."""
    earned_on = day - timedelta(days=release.received_after_days + release.days)
    if release.in_working_days:
        while released_on(release, earned_on) > day:
            earned_on -= timedelta(days=1)
    return earned_on
