"""What each seller sold month by month: the past that targets are broken down by."""

from __future__ import annotations

from datetime import date

import ibis

from siyu.analytics.arithmetic import total
from siyu.foundation.calendar import month_of

SELLER_MONTHS = ibis.schema(
    {
        "month_on": "date",
        "seller_id": "int64",
        "gmv_minor": "int64",
        "refunds_minor": "int64",
    }
)
_MONTHS = 13


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
    since = month_of(as_of, -_MONTHS)
    own = both.filter(both.seller_id.notnull(), both.business_on >= since)
    monthly = own.mutate(month_on=own.business_on.truncate("M").cast("date"))
    return monthly.group_by("month_on", "seller_id").agg(
        gmv_minor=total(monthly.gmv_minor), refunds_minor=total(monthly.refunds_minor)
    )
