"""For which lines a rate or a bonus holds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import Any

import ibis

from siyu.analytics.commissions.plan import Depends, Ids, Plan

_MINUTES_AN_HOUR = 60


def holds(lines: ibis.Table, only: Depends, ids: Ids) -> Any:
    """Whether all that is asked for holds for a line; what is not known never does."""
    asked = [*_listed(lines, only, ids), *_timed(lines, only)]
    return reduce(and_, asked).fill_null(False) if asked else ibis.literal(True)


def asks(only: Depends) -> bool:
    """Whether anything is asked for at all; else it holds for every line."""
    return any(getattr(only, name) for name in Depends.__struct_fields__)


def minute_of(clock: str) -> int:
    """Minutes since midnight of a time such as 22:00."""
    hours, minutes = clock.split(":")
    return int(hours) * _MINUTES_AN_HOUR + int(minutes)


def clock_band(plan: Plan, minute: int) -> int:
    """Which of the stretches of a day a minute lies in, between two at which a rate may change."""
    every = [rate for share in plan.shares for rate in share.rates]
    clocks = {clock for each in every for clock in (each.from_time, each.until_time) if clock}
    return bisect_right(sorted(minute_of(clock) for clock in clocks), minute)


def _listed(lines: ibis.Table, only: Depends, ids: Ids) -> Iterable[Any]:
    """One condition for each list that is given."""
    units = [unit for key in only.units for unit in ids.units[key]]
    lists = (
        (only.products, lines.product_id, [ids.products[key] for key in only.products]),
        (only.brands, lines.brand_id, [ids.brands[key] for key in only.brands]),
        (only.categories, lines.category_id, [ids.categories[key] for key in only.categories]),
        (only.units, lines.unit_id, units),
        (only.levels, lines.level, list(only.levels)),
        (only.kinds, lines.kind, list(only.kinds)),
        (only.channels, lines.channel, list(only.channels)),
        (only.tasks, lines.task, list(only.tasks)),
    )
    return [column.isin(values) for given, column, values in lists if given]


def _timed(lines: ibis.Table, only: Depends) -> Iterable[Any]:
    """Conditions of the hours and days that are given."""
    asked = []
    if only.from_time is not None and only.until_time is not None:
        start, end = minute_of(only.from_time), minute_of(only.until_time)
        after, before = lines.local_minute >= start, lines.local_minute < end
        asked.append(after & before if start < end else after | before)
    if only.from_on is not None:
        asked.append(lines.business_on >= only.from_on)
    if only.until_on is not None:
        asked.append(lines.business_on <= only.until_on)
    return asked
