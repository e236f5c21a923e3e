"""Figures of now, and sums of published ones."""

from dataclasses import dataclass
from datetime import date, datetime

_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class FreshView:
    """The newest hourly results of a program: facts fed until ``fresh_at`` are in them."""

    run_id: int
    today: date
    fresh_at: datetime


@dataclass(frozen=True, kw_only=True)
class DaySoFar:
    """What was sold on a day until ``fresh_at``, in minor units.

    ``before_minor`` is what the same weekday a week before had sold by the same time, its begun
    hour by the minute. ``hours`` are the hours of the clock in the order of the business day;
    ``by_hour`` holds those that began, ``before_by_hour`` the whole day a week before.
    """

    on: date
    fresh_at: datetime
    gmv_minor: int
    orders: int
    refunds_minor: int
    before_minor: int
    hours: tuple[int, ...]
    by_hour: tuple[int, ...]
    before_by_hour: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Sold:
    """What was sold and given back in a period, in minor units."""

    gmv_minor: int = 0
    refunds_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Sales after refunds."""
        return self.gmv_minor - self.refunds_minor


@dataclass(frozen=True, kw_only=True)
class TagTruth:
    """What purchases of a year say of tags, counted in customers; see the mart ``tag_truth``."""

    tagged: int
    judged: int
    held: int
    buyers: int
    covered: int

    @property
    def truth_ppm(self) -> int | None:
        """Of the tagged who bought anything, who bought what the tag claims; None for nobody."""
        return self.held * _MILLION // self.judged if self.judged else None

    @property
    def coverage_ppm(self) -> int | None:
        """Of those who bought what the tag claims, who bear it; None for nobody."""
        return self.covered * _MILLION // self.buyers if self.buyers else None
