"""Customers counted by the kind of their history: what a night's forecast is fitted to.

A hundred million customers share few kinds, so models never see a customer. Time is in whole
weeks, and what a visit costs is known to three digits.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import days_between, number_of
from siyu.analytics.models.backtest import TESTED_DAYS

_WEEK = 7
_MOST_DIGITS = 12

HISTORY_KINDS = ibis.schema(
    {"repeats": "int64", "recency_weeks": "int64", "age_weeks": "int64", "customers": "int64"}
)
OUTCOME_KINDS = ibis.schema(
    {
        "repeats": "int64",
        "recency_weeks": "int64",
        "age_weeks": "int64",
        "later": "int64",
        "customers": "int64",
    }
)
SPENDING_KINDS = ibis.schema(
    {"purchase_days": "int64", "average_minor": "int64", "customers": "int64"}
)


def recency_weeks(histories: ibis.Table) -> Any:
    """Whole weeks between the first and the last visit."""
    return days_between(start=histories.first_on, end=histories.last_on) // _WEEK


def age_weeks(histories: ibis.Table, as_of: date) -> Any:
    """Whole weeks from the first visit to the day before ``as_of``."""
    yesterday = ibis.literal(as_of - timedelta(days=1))
    return days_between(start=histories.first_on, end=yesterday) // _WEEK


def history_kinds(*, histories: ibis.Table, as_of: date) -> ibis.Table:
    """One row a kind of history of those who bought.

    Columns: repeats (days with a purchase after the first one), recency_weeks and age_weeks (see
    `recency_weeks` and `age_weeks`), customers (how many have it).
    """
    kinds = histories.select(
        repeats=histories.purchase_days - 1,
        recency_weeks=recency_weeks(histories),
        age_weeks=age_weeks(histories, as_of),
    )
    return kinds.group_by("repeats", "recency_weeks", "age_weeks").agg(customers=kinds.count())


def outcome_kinds(*, visits: ibis.Table, as_of: date) -> ibis.Table:
    """One row a kind of history as it stood `TESTED_DAYS` before `as_of`, and what came of it.

    Columns: those of `history_kinds`, and later (days with a purchase since).
    """
    then = as_of - timedelta(days=TESTED_DAYS)
    known = visits.filter(visits.first_on < then)
    is_later = known.business_on >= then
    seen = known.group_by("customer_id", "first_on").agg(
        repeats=number_of(known, where=~is_later) - 1,
        last_on=known.business_on.max(where=~is_later),
        later=number_of(known, where=is_later),
    )
    kinds = seen.select(
        "repeats",
        "later",
        recency_weeks=recency_weeks(seen),
        age_weeks=age_weeks(seen, then),
    )
    by = ("repeats", "recency_weeks", "age_weeks", "later")
    return kinds.group_by(*by).agg(customers=kinds.count())


def spending_kinds(*, histories: ibis.Table) -> ibis.Table:
    """One row a number of visits and what one of them cost, of those who paid.

    Columns: purchase_days, average_minor (in the middle of all that share its first three
    digits), customers.
    """
    paid = histories.filter(histories.spend_minor > 0)
    average = paid.spend_minor // paid.purchase_days
    widths = [(digits, 10 ** (digits - 3)) for digits in range(4, _MOST_DIGITS)]
    rounded = ibis.cases(
        (average < 1_000, average),
        *(
            (average < 10**digits, average // width * width + width // 2)
            for digits, width in widths
        ),
        else_=average,
    )
    kinds = paid.select("purchase_days", average_minor=rounded)
    kinds = kinds.filter(kinds.average_minor > 0)
    return kinds.group_by("purchase_days", "average_minor").agg(customers=kinds.count())


def foretold(
    *, histories: ibis.Table, forecast: ibis.Table, forecasts: ibis.Table, as_of: date
) -> ibis.Table:
    """One row a buyer: what the chosen forecast says of her kind of history, and of her money.

    Columns: customer_id, alive_ppm, visits_30_x1000, visits_90_x1000 (see `models.forecast`),
    value_90_minor (those visits at p (v + spend) / (p x visits + q - 1), eq. 5 of Fader and
    Hardie, 2013; at her own average where nothing was fitted; half up).
    """
    known = histories.select(
        "customer_id",
        "purchase_days",
        "spend_minor",
        repeats=histories.purchase_days - 1,
        recency_weeks=recency_weeks(histories),
        age_weeks=age_weeks(histories, as_of),
    )
    told = known.inner_join(forecasts, ["repeats", "recency_weeks", "age_weeks"])
    told = told.cross_join(forecast.select("p", "q", "v"))
    visit_minor = ibis.coalesce(
        told.p * (told.v + told.spend_minor) / (told.p * told.purchase_days + (told.q - 1)),
        told.spend_minor / told.purchase_days,
    )
    value = (told.visits_90_x1000 * visit_minor / 1_000 + 0.5).floor().cast("int64")
    return told.select(
        "customer_id",
        "alive_ppm",
        "visits_30_x1000",
        "visits_90_x1000",
        value_90_minor=value,
    )
