"""What a customer has bought, in plain counts: the one pass over all visits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import number_of, total

# Parts of the day by the hours in which people shop alike: night, breakfast, morning,
# noon, afternoon, evening, late evening. The last hour of each is included.
DAYPARTS = ((0, 5), (6, 8), (9, 11), (12, 13), (14, 17), (18, 20), (21, 23))

HISTORIES = ibis.schema(
    {
        "customer_id": "int64",
        "first_on": "date",
        "last_on": "date",
        "previous_on": "date",
        "last_before_30_on": "date",
        "purchase_days": "int64",
        "visits_30": "int64",
        "visits_60": "int64",
        "visits_90": "int64",
        "visits_30_last_year": "int64",
        "visits_60_last_year": "int64",
        "visits_90_last_year": "int64",
        "orders": "int64",
        "orders_30": "int64",
        "orders_90": "int64",
        "spend_minor": "int64",
        "spend_30_minor": "int64",
        "favourite_hours": "string",
    }
)


def histories(*, visits: ibis.Table, as_of: date) -> ibis.Table:
    """One row a customer who bought before `as_of`.

    Columns: customer_id; first_on, last_on, previous_on (the visit before the last; null for
    one visit), last_before_30_on (the last visit earlier than 30 days before `as_of`);
    purchase_days, and visits_30, visits_60, visits_90 (days with a purchase in the last so
    many days), visits_30_last_year, visits_60_last_year, visits_90_last_year (in the same
    window 365 days earlier); orders, orders_30, orders_90; spend_minor, spend_30_minor;
    favourite_hours ("18-20": the part of the day in which most visits began, the earliest of
    several).
    """
    on = visits.business_on

    def since(days: int) -> Any:
        return on >= as_of - timedelta(days=days)

    def last_year(days: int) -> Any:
        start = as_of - timedelta(days=365 + days)
        return (on >= start) & (on < as_of - timedelta(days=365))

    counts = visits.group_by("customer_id").agg(
        first_on=on.min(),
        last_on=on.max(),
        previous_on=visits.previous_on.max(),
        last_before_30_on=on.max(where=~since(30)),
        purchase_days=visits.count(),
        visits_30=number_of(visits, where=since(30)),
        visits_60=number_of(visits, where=since(60)),
        visits_90=number_of(visits, where=since(90)),
        visits_30_last_year=number_of(visits, where=last_year(30)),
        visits_60_last_year=number_of(visits, where=last_year(60)),
        visits_90_last_year=number_of(visits, where=last_year(90)),
        orders=total(visits.orders),
        orders_30=total(visits.orders, where=since(30)),
        orders_90=total(visits.orders, where=since(90)),
        spend_minor=total(visits.amount_minor),
        spend_30_minor=total(visits.amount_minor, where=since(30)),
        **{
            _hours_column(part): number_of(
                visits, where=(visits.local_hour >= part[0]) & (visits.local_hour <= part[1])
            )
            for part in DAYPARTS
        },
    )
    return counts.mutate(favourite_hours=_favourite_hours(counts)).select(*HISTORIES)


def _hours_column(part: tuple[int, int]) -> str:
    return f"hours_{part[0]}"


def _favourite_hours(counts: ibis.Table) -> Any:
    most = ibis.greatest(*(counts[_hours_column(part)] for part in DAYPARTS))
    return ibis.cases(
        *((counts[_hours_column(part)] == most, f"{part[0]}-{part[1]}") for part in DAYPARTS)
    )
