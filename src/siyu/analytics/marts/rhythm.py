"""A customer's own rhythm against the market's: rate, expectation, life-cycle state.

Time is measured on the market clock (see `market`), so a quiet season or a falling market
lowers what is expected of everybody alike. A customer's rate is her repeat visits per unit
of that clock, estimated with a Gamma(1/2, 1/2) prior: its mean is 1, the average customer, by
construction of the clock, and it weighs as much as half a unit of it, since customers differ
much. The posterior mean is (repeats + 1/2) / (exposure + 1/2), the Gamma-Poisson of Ehrenberg
(1959), "The pattern of consumer purchases", and of Gelman et al., "Bayesian Data Analysis",
section 2.6.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import PPM, days_between, half_up, x100
from siyu.analytics.marts.market import PPB, readings, with_clock

# With 3 visits expected and none seen, a Poisson count has a chance below 5%.
SILENT_VISITS = 3
LOST_VISITS = 6
SILENT_DAYS = 30
LOST_DAYS = 730
NEW_DAYS = 30
WON_BACK_DAYS = 60
# 1.555 squared: the one-sided 6% point of the normal distribution.
_SLOWING_DEVIATION_X10 = 24
_SLOWING_SHARE_X10 = 6
_SEASON_SHIFT_DAYS = 14
_WINDOWS = (30, 60, 90)
_PRIOR = 0.5


def rhythms(*, histories: ibis.Table, market: ibis.Table, as_of: date) -> ibis.Table:
    """One row a buyer: the columns of `histories`, and

    recency_days (complete days without a purchase), usual_gap_days (mean days between
    visits, half up), rate (visits per unit of market clock up to the last visit: a silence
    is judged by the rate before it), elapsed (visits expected of her since the last one),
    elapsed_x100, expected_visits_90_x100 (of the last 90 days, at her rate before them; null
    without history), before_per_30d_x100 and recent_per_30d_x100 (repeat visits per 30 days
    before and within the last 90 days), market_change_ppm (speed of the market clock in the
    last 90 days against her time before), state; rate_then, elapsed_then (as they were 30
    days before `as_of`; null for who bought later).
    """
    table = with_clock(
        histories,
        market,
        clock_first="first_on",
        clock_last="last_on",
        clock_previous="previous_on",
        clock_then="last_before_30_on",
    )
    table = table.cross_join(_readings(market, as_of))
    # One step a layer: what a later step reads twice is then worked out once.
    table = table.mutate(**{f"expected_{days}": _expected(table, days) for days in _WINDOWS})
    table = table.mutate(
        recency_days=days_between(start=table.last_on, end=ibis.literal(as_of)) - 1,
        usual_gap_days=_usual_gap_days(table),
        rate=_rate(table.purchase_days, table.clock_last - table.clock_first),
        rate_then=_rate(
            table.purchase_days - table.visits_30, table.clock_then - table.clock_first
        ),
        before_per_30d_x100=_before_per_30d_x100(table, as_of),
        recent_per_30d_x100=half_up(numerator=table.visits_90 * 100, denominator=3),
        market_change_ppm=_market_change_ppm(table, as_of),
        expected_visits_90_x100=x100(table.expected_90),
        **{f"fell_{days}": _fell(table, days, as_of) for days in _WINDOWS},
    )
    table = table.mutate(
        elapsed=_passed(table.rate, table.now - table.clock_last),
        elapsed_then=_passed(table.rate_then, table.now_30 - table.clock_then),
    )
    return table.mutate(elapsed_x100=x100(table.elapsed), state=_state(table, as_of))


def _readings(market: ibis.Table, as_of: date) -> ibis.Table:
    ago = {"now": 0, "now_30": 30, "now_60": 60, "now_90": 90}
    year = {"year": 365, "year_30": 395, "year_60": 425, "year_90": 455}
    return readings(
        market, **{name: as_of - timedelta(days=days) for name, days in (ago | year).items()}
    )


def _units(clock_ppb: Any) -> Any:
    return clock_ppb.cast("float64") / PPB


def _rate(visits: Any, exposure_ppb: Any) -> Any:
    """(repeats + 1/2) / (exposure + 1/2). The first visit is no repeat: it opens the exposure."""
    return (visits - 1 + _PRIOR) / (_units(exposure_ppb) + _PRIOR)


def _passed(rate: Any, clock_ppb: Any) -> Any:
    return rate * _units(clock_ppb)


def _exposure_before(table: ibis.Table, days: int) -> Any:
    """The clock between the first visit and the window, in ppb; null without history."""
    exposure = table[f"now_{days}"] - table.clock_first
    has_history = table.purchase_days > table[f"visits_{days}"]
    return has_history.ifelse(exposure, ibis.null("int64"))


def _expected(table: ibis.Table, days: int) -> Any:
    rate_before = _rate(
        table.purchase_days - table[f"visits_{days}"], _exposure_before(table, days)
    )
    return _passed(rate_before, table.now - table[f"now_{days}"])


def _fell(table: ibis.Table, days: int, as_of: date) -> Any:
    """Whether the last `days` held fewer visits than chance, market and season explain.

    At most 60% of the visits expected at her own rate before, and fewer than chance explains:
    the variance is a negative binomial's, since her rate is known from so many visits only.
    Who already was a customer in the same window of last year must have come then, market's
    change since allowed for, nearer to the expected number than to what is seen now.
    """
    seen = table[f"visits_{days}"].cast("float64")
    expected = table[f"expected_{days}"]
    visits_before = table.purchase_days - table[f"visits_{days}"]
    below_rate = (seen * 10 <= expected * _SLOWING_SHARE_X10) & _beyond_chance(
        seen, expected, expected + expected * expected / visits_before.nullif(0)
    )
    last_year = table[f"visits_{days}_last_year"].cast("float64")
    clock = _units(table.now - table[f"now_{days}"])
    clock_then = _units(table.year - table[f"year_{days}"])
    in_season = last_year * clock / clock_then.nullif(0)
    below_season = in_season * 2 >= expected + seen
    was_customer = table.first_on < as_of - timedelta(days=365 + days)
    return (below_rate & (below_season | ~was_customer)).fill_null(False)


def _beyond_chance(seen: Any, expected: Any, variance: Any) -> Any:
    """Whether a count of that mean and variance is so low with 6% chance or less.

    By its normal approximation: 1.555 standard deviations below the mean, or more.
    """
    shortfall = expected - seen
    return (shortfall > 0) & (shortfall * shortfall * 10 >= variance * _SLOWING_DEVIATION_X10)


def _silent(elapsed: Any, recency_days: Any) -> Any:
    return (elapsed >= SILENT_VISITS) & (recency_days >= SILENT_DAYS)


def _lost(elapsed: Any, recency_days: Any) -> Any:
    return ((elapsed >= LOST_VISITS) & (recency_days >= SILENT_DAYS)) | (recency_days >= LOST_DAYS)


def _as_quiet_last_year(table: ibis.Table, as_of: date) -> Any:
    """Whether she was a customer a year ago and did not buy in this season then either.

    The season is the longest of the last 30, 60 and 90 days that lies within her silence,
    two weeks to spare, for seasons do not begin on the same day every year. A silence of a
    year and more holds every season and is never excused.
    """
    quiet = ibis.cases(
        (table.recency_days >= 90 + _SEASON_SHIFT_DAYS, table.visits_90_last_year == 0),
        (table.recency_days >= 60 + _SEASON_SHIFT_DAYS, table.visits_60_last_year == 0),
        else_=table.visits_30_last_year == 0,
    )
    was_customer = table.first_on < as_of - timedelta(days=365 + 90)
    lasts = (table.recency_days >= SILENT_DAYS) & (table.recency_days < 365)
    return quiet & was_customer & lasts


def _state(table: ibis.Table, as_of: date) -> Any:
    """new, lost, silent, won_back, slowing or active: the first that holds."""
    in_season = ~_as_quiet_last_year(table, as_of)
    fell = table.fell_30 | table.fell_60 | table.fell_90
    gap_days = days_between(start=table.previous_on, end=table.last_on) - 1
    rate_before_gap = _rate(table.purchase_days - 1, table.clock_previous - table.clock_first)
    gap = _passed(rate_before_gap, table.clock_last - table.clock_previous)
    was_away = (_silent(gap, gap_days) | _lost(gap, gap_days)).fill_null(False)
    return ibis.cases(
        (table.first_on >= as_of - timedelta(days=NEW_DAYS), "new"),
        (_lost(table.elapsed, table.recency_days) & in_season, "lost"),
        (_silent(table.elapsed, table.recency_days) & in_season, "silent"),
        (was_away & (table.last_on >= as_of - timedelta(days=WON_BACK_DAYS)), "won_back"),
        (fell, "slowing"),
        else_="active",
    )


def _usual_gap_days(table: ibis.Table) -> Any:
    days = days_between(start=table.first_on, end=table.last_on)
    return half_up(numerator=days, denominator=(table.purchase_days - 1).nullif(0))


def _days_before_90(table: ibis.Table, as_of: date) -> Any:
    start_90 = ibis.literal(as_of - timedelta(days=90))
    days = days_between(start=table.first_on, end=start_90) - 1
    return (days > 0).ifelse(days, ibis.null("int64"))


def _before_per_30d_x100(table: ibis.Table, as_of: date) -> Any:
    repeats = table.purchase_days - table.visits_90 - 1
    return half_up(numerator=repeats * 3000, denominator=_days_before_90(table, as_of))


def _market_change_ppm(table: ibis.Table, as_of: date) -> Any:
    """Recent clock speed over earlier clock speed, minus 1, in ppm rounded half up."""
    recent = _units(table.now - table.now_90) / 90
    exposure = _units(_exposure_before(table, 90))
    before = exposure / _days_before_90(table, as_of)
    ratio = recent / before.nullif(0)
    return (ratio * PPM + 0.5).floor().cast("int64") - PPM
