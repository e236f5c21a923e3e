"""The portrait: one wide row a customer, sorted by the seller who looks after her."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from siyu.analytics.arithmetic import PPM, days_between, half_up, total, x100
from siyu.analytics.marts.kinds import foretold
from siyu.analytics.marts.portrait import ADULT_YEARS, age_band, age_years, days_to_birthday
from siyu.analytics.marts.propensity import buyer_bucket, prospect_bucket
from siyu.analytics.marts.quintiles import quintile
from siyu.analytics.marts.rhythm import rhythms
from siyu.analytics.staging import merged, serving

CUSTOMERS = ibis.schema(
    {
        "customer_id": "int64",
        "seller_id": "int64",
        "followed_on": "date",
        "gender": "string",
        "age_band": "string",
        "city_tier": "int32",
        "birth_month": "int32",
        "birth_day": "int32",
        "days_to_birthday": "int32",
        "is_minor": "boolean",
        "opted_out": "boolean",
        "state": "string",
        "first_on": "date",
        "last_on": "date",
        "recency_days": "int64",
        "orders": "int64",
        "orders_30": "int64",
        "orders_90": "int64",
        "purchase_days": "int64",
        "visits_90": "int64",
        "spend_minor": "int64",
        "spend_before_30_minor": "int64",
        "refunds_minor": "int64",
        "net_spend_minor": "int64",
        "average_order_minor": "int64",
        "usual_gap_days": "int64",
        "favourite_category_id": "int64",
        "favourite_hours": "string",
        "r_quintile": "int32",
        "f_quintile": "int32",
        "m_quintile": "int32",
        "is_top": "boolean",
        "was_top_30": "boolean",
        "rate": "float64",
        "elapsed_x100": "int64",
        "expected_visits_90_x100": "int64",
        "before_per_30d_x100": "int64",
        "recent_per_30d_x100": "int64",
        "market_change_ppm": "int64",
        "propensity_ppm": "int64",
        "order_value_minor": "int64",
        "expected_value_minor": "int64",
        "alive_ppm": "int64",
        "visits_30_x1000": "int64",
        "visits_90_x1000": "int64",
        "value_90_minor": "int64",
    }
)

_COUNTS = (
    "orders",
    "orders_30",
    "orders_90",
    "purchase_days",
    "visits_90",
    "spend_minor",
    "spend_before_30_minor",
    "refunds_minor",
)


def customers(
    *,
    customers: ibis.Table,
    merges: ibis.Table,
    follows: ibis.Table,
    histories: ibis.Table,
    market: ibis.Table,
    favourites: ibis.Table,
    returns: ibis.Table,
    propensity: ibis.Table,
    standards: ibis.Table,
    forecast: ibis.Table,
    forecasts: ibis.Table,
    as_of: date,
) -> ibis.Table:
    """One row a customer who is not deleted nor merged into another, whether she bought or not.

    Columns, as of the morning of `as_of`:
    customer_id; seller_id and followed_on of the serving follow (null for none);
    gender, age_band, city_tier, birth_month, birth_day, days_to_birthday, is_minor (below
    18; false where the birth date is unknown), opted_out;
    state: prospect (never bought), new, active, slowing, silent, lost, won_back;
    first_on, last_on, recency_days (complete days without a purchase; 0: bought yesterday);
    orders, orders_30, orders_90, purchase_days, visits_90 (days with a purchase in the last
    90 days); spend_minor (before refunds), spend_before_30_minor (up to 30 days ago),
    refunds_minor, net_spend_minor, average_order_minor (half up; null without orders);
    usual_gap_days, favourite_category_id, favourite_hours;
    r_quintile, f_quintile, m_quintile (recency, orders, spend; 5 is best; null without
    orders); is_top (spend of the top tenth of buyers, two orders or more), was_top_30 (the
    same as it stood 30 days before);
    rate, elapsed_x100, expected_visits_90_x100, before_per_30d_x100, recent_per_30d_x100,
    market_change_ppm (see `rhythm`);
    propensity_ppm (chance to buy within 30 days, see `propensity`), order_value_minor (own
    average order, or everybody's for a prospect), expected_value_minor (their product,
    rounded down);
    alive_ppm, visits_30_x1000, visits_90_x1000 (see `models.forecast`) and value_90_minor (those
    visits at what Gamma-Gamma expects one of hers to cost, half up); null for prospects.
    """
    gone = merged(merges=merges).select(customer_id="merged_id")
    own = customers.anti_join(gone, "customer_id")
    table = _people(own, serving(follows=follows, as_of=as_of), as_of)
    for side in (
        rhythms(histories=histories, market=market, as_of=as_of),
        foretold(histories=histories, forecast=forecast, forecasts=forecasts, as_of=as_of),
        favourites,
        _refunded(returns),
    ):
        table = table.left_join(side, "customer_id").drop("customer_id_right")
    table = table.cross_join(_always(standards))
    table = table.mutate(
        spend_before_30_minor=table.spend_minor - table.spend_30_minor,
        bucket=_bucket(table, as_of),
    )
    table = table.mutate(**{name: table[name].fill_null(0) for name in _COUNTS})
    chances = propensity.select(chance_bucket="bucket", chance_ppm="propensity_ppm")
    table = table.left_join(chances, table.bucket == chances.chance_bucket)
    table = table.mutate(**_portrait(table, as_of), **_standing(table))
    table = table.mutate(propensity_ppm=_chance_ppm(table), order_value_minor=_order_value(table))
    return table.mutate(
        expected_value_minor=table.propensity_ppm * table.order_value_minor // PPM
    ).select(*CUSTOMERS)


def _people(customers: ibis.Table, followed: ibis.Table, as_of: date) -> ibis.Table:
    kept = customers.filter(~customers.is_deleted).drop("is_deleted", "stamp")
    kept = kept.mutate(age=age_years(kept.born_on, as_of))
    return kept.left_join(followed, "customer_id").drop("customer_id_right")


def _refunded(returns: ibis.Table) -> ibis.Table:
    known = returns.filter(returns.customer_id.notnull())
    return known.group_by("customer_id").agg(refunds_minor=total(known.amount_minor))


def _always(standards: ibis.Table) -> ibis.Table:
    """The row of standards, of nulls where there is none yet."""
    return standards.aggregate(**{name: standards[name].max() for name in standards.columns})


def _bucket(table: ibis.Table, as_of: date) -> Any:
    friend_days = days_between(start=table.followed_on, end=ibis.literal(as_of))
    return ibis.cases(
        (table.first_on.notnull(), buyer_bucket(x100(table.rate), table.elapsed_x100)),
        (table.followed_on.notnull(), prospect_bucket(friend_days)),
    )


def _portrait(table: ibis.Table, as_of: date) -> dict[str, Any]:
    return {
        "age_band": age_band(table.age),
        "birth_month": table.born_on.month(),
        "birth_day": table.born_on.day(),
        "days_to_birthday": days_to_birthday(table.born_on, as_of),
        "is_minor": (table.age < ADULT_YEARS).fill_null(False),
        "state": table.state.fill_null("prospect"),
    }


def _standing(table: ibis.Table) -> dict[str, Any]:
    orders = table.orders.nullif(0)
    spend = orders.notnull().ifelse(table.spend_minor, ibis.null("int64"))
    orders_then = table.orders - table.orders_30
    return {
        "net_spend_minor": table.spend_minor - table.refunds_minor,
        "average_order_minor": half_up(numerator=table.spend_minor, denominator=orders),
        "r_quintile": quintile(table, table.last_on, "r"),
        "f_quintile": quintile(table, orders, "f"),
        "m_quintile": quintile(table, spend, "m"),
        "is_top": ((table.spend_minor >= table.top) & (table.orders >= 2)).fill_null(False),
        "was_top_30": (
            (table.spend_before_30_minor >= table.top_then) & (orders_then >= 2)
        ).fill_null(False),
    }


def _chance_ppm(table: ibis.Table) -> Any:
    everyone = table.first_on.notnull().ifelse(table.buyers_ppm, table.prospects_ppm)
    return ibis.coalesce(table.chance_ppm, everyone, PPM // 2)


def _order_value(table: ibis.Table) -> Any:
    return ibis.coalesce(table.average_order_minor, table.common_order_minor, 0)
