"""The market clock: how many repeat visits an average customer makes, day by day."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from siyu.analytics.arithmetic import PPM, day_number, days_between, total

PPB = 1_000_000_000
# How long somebody who came back once is awaited: until four visits were due at her own pace.
_AWAITED_VISITS, _LEAST_DAYS, _MOST_DAYS = 4, 60, 365
# A pace that is told by two visits close together is no pace yet.
_PACE_DAYS = 30

MARKET = ibis.schema(
    {
        "business_on": "date",
        "visits": "int64",
        "repeats": "int64",
        "expected_ppm": "int64",
        "increment_ppb": "int64",
        "clock_ppb": "int64",
    }
)


def market(*, visits: ibis.Table) -> ibis.Table:
    """One row a day with any visit; the clock reads the same until the next such day.

    Columns: business_on; visits; repeats (visits of customers who were awaited: they had come
    twice or more, and the last time not longer ago than four visits take at their own pace, at
    least 60 and at most 365 days); expected_ppm (millionths of a visit that all who were
    awaited make on an average day, each at her own pace); increment_ppb (repeats / expected x
    the pace of one whose interval is the mean of all who came twice or more, in parts per
    billion, rounded down) and clock_ppb, their running sum including the day.

    The clock is the estimator of Breslow (1972, discussion of Cox, "Regression models and
    life-tables") of a cumulative rate that all customers share, each in proportion to her own
    pace: one of average pace is expected to come once while it advances by 1e9. Seasons,
    holidays and moves of the whole market are inside it; that new customers come more seldom
    than old ones did is not.
    """
    events = _events(visits)
    day = ibis.window(order_by="day", rows=(None, -1))
    all_days = ibis.window()
    intervals = events.interval_days.sum().over(all_days)
    counted = events.mutate(
        expected_ppm=events.change_ppm.sum().over(day).fill_null(0),
        average_ppm=events.returners.sum().over(all_days) * PPM / intervals.nullif(0),
    )
    days = counted.filter(counted.visits > 0)
    increment = days.repeats * days.average_ppm * PPB / days.expected_ppm.nullif(0)
    days = days.mutate(increment_ppb=increment.floor().cast("int64").fill_null(0))
    until = ibis.window(order_by="day", rows=(None, 0))
    return days.mutate(clock_ppb=days.increment_ppb.sum().over(until)).select(*MARKET)


def _events(visits: ibis.Table) -> ibis.Table:
    """One row a day on which anyone came, or was awaited no longer."""
    repeats = visits.visits_ever - 1
    span_days = days_between(start=visits.first_on, end=visits.last_on) + _PACE_DAYS
    patience = (span_days * _AWAITED_VISITS // repeats.nullif(0)).clip(_LEAST_DAYS, _MOST_DAYS)
    gap_days = days_between(start=visits.business_on, end=visits.next_on)
    is_awaited = visits.previous_on.notnull()
    day = day_number(visits.business_on)
    table = visits.select(
        "business_on",
        "next_on",
        is_awaited=is_awaited,
        day=day,
        pace_ppm=is_awaited.ifelse(repeats * PPM // span_days, 0),
        awaited_days=ibis.least(gap_days.fill_null(_MOST_DAYS), patience),
        is_repeat=(gap_days <= patience).fill_null(False),
        interval_days=visits.next_on.isnull().ifelse(span_days // repeats.nullif(0), 0),
    )
    none = ibis.literal(0, "int64")
    came = table.group_by("day", "business_on").agg(
        change_ppm=total(table.pace_ppm), visits=table.count()
    )
    came = came.mutate(repeats=none, returners=none, interval_days=none)
    gone = table.filter(table.is_awaited)
    gone = gone.mutate(
        end_day=gone.day + gone.awaited_days,
        repeat_on=gone.is_repeat.ifelse(gone.next_on, ibis.null("date")),
    )
    left = gone.group_by(day=gone.end_day, business_on=gone.repeat_on).agg(
        change_ppm=-total(gone.pace_ppm),
        repeats=total(gone.is_repeat.cast("int64")),
        returners=total(gone.next_on.isnull().cast("int64")),
        interval_days=total(gone.interval_days),
    )
    left = left.mutate(visits=none).select(*came.columns)
    both = ibis.union(came, left)
    return both.group_by("day").agg(
        business_on=both.business_on.max(),
        change_ppm=total(both.change_ppm),
        visits=total(both.visits),
        repeats=total(both.repeats),
        returners=total(both.returners),
        interval_days=total(both.interval_days),
    )


def with_clock(table: ibis.Table, market: ibis.Table, **columns: str) -> ibis.Table:
    """The table with one more column per keyword: the clock at the end of a date column.

    `with_clock(t, market, clock_first="first_on")` adds `clock_first` (int64 parts per
    billion, null where the date is). The dates must be days with a visit.
    """
    for name, column in columns.items():
        days = market.select(clock_on=market.business_on, **{name: market.clock_ppb})
        table = table.left_join(days, table[column] == days.clock_on).drop("clock_on")
    return table


def readings(market: ibis.Table, **mornings: date) -> ibis.Table:
    """One row with one column per keyword: the clock on the morning of that date (ppb)."""
    aggregates: dict[str, Any] = {
        name: market.clock_ppb.max(where=market.business_on < morning).fill_null(0)
        for name, morning in mornings.items()
    }
    return market.aggregate(**aggregates)
