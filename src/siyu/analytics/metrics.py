"""Every number of a period, defined once; the trend, the sellers and the reports use these.

- gmv: amounts of all sold lines, of customers known or not, before refunds.
- gmv_identified: the same of lines with a customer.
- orders: orders of known customers with a line that is not a gift; orders_all: of anybody.
- buyers: known customers with such an order.
- average_order: gmv_identified / orders, rounded half up.
- refunds: amounts given back in the period, whenever the order was.
- new: of buyers whose first purchase ever lies in the period; returning: of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis

from siyu.analytics.arithmetic import half_up, number_of, total


def gmv(sales: ibis.Table) -> Any:
    """Sum of the amounts of a group of `sales`, in minor units."""
    return total(sales.amount_minor)


def gmv_identified(sales: ibis.Table) -> Any:
    """Sum of the amounts with a customer in a group of `sales`, in minor units."""
    return total(sales.amount_minor, where=sales.customer_id.notnull())


def average_order(*, gmv_identified_minor: Any, orders: Any) -> Any:
    """Minor units an order, rounded half up; null without orders."""
    return half_up(numerator=gmv_identified_minor, denominator=orders.nullif(0))


def purchases(*, sales: ibis.Table, by: Sequence[str] = ()) -> ibis.Table:
    """One row per `by` and customer (one for all unknown customers, null).

    Columns: `by`, customer_id, amount_minor, orders (with a line that is not a gift), lines
    (without gifts). An order counts once in every group of `by` that sold a line of it.
    """
    per_order = sales.group_by(*by, "customer_id", "order_id").agg(
        amount_minor=total(sales.amount_minor), lines=number_of(sales, where=~sales.is_gift)
    )
    return per_order.group_by(*by, "customer_id").agg(
        amount_minor=total(per_order.amount_minor),
        orders=number_of(per_order, where=per_order.lines > 0),
        lines=total(per_order.lines),
    )


def buyers(purchases: ibis.Table) -> Any:
    """Number of known customers with an order in a group of `purchases`."""
    return number_of(purchases, where=is_buyer(purchases))


def orders(purchases: ibis.Table) -> Any:
    """Number of orders of known customers in a group of `purchases`."""
    return total(purchases.orders, where=purchases.customer_id.notnull())


def is_buyer(purchases: ibis.Table) -> Any:
    """Whether a row of `purchases` is a known customer with an order."""
    return purchases.customer_id.notnull() & (purchases.orders > 0)


def first_purchases(*, orders: ibis.Table) -> ibis.Table:
    """One row a customer who ever bought: customer_id, first_on."""
    known = orders.filter(orders.customer_id.notnull())
    return known.group_by("customer_id").agg(first_on=known.business_on.min())


def period_metrics(
    *,
    sales: ibis.Table,
    returns: ibis.Table,
    first_purchases: ibis.Table,
    start_on: date,
    end_on: date,
    unit_ids: Sequence[int] | None = None,
) -> ibis.Table:
    """One row: the numbers of the days `start_on` to `end_on`, both included.

    `unit_ids` keeps only what is credited to these units; who is new is still decided by
    the whole program. Columns: gmv_minor, gmv_identified_minor, refunds_minor, buyers,
    orders, orders_all, lines_identified (without gifts), average_order_minor (null without
    orders), gmv_new_minor, gmv_returning_minor, new_buyers, returning_buyers.
    """
    sold = _within(sales, start_on, end_on, unit_ids)
    given_back = _within(returns, start_on, end_on, unit_ids)
    firsts = first_purchases.select(first_customer_id="customer_id", first_on="first_on")
    bought = purchases(sales=sold)
    bought = bought.left_join(firsts, bought.customer_id == firsts.first_customer_id)
    known = bought.customer_id.notnull()
    new = known & (bought.first_on >= start_on).fill_null(False)
    returning = known & ~new
    numbers = bought.aggregate(
        gmv_minor=gmv(bought),
        gmv_identified_minor=gmv_identified(bought),
        buyers=buyers(bought),
        orders=orders(bought),
        orders_all=total(bought.orders),
        lines_identified=total(bought.lines, where=known),
        gmv_new_minor=total(bought.amount_minor, where=new),
        gmv_returning_minor=total(bought.amount_minor, where=returning),
        new_buyers=number_of(bought, where=new & is_buyer(bought)),
        returning_buyers=number_of(bought, where=returning & is_buyer(bought)),
    )
    refunded = given_back.aggregate(refunds_minor=total(given_back.amount_minor))
    both = numbers.cross_join(refunded)
    average = average_order(gmv_identified_minor=both.gmv_identified_minor, orders=both.orders)
    return both.mutate(average_order_minor=average)


def _within(
    table: ibis.Table, start_on: date, end_on: date, unit_ids: Sequence[int] | None
) -> ibis.Table:
    days = table.filter(table.business_on >= start_on, table.business_on <= end_on)
    return days if unit_ids is None else days.filter(days.unit_id.isin(list(unit_ids)))
