"""Facts unified and named once: what was sold, ordered, visited, returned, and who serves."""

from __future__ import annotations

from datetime import date

import ibis

from siyu.analytics.arithmetic import total

# Stands for "credited to no unit" inside minima and maxima; ids are positive.
NO_UNIT = -1

SALES = ibis.schema(
    {
        "line_id": "int64",
        "order_id": "int64",
        "customer_id": "int64",
        "product_id": "int64",
        "seller_id": "int64",
        "unit_id": "int64",
        "basis": "string",
        "business_on": "date",
        "local_hour": "int32",
        "amount_minor": "int64",
        "is_gift": "boolean",
    }
)
ORDERS = ibis.schema(
    {
        "order_id": "int64",
        "customer_id": "int64",
        "business_on": "date",
        "local_hour": "int32",
        "amount_minor": "int64",
        "lines": "int64",
        "unit_low_id": "int64",
        "unit_high_id": "int64",
    }
)
VISITS = ibis.schema(
    {
        "customer_id": "int64",
        "business_on": "date",
        "orders": "int64",
        "amount_minor": "int64",
        "local_hour": "int32",
        "unit_low_id": "int64",
        "unit_high_id": "int64",
        "first_on": "date",
        "last_on": "date",
        "visits_ever": "int64",
        "previous_on": "date",
        "next_on": "date",
    }
)
RETURNS = ibis.schema(
    {
        "refund_id": "int64",
        "order_id": "int64",
        "line_id": "int64",
        "customer_id": "int64",
        "product_id": "int64",
        "seller_id": "int64",
        "unit_id": "int64",
        "business_on": "date",
        "amount_minor": "int64",
    }
)
GOODS = ibis.schema({"product_id": "int64", "category_id": "int64", "brand_id": "int64"})


def before(table: ibis.Table, as_of: date | None) -> ibis.Table:
    """The rows with `business_on` before `as_of`; all rows where it is None."""
    return table if as_of is None else table.filter(table.business_on < as_of)


def merged(*, merges: ibis.Table) -> ibis.Table:
    """One row a customer who turned out to be another.

    Columns: merged_id, into_id (who she is), merged_on.
    """
    known = merges.filter(~merges.is_undone)
    return known.select("into_id", "merged_on", merged_id="customer_id")


def as_one(table: ibis.Table, *, merges: ibis.Table) -> ibis.Table:
    """The rows of a table, those of a merged customer under the one whom she was merged into."""
    pairs = merged(merges=merges).drop("merged_on")
    joined = table.left_join(pairs, table.customer_id == pairs.merged_id)
    person = ibis.coalesce(joined.into_id, joined.customer_id)
    return joined.mutate(customer_id=person).drop("merged_id", "into_id")


def sales(
    *,
    order_lines: ibis.Table,
    credits: ibis.Table,  # noqa: A002 (the fact table has this name)
    merges: ibis.Table,
    as_of: date | None = None,
) -> ibis.Table:
    """One row a line that counts as sold: paid, not void, quantity above zero.

    A credit counts with the line of its own day: a line never moves to another day.

    Columns: line_id, order_id, customer_id (null: sold to nobody known), product_id,
    seller_id, unit_id and basis (as credited, null where nobody was), business_on,
    local_hour, amount_minor (goods without freight), is_gift (unit price zero).
    """
    lines = as_one(before(order_lines, as_of), merges=merges)
    sold = lines.filter(lines.is_paid, ~lines.is_void, lines.quantity_milli > 0)
    credited = credits.select(
        credited_line_id=credits.line_id,
        credited_on=credits.business_on,
        seller_id=credits.seller_id,
        unit_id=credits.unit_id,
        basis=credits.basis,
    )
    own = sold.drop("seller_id", "unit_id")
    of_the_line = (
        own.line_id == credited.credited_line_id,
        own.business_on == credited.credited_on,
    )
    return own.left_join(credited, of_the_line).select(*SALES)


def orders(*, sales: ibis.Table) -> ibis.Table:
    """One row a sold order with at least one line that is not a gift.

    Columns: order_id, customer_id, business_on, local_hour, amount_minor, lines (without
    gifts), unit_low_id and unit_high_id (smallest and greatest credited unit, `NO_UNIT`
    for none: equal where the whole order belongs to one unit).
    """
    goods = sales.filter(~sales.is_gift)
    unit_id = goods.unit_id.fill_null(NO_UNIT)
    return goods.group_by("order_id").agg(
        customer_id=goods.customer_id.max(),
        business_on=goods.business_on.min(),
        local_hour=goods.local_hour.min(),
        amount_minor=total(goods.amount_minor),
        lines=goods.count(),
        unit_low_id=unit_id.min(),
        unit_high_id=unit_id.max(),
    )


def visits(*, orders: ibis.Table) -> ibis.Table:
    """One row a customer and day with an order: purchases of one day are one visit.

    Columns: customer_id, business_on, orders, amount_minor, local_hour (of the day's first
    order), unit_low_id and unit_high_id (as in `orders`), first_on (the customer's first
    visit ever), last_on and visits_ever (her last visit before `as_of`, and how many there
    were), previous_on and next_on (null for the first and the last visit).
    """
    known = orders.filter(orders.customer_id.notnull())
    days = known.group_by("customer_id", "business_on").agg(
        orders=known.count(),
        amount_minor=total(known.amount_minor),
        local_hour=known.local_hour.min(),
        unit_low_id=known.unit_low_id.min(),
        unit_high_id=known.unit_high_id.max(),
    )
    own = ibis.window(group_by="customer_id", order_by="business_on")
    whole = ibis.window(group_by="customer_id")
    return days.mutate(
        first_on=days.business_on.min().over(whole),
        last_on=days.business_on.max().over(whole),
        visits_ever=days.business_on.count().over(whole),
        previous_on=days.business_on.lag().over(own),
        next_on=days.business_on.lead().over(own),
    )


def returns(
    *,
    refunds: ibis.Table,
    credits: ibis.Table,  # noqa: A002 (the fact table has this name)
    merges: ibis.Table,
    as_of: date | None = None,
) -> ibis.Table:
    """One row a refund, with the seller and unit credited for the line it gives back.

    Columns: refund_id, order_id, line_id, customer_id, product_id, seller_id, unit_id (both
    null where the refund names no credited line), business_on (of the refund), amount_minor
    (positive).
    """
    given_back = as_one(before(refunds, as_of), merges=merges)
    credited = credits.select(
        credited_line_id=credits.line_id, seller_id=credits.seller_id, unit_id=credits.unit_id
    )
    return given_back.left_join(credited, given_back.line_id == credited.credited_line_id).select(
        *RETURNS
    )


def goods(*, products: ibis.Table) -> ibis.Table:
    """One row a product: product_id, category_id, brand_id (null where not known)."""
    return products.select(*GOODS)


def serving(*, follows: ibis.Table, as_of: date) -> ibis.Table:
    """One row a customer whom a seller serves on the morning of `as_of`.

    Columns: customer_id, seller_id, followed_on. A follow counts from the day after it
    began until the day before it ended; should several count, the newest does.
    """
    valid = follows.filter(
        follows.is_serving,
        follows.followed_on < as_of,
        follows.ended_on.isnull() | (follows.ended_on > as_of),
    )
    newest = valid.group_by("customer_id").agg(newest_id=valid.follow_id.max())
    return valid.inner_join(newest.select("newest_id"), valid.follow_id == newest.newest_id).select(
        "customer_id", "seller_id", "followed_on"
    )
