"""The market clock: how many repeat visits an average customer makes, day by day."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from siyu.analytics.arithmetic import day_number, days_between, total

PPB = 1_000_000_000
AT_RISK_DAYS = 365

MARKET = ibis.schema(
    {
        "business_on": "date",
        "visits": "int64",
        "repeats": "int64",
        "at_risk": "int64",
        "increment_ppb": "int64",
        "clock_ppb": "int64",
    }
)


def market(*, visits: ibis.Table) -> ibis.Table:
    """One row a day with any visit; the clock reads the same until the next such day.

    Columns: business_on, visits, repeats (visits that follow another of the same customer by
    at most 365 days), at_risk (customers whose last visit lay 1 to 365 days before),
    increment_ppb (repeats / at_risk in parts per billion, rounded down) and clock_ppb, their
    running sum including the day.

    The clock is the Nelson-Aalen estimator of the cumulative rate of repeat visits (Aalen,
    1978, "Nonparametric inference for a family of counting processes"): a customer of
    average rhythm is expected to come once while it advances by 1e9. Seasons, holidays and
    moves of the whole market are inside it.
    """
    events = _events(visits)
    day = ibis.window(order_by="day", rows=(None, -1))
    counted = events.mutate(at_risk=events.change.sum().over(day).fill_null(0))
    days = counted.filter(counted.visits > 0)
    days = days.mutate(increment_ppb=(days.repeats * PPB // days.at_risk.nullif(0)).fill_null(0))
    until = ibis.window(order_by="day", rows=(None, 0))
    return days.mutate(clock_ppb=days.increment_ppb.sum().over(until)).select(*MARKET)


def _events(visits: ibis.Table) -> ibis.Table:
    """One row a day on which anyone enters or leaves the customers at risk."""
    pairs = visits.group_by("business_on", "next_on").agg(customers=visits.count())
    gap_days = days_between(start=pairs.business_on, end=pairs.next_on)
    repeats = gap_days <= AT_RISK_DAYS
    day = day_number(pairs.business_on)
    pairs = pairs.mutate(
        day=day,
        end_day=day + ibis.least(gap_days.fill_null(AT_RISK_DAYS), AT_RISK_DAYS),
        repeat_on=repeats.ifelse(pairs.next_on, ibis.null("date")),
        repeats=repeats.fill_null(False).ifelse(pairs.customers, 0),
    )
    none = ibis.literal(0, "int64")
    entered = pairs.select(
        "day", "business_on", change="customers", visits="customers", repeats=none
    )
    left = pairs.select(
        day="end_day",
        business_on="repeat_on",
        change=-pairs.customers,
        visits=none,
        repeats="repeats",
    )
    both = ibis.union(entered, left)
    return both.group_by("day").agg(
        business_on=both.business_on.max(),
        change=total(both.change),
        visits=total(both.visits),
        repeats=total(both.repeats),
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
