"""What customers bought after a task was issued to their seller, or held back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import number_of, total
from siyu.analytics.staging import as_one, merged

RESPONSES = ibis.schema(
    {
        "signal": "string",
        "drawn_on": "date",
        "is_held": "boolean",
        "market_id": "int64",
        "variant_id": "int64",
        "customers": "int64",
        "buyers": "int64",
        "spend_minor": "int64",
        "spend_squares": "float64",
    }
)
_HELD = "held"
_BY = ("signal", "is_held", "market_id", "variant_id")
Launches = Mapping[str, tuple[date, int]]


def responses(
    *,
    contacts: ibis.Table,
    visits: ibis.Table,
    launches: Launches,
    as_of: date,
    merges: ibis.Table | None = None,
) -> ibis.Table:
    """One row a signal, day, arm and words, of draws whose horizon has passed before `as_of`.

    `launches` gives for each signal the day since which draws count, and the horizon in days.
    A customer counts once a signal, with her first draw since then: later draws may differ
    because of the first. Whether the seller did the task plays no part. A customer whom another
    was merged into while the horizon ran leaves the read-out: what either bought is hers now.

    Columns: signal, drawn_on, is_held; market_id (of the trial of words in which she was drawn)
    and variant_id (null: the usual words); customers; buyers and spend_minor within the horizon,
    the day of the draw included, before refunds; spend_squares (sum of the squares of each
    customer's spend, in minor units squared).
    """
    told = contacts if merges is None else as_one(contacts, merges=merges)
    drawn = _since_launch(told, launches, as_of)
    first = drawn.mutate(
        place=ibis.row_number().over(
            group_by=("signal", "customer_id"), order_by=("drawn_on", "task_id")
        )
    )
    issued = first.filter(first.place == 0).select(
        "task_id", "customer_id", "drawn_on", "until_on", *_BY
    )
    if merges is not None:
        issued = _unmerged(issued, merges)
    spent = _spent(issued, visits)
    by = spent.group_by("drawn_on", *_BY)
    as_double = spent.spend_minor.cast("float64")
    return by.agg(
        customers=spent.count(),
        buyers=number_of(spent, where=spent.visits > 0),
        spend_minor=total(spent.spend_minor),
        spend_squares=(as_double * as_double).sum(),
    )


def _unmerged(issued: ibis.Table, merges: ibis.Table) -> ibis.Table:
    """The draws but for those whose customer was merged with another before the horizon ended."""
    became = merged(merges=merges).select("into_id", "merged_on")
    return issued.anti_join(
        became,
        [
            issued.customer_id == became.into_id,
            issued.drawn_on <= became.merged_on,
            issued.until_on > became.merged_on,
        ],
    )


def _since_launch(contacts: ibis.Table, launches: Launches, as_of: date) -> ibis.Table:
    """Tasks of launched signals, each with the day on which its horizon ends."""
    parts = [
        _of_signal(contacts, signal, launched_on, horizon_days, as_of)
        for signal, (launched_on, horizon_days) in sorted(launches.items())
    ]
    return ibis.union(*parts) if parts else _of_signal(contacts, "", as_of, 0, as_of)


def _of_signal(
    contacts: ibis.Table, signal: str, launched_on: date, horizon_days: int, as_of: date
) -> ibis.Table:
    horizon = timedelta(days=horizon_days)
    own = contacts.filter(
        contacts.signal == signal,
        contacts.drawn_on >= launched_on,
        contacts.drawn_on <= as_of - horizon,
    )
    until: Any = own.drawn_on + ibis.interval(days=horizon_days)
    return own.select(
        "task_id",
        "customer_id",
        "signal",
        "drawn_on",
        until_on=until.cast("date"),
        is_held=own.state == _HELD,
        market_id=own.market_id,
        variant_id=own.variant_id,
    )


def _spent(issued: ibis.Table, visits: ibis.Table) -> ibis.Table:
    """Each draw with her visits and spend between the draw and the end of its horizon."""
    bought = visits.select(
        visitor_id="customer_id", visited_on="business_on", amount_minor="amount_minor"
    )
    near = issued.inner_join(
        bought,
        [
            issued.customer_id == bought.visitor_id,
            bought.visited_on >= issued.drawn_on,
            bought.visited_on < issued.until_on,
        ],
    )
    answers = near.group_by("task_id").agg(
        visits=near.count(), spend_minor=total(near.amount_minor)
    )
    joined = issued.left_join(answers, "task_id")
    return joined.select(
        "drawn_on",
        *_BY,
        visits=joined.visits.fill_null(0),
        spend_minor=joined.spend_minor.fill_null(0),
    )
