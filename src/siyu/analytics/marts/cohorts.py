"""Cohorts: of the customers who began in a month, how many bought in each later one."""

from __future__ import annotations

from typing import Any

import ibis

from siyu.analytics.arithmetic import total

COHORTS = ibis.schema(
    {
        "first_month_on": "date",
        "month_on": "date",
        "customers": "int64",
        "amount_minor": "int64",
    }
)


def cohorts(*, visits: ibis.Table) -> ibis.Table:
    """One row a month of first purchase and month with purchases.

    Columns: first_month_on and month_on (the first day of each), customers (who bought in
    the month), amount_minor (what they bought in it).
    """
    # The first visit of a customer's month counts her, so nothing has to be made distinct.
    opens_month = visits.previous_on.isnull() | (
        _month_number(visits.previous_on) != _month_number(visits.business_on)
    )
    marked = visits.select(
        "amount_minor",
        first_month_on=visits.first_on.truncate("M"),
        month_on=visits.business_on.truncate("M"),
        opens=opens_month.cast("int64"),
    )
    return marked.group_by("first_month_on", "month_on").agg(
        customers=total(marked.opens), amount_minor=total(marked.amount_minor)
    )


def _month_number(day: Any) -> Any:
    return day.year() * 12 + day.month()
