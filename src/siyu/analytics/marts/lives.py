"""How long customers go on buying and communities last, counted for a model of survival."""

from __future__ import annotations

from datetime import date

import ibis

from siyu.analytics.arithmetic import days_between

LIVES = ibis.schema(
    {
        "cut": "string",
        "group_key": "string",
        "duration_days": "int64",
        "has_ended": "boolean",
        "customers": "int64",
    }
)
COMMUNITY_LIVES = ibis.schema(
    {
        "cut": "string",
        "group_key": "string",
        "duration_days": "int64",
        "has_ended": "boolean",
        "communities": "int64",
    }
)
NOBODY = ""
_COUNTED = ("duration_days", "has_ended")


def lives(*, customers_mart: ibis.Table, sellers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """One row a cut, group, length of life and whether it has ended.

    A life is a customer's time from her first purchase to the last one, which has ended where she
    is lost; of all others, to `as_of`: they were seen to go on until then. Cuts are `kind` and
    `persona`: of the seller who serves her today (`NOBODY` where nobody does).

    Columns: cut, group_key, duration_days (0: bought on one day only), has_ended, customers.
    """
    bought = customers_mart.filter(customers_mart.first_on.notnull())
    is_lost = bought.state == "lost"
    end = is_lost.ifelse(bought.last_on, ibis.literal(as_of))
    own = bought.select(
        "seller_id",
        duration_days=days_between(start=bought.first_on, end=end),
        has_ended=is_lost,
    )
    sellers = sellers_mart.select("seller_id", "kind", "persona")
    joined = own.left_join(sellers, "seller_id")
    return _counted(joined, cuts=("kind", "persona"), number="customers").select(*LIVES)


def community_lives(
    *, communities: ibis.Table, sellers_mart: ibis.Table, as_of: date
) -> ibis.Table:
    """One row a cut, group, length of life and whether it has ended.

    A community lives from its opening to its end; one that goes on, to `as_of`. What opened on or
    after `as_of` is left out, what ended then goes on. Cuts are `kind` and `persona` of the
    seller who owns it today (`NOBODY` where she is not known), and its `theme`.

    Columns: cut, group_key, duration_days, has_ended, communities.
    """
    opened = communities.filter(communities.opened_on < as_of)
    has_ended = (opened.ended_on < as_of).fill_null(False)
    end = has_ended.ifelse(opened.ended_on, ibis.literal(as_of))
    own = opened.select(
        "seller_id",
        "theme",
        duration_days=days_between(start=opened.opened_on, end=end),
        has_ended=has_ended,
    )
    sellers = sellers_mart.select("seller_id", "kind", "persona")
    joined = own.left_join(sellers, "seller_id")
    counted = _counted(joined, cuts=("kind", "persona", "theme"), number="communities")
    return counted.select(*COMMUNITY_LIVES)


def _counted(joined: ibis.Table, *, cuts: tuple[str, ...], number: str) -> ibis.Table:
    parts = [
        joined.group_by(group_key=joined[cut].fill_null(NOBODY), **{n: joined[n] for n in _COUNTED})
        .agg(**{number: joined.count()})
        .mutate(cut=ibis.literal(cut))
        for cut in cuts
    ]
    return ibis.union(*parts)
