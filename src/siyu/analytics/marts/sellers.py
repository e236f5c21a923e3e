"""Seller health: what each seller's customers and sales look like."""

from __future__ import annotations

from datetime import date, timedelta

import ibis

from siyu.analytics import metrics
from siyu.analytics.arithmetic import number_of, share_ppm, total

STATES = ("new", "active", "slowing", "silent", "lost", "won_back")

SELLERS = ibis.schema(
    {
        "seller_id": "int64",
        "unit_id": "int64",
        "kind": "string",
        "status": "string",
        "life": "string",
        "persona": "string",
        "visits_30": "int64",
        "expected_30_x100": "int64",
        "days_since_sale": "int64",
        "communities": "int64",
        "started_on": "date",
        "first_sale_on": "date",
        "fans": "int64",
        "effective_fans": "int64",
        "prospects": "int64",
        **dict.fromkeys(STATES, "int64"),
        "gmv_minor": "int64",
        "orders": "int64",
        "buyers": "int64",
        "refunds_minor": "int64",
        "average_order_minor": "int64",
        "gmv_365_minor": "int64",
        "buyers_365": "int64",
        "repeat_rate_ppm": "int64",
        "concentration_ppm": "int64",
        "last_sale_on": "date",
        "origin": "string",
        "invited_by_id": "int64",
        "invited": "int64",
        "invited_selling": "int64",
        "invited_gmv_minor": "int64",
    }
)
_OWN = ("seller_id", "unit_id", "kind", "status", "origin", "invited_by_id")
_STANDING = ("life", "persona", "visits_30", "expected_30_x100", "days_since_sale", "communities")
_MAY_BE_NULL = ("average_order_minor", "repeat_rate_ppm", "concentration_ppm")
_DAYS = ("started_on", "first_sale_on", "last_sale_on")


def sellers(
    *,
    sellers: ibis.Table,
    customers_mart: ibis.Table,
    sales: ibis.Table,
    returns: ibis.Table,
    seller_states: ibis.Table,
    as_of: date,
) -> ibis.Table:
    """One row a seller.

    Columns: seller_id, unit_id, kind, status (today's); life, persona, visits_30,
    expected_30_x100, days_since_sale, communities as in `seller_states`; started_on (the day
    she joined, else that of her first sale; null where neither is known), first_sale_on; fans
    (customers served), effective_fans (ever ordered), prospects (never did), and the number in each
    life-cycle state;
    gmv_minor, orders, buyers, refunds_minor, average_order_minor of sales credited to the
    seller in the last 30 days; gmv_365_minor, buyers_365 of the last 365 days,
    repeat_rate_ppm (of these buyers, who ordered twice or more), concentration_ppm (share of
    the identified gmv of 365 days that the top fifth of buyers made, their number rounded
    up), last_sale_on (null without a sale in 365 days); origin (from where she came; empty where
    not told), invited_by_id; invited (whom she invited), invited_selling and invited_gmv_minor
    (those of them with sales in the last 30 days, and these sales). Rates are null without buyers.
    """
    month, year = as_of - timedelta(days=30), as_of - timedelta(days=365)
    every = sales.filter(sales.seller_id.notnull())
    in_year = every.business_on >= year
    given_back = returns.filter(returns.seller_id.notnull(), returns.business_on >= month)
    table = sellers.select(*_OWN, "joined_on")
    sold_30 = _sales_30(_credited_since(sales, month))
    for side in (
        seller_states.select("seller_id", *_STANDING),
        every.group_by("seller_id").agg(
            first_sale_on=every.business_on.min(),
            last_sale_on=every.business_on.max(where=in_year),
            gmv_365_minor=total(every.amount_minor, where=in_year),
        ),
        _fans(customers_mart),
        sold_30,
        _buyers_365(_credited_since(sales, year)),
        given_back.group_by("seller_id").agg(refunds_minor=total(given_back.amount_minor)),
        _invited(sellers, sold_30),
    ):
        table = table.left_join(side, "seller_id").drop("seller_id_right")
    counts = [name for name in SELLERS if name not in (*_OWN, *_STANDING, *_MAY_BE_NULL, *_DAYS)]
    return table.mutate(
        started_on=ibis.coalesce(table.joined_on, table.first_sale_on),
        **{name: table[name].fill_null(0) for name in counts},
    ).select(*SELLERS)


def _credited_since(sales: ibis.Table, day: date) -> ibis.Table:
    return sales.filter(sales.seller_id.notnull(), sales.business_on >= day)


def _invited(sellers: ibis.Table, sold_30: ibis.Table) -> ibis.Table:
    """What came of those whom each seller invited."""
    own = sellers.filter(sellers.invited_by_id.notnull()).select("seller_id", "invited_by_id")
    invited = own.left_join(sold_30, "seller_id").drop("seller_id_right")
    brought = invited.group_by(seller_id=invited.invited_by_id)
    return brought.agg(
        invited=invited.count(),
        invited_selling=number_of(invited, where=invited.gmv_minor > 0),
        invited_gmv_minor=total(invited.gmv_minor),
    )


def _fans(customers_mart: ibis.Table) -> ibis.Table:
    served = customers_mart.filter(customers_mart.seller_id.notnull())
    return served.group_by("seller_id").agg(
        fans=served.count(),
        effective_fans=number_of(served, where=served.state != "prospect"),
        prospects=number_of(served, where=served.state == "prospect"),
        **{state: number_of(served, where=served.state == state) for state in STATES},
    )


def _sales_30(credited: ibis.Table) -> ibis.Table:
    bought = metrics.purchases(sales=credited, by=["seller_id"])
    month = bought.group_by("seller_id").agg(
        gmv_minor=metrics.gmv(bought),
        identified_minor=metrics.gmv_identified(bought),
        orders=metrics.orders(bought),
        buyers=metrics.buyers(bought),
    )
    average = metrics.average_order(
        gmv_identified_minor=month.identified_minor, orders=month.orders
    )
    return month.mutate(average_order_minor=average).drop("identified_minor")


def _buyers_365(credited: ibis.Table) -> ibis.Table:
    bought = metrics.purchases(sales=credited, by=["seller_id"])
    known = bought.filter(metrics.is_buyer(bought))
    order = (known.amount_minor.desc(), known.customer_id)
    ranked = known.mutate(
        place=ibis.row_number().over(group_by="seller_id", order_by=order),
        everyone=known.count().over(group_by="seller_id"),
    )
    top = (ranked.place + 1) * 5 <= ranked.everyone + 4
    year = ranked.group_by("seller_id").agg(
        buyers_365=ranked.count(),
        repeaters=number_of(ranked, where=ranked.orders >= 2),
        identified_minor=total(ranked.amount_minor),
        top_minor=total(ranked.amount_minor, where=top),
    )
    return year.select(
        "seller_id",
        "buyers_365",
        repeat_rate_ppm=share_ppm(part=year.repeaters, whole=year.buyers_365),
        concentration_ppm=share_ppm(part=year.top_minor, whole=year.identified_minor),
    )
