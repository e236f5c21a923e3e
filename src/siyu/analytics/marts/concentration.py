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
    (a fifth of them, rounded up: the greatest amounts), gmv_minor of all members, top_minor of the
    top ones.
    """
    return ibis.union(_of(sales, "sellers", "seller_id"), _of(sales, "customers", "customer_id"))


def _of(sales: ibis.Table, subject: str, column: str) -> ibis.Table:
    named = sales.filter(sales[column].notnull(), ~sales.is_gift)
    month_on = named.business_on.truncate("M").cast("date")
    amounts = named.group_by(month_on=month_on, member_id=named[column]).agg(
        amount_minor=total(named.amount_minor)
    )
    # Whose amounts are equal are counted together: there are far fewer amounts than members.
    equal = amounts.group_by("month_on", "amount_minor").agg(members=amounts.count())
    order = equal.amount_minor.desc()
    running = ibis.window(group_by="month_on", order_by=order, preceding=None, following=0)
    placed = equal.mutate(
        up_to=total(equal.members).over(running),
        everyone=total(equal.members).over(group_by="month_on"),
    )
    top_members = (placed.everyone + _FIFTH - 1) // _FIFTH
    before = placed.up_to - placed.members
    taken = placed.mutate(top=ibis.greatest(ibis.least(placed.up_to, top_members) - before, 0))
    return (
        taken.group_by("month_on")
        .agg(
            subject=ibis.literal(subject),
            members=total(taken.members),
            top_members=total(taken.top),
            gmv_minor=total(taken.members * taken.amount_minor),
            top_minor=total(taken.top * taken.amount_minor),
        )
        .select(*CONCENTRATION)
    )
