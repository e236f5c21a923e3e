"""How much the whole market buys on each day: season, weekday, festivals, shocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from siyu.simulation.brand import BrandProfile
from siyu.simulation.columns import FloatArray, IntArray, stream

_WEEKDAY_LEVELS: Final = (0.86, 0.85, 0.87, 0.92, 1.08, 1.25, 1.17)
_SPRING_FESTIVALS: Final = tuple(
    date.fromisoformat(day)
    for day in (
        "2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 "
        "2027-02-06 2028-01-26 2029-02-13 2030-02-03"
    ).split()
)
# (month, day) of the day on which a festival's trade peaks, and how many times a usual day.
_FESTIVALS: Final = {
    (1, 1): 1.5,
    (3, 8): 1.6,
    (5, 1): 1.6,
    (6, 18): 2.4,
    (8, 19): 1.3,
    (10, 1): 1.7,
    (11, 11): 3.0,
    (12, 12): 2.0,
}


@dataclass(frozen=True, slots=True)
class Market:
    """The market's level by day of the history, and the clock that runs with it.

    `level` is demand relative to the yearly mean; `season` its smooth part alone. `elapsed` has
    one value more than there are days: the demand passed by the start of each day. A customer
    with a fixed interval is regular on this clock, not on the calendar.
    """

    first_on: date
    level: FloatArray
    season: FloatArray
    elapsed: FloatArray
    festival_days: IntArray

    @property
    def days(self) -> int:
        """Return the length of the history in days."""
        return len(self.level)

    def elapsed_at(self, day: FloatArray) -> FloatArray:
        """Return the demand passed by a (fractional) day of the history."""
        return np.interp(day, np.arange(self.days + 1), self.elapsed)

    def elapsed_by(self, on: date) -> float:
        """Return the demand passed by the start of a date."""
        return float(self.elapsed[self.day_number(on)])

    def day_at(self, elapsed: FloatArray) -> FloatArray:
        """Return the (fractional) day by which that demand has passed."""
        return np.interp(elapsed, self.elapsed, np.arange(self.days + 1))

    def day_number(self, on: date) -> int:
        """Return how many days after the first day of the history `on` is."""
        return (on - self.first_on).days


def market_of(*, profile: BrandProfile, seed: int, as_of: date) -> Market:
    """Return the market of the `profile.days` days before `as_of`."""
    first_on = as_of - timedelta(days=profile.days)
    dates = [first_on + timedelta(days=number) for number in range(profile.days)]
    year_day = np.array([on.timetuple().tm_yday for on in dates], np.float64)
    season = _season(profile, year_day)
    level = season * np.array([_WEEKDAY_LEVELS[on.weekday()] for on in dates])
    festival_days = []
    for number, on in enumerate(dates):
        boost = _FESTIVALS.get((on.month, on.day))
        if boost is not None:
            festival_days.append(number)
            level[max(0, number - 2) : number + 1] *= boost
    for holiday in _SPRING_FESTIVALS:
        number = (holiday - first_on).days
        if 25 < number < profile.days + 25:
            festival_days.append(min(number - 8, profile.days - 1))
            level[max(0, number - 20) : max(0, number - 2)] *= 1.35
            level[max(0, number - 1) : max(0, number + 6)] *= 0.35
    level *= _shocks(profile, seed)
    elapsed = np.concatenate([[0.0], np.cumsum(level)])
    return Market(first_on, level, season, elapsed, np.array(sorted(festival_days), np.int64))


def _season(profile: BrandProfile, year_day: FloatArray) -> FloatArray:
    """Return the seasonal level, whose mean over a year is 1 (i0 normalises exp(k·cos))."""
    angle = 2 * np.pi * (year_day - profile.season_peak_day) / 365.25
    curve = np.exp(profile.season_strength * np.cos(angle)) / np.i0(profile.season_strength)
    return np.asarray(curve, np.float64)


def _shocks(profile: BrandProfile, seed: int) -> FloatArray:
    """Return a level that a few stretches of two or three weeks raise or lower."""
    rng = stream(seed, "market shocks")
    level = np.ones(profile.days)
    for _ in range(profile.market_shocks):
        begin = int(rng.integers(0, profile.days))
        length = int(rng.integers(10, 24))
        level[begin : begin + length] *= rng.choice([0.6, 0.75, 1.25, 1.4])
    return level
