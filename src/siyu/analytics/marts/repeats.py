"""Who came back how often until a day: what models of repeat buying are fitted to."""

from __future__ import annotations

from datetime import date, timedelta

import ibis

from siyu.analytics.arithmetic import days_between, number_of, total

_YEAR = 365


def repeats(*, sales: ibis.Table, end_on: date) -> ibis.Table:
    """One row a customer who bought until `end_on`, that day included.

    Columns: customer_id; repeats (days with a purchase after the first one), recency_days (from
    the first to the last of them), age_days (from the first one to `end_on`), spend_minor (of
    the repeats), later (days with a purchase after `end_on`). Whatever was sold counts, a thing
    for nothing too: it shows that she came.
    """
    known = sales.filter(sales.customer_id.notnull())
    days = known.group_by("customer_id", "business_on").agg(amount_minor=total(known.amount_minor))
    first = days.business_on.min().over(ibis.window(group_by="customer_id"))
    days = days.mutate(first_on=first, is_seen=days.business_on <= end_on)
    again = days.is_seen & (days.business_on > days.first_on)
    counts = days.group_by("customer_id", "first_on").agg(
        repeats=number_of(days, where=again),
        last_on=days.business_on.max(where=days.is_seen),
        spend_minor=total(days.amount_minor, where=again),
        later=number_of(days, where=~days.is_seen),
    )
    seen = counts.filter(counts.first_on <= end_on)
    return seen.select(
        "customer_id",
        "repeats",
        recency_days=days_between(start=seen.first_on, end=seen.last_on),
        age_days=days_between(start=seen.first_on, end=ibis.literal(end_on)),
        spend_minor=seen.spend_minor,
        later=seen.later,
    )


def kinds_of_history(repeats: ibis.Table) -> ibis.Table:
    """One row a history that customers share: repeats, recency_days, age_days, customers."""
    by = ("repeats", "recency_days", "age_days")
    return repeats.group_by(*by).agg(customers=repeats.count()).order_by(*by)


def kinds_of_outcome(repeats: ibis.Table) -> ibis.Table:
    """One row a history and what came of it: as `kinds_of_history`, and later."""
    by = ("repeats", "recency_days", "age_days", "later")
    return repeats.group_by(*by).agg(customers=repeats.count()).order_by(*by)


def season_of(*, sales: ibis.Table, end_on: date, days: int) -> ibis.Table:
    """One row: visits_then of the `days` days that began a year before the day after `end_on`,
    visits_year of the 365 days up to `end_on`, and first_on, the first day with a sale.
    """
    known = sales.filter(sales.customer_id.notnull())
    visits = known.select("customer_id", "business_on").distinct()
    on = visits.business_on
    begin = end_on - timedelta(days=_YEAR)
    return visits.aggregate(
        visits_then=number_of(visits, where=(on > begin) & (on <= begin + timedelta(days=days))),
        visits_year=number_of(visits, where=(on > begin) & (on <= end_on)),
        first_on=on.min(),
    )


def kinds_of_spending(repeats: ibis.Table) -> ibis.Table:
    """One row a number and a sum of repeats, above 0 both: repeats, spend_minor, customers."""
    paid = repeats.filter((repeats.repeats > 0) & (repeats.spend_minor > 0))
    by = ("repeats", "spend_minor")
    return paid.group_by(*by).agg(customers=paid.count()).order_by(*by)
