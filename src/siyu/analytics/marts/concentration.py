"""How much of the sales the best fifth makes, of sellers and of customers, month by month."""

from __future__ import annotations

import ibis

from siyu.analytics.arithmetic import total

CONCENTRATION = ibis.schema(
    {
        "subject": "string",
        "month_on": "date",
        "members": "int64",
        "top_members": "int64",
        "gmv_minor": "int64",
        "top_minor": "int64",
    }
)
_FIFTH = 5


def concentration(*, sales: ibis.Table) -> ibis.Table:
    """One row a subject (`sellers`, `customers`) and month in which one of them sold or bought.

    Columns: subject, month_on (the month's first day); members (who sold or bought), top_members
    (a fifth of them, rounded up: the greatest amounts, of equal ones the smallest ids),
    gmv_minor of all members, top_minor of the top ones.
    """
    return ibis.union(_of(sales, "sellers", "seller_id"), _of(sales, "customers", "customer_id"))


def _of(sales: ibis.Table, subject: str, column: str) -> ibis.Table:
    named = sales.filter(sales[column].notnull(), ~sales.is_gift)
    month_on = named.business_on.truncate("M").cast("date")
    amounts = named.group_by(month_on=month_on, member_id=named[column]).agg(
        amount_minor=total(named.amount_minor)
    )
    order = (amounts.amount_minor.desc(), amounts.member_id)
    ranked = amounts.mutate(
        place=ibis.row_number().over(group_by="month_on", order_by=order),
        everyone=amounts.count().over(group_by="month_on"),
    )
    is_top = (ranked.place + 1) * _FIFTH <= ranked.everyone + _FIFTH - 1
    return (
        ranked.group_by("month_on")
        .agg(
            subject=ibis.literal(subject),
            members=ranked.count(),
            top_members=ranked.count(where=is_top),
            gmv_minor=total(ranked.amount_minor),
            top_minor=total(ranked.amount_minor, where=is_top),
        )
        .select(*CONCENTRATION)
    )
