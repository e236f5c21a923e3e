"""What each seller sold month by month: the past that targets are broken down by."""

from __future__ import annotations

from datetime import date

import ibis

from siyu.analytics.arithmetic import total

SELLER_MONTHS = ibis.schema(
    {
        "month_on": "date",
        "seller_id": "int64",
        "gmv_minor": "int64",
        "refunds_minor": "int64",
    }
)
_MONTHS = 13


def months_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months before the month of a day."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def seller_months(*, sales: ibis.Table, returns: ibis.Table, as_of: date) -> ibis.Table:
    """One row a seller and month in which she sold or had something given back.

    Of this month and the thirteen before it. Columns: month_on (the first day), seller_id,
    gmv_minor, refunds_minor (positive, of the month of the refund).
    """
    zero = ibis.literal(0, "int64")
    amounts = {"gmv_minor": sales.amount_minor, "refunds_minor": zero}
    back = {"gmv_minor": zero, "refunds_minor": returns.amount_minor}
    both = ibis.union(
        sales.select("seller_id", "business_on", **amounts),
        returns.select("seller_id", "business_on", **back),
    )
    since = months_before(as_of, _MONTHS)
    own = both.filter(both.seller_id.notnull(), both.business_on >= since)
    monthly = own.mutate(month_on=own.business_on.truncate("M").cast("date"))
    return monthly.group_by("month_on", "seller_id").agg(
        gmv_minor=total(monthly.gmv_minor), refunds_minor=total(monthly.refunds_minor)
    )
