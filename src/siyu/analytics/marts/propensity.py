"""How often customers in the same position bought within 30 days, measured a month ago."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import PPM, days_between, total, x100
from siyu.analytics.marts.rhythm import rhythms
from siyu.analytics.staging import serving

# Upper edges (exclusive) of the bands; the last band is open.
RATE_X100_EDGES = (50, 100, 200, 400)
ELAPSED_X100_EDGES = (25, 50, 100, 200, 300, 600)
FRIEND_DAYS_EDGES = (8, 31, 91)

# Bucket numbers: 0 to 46 for buyers, 200 to 203 for prospects, and one for all of each.
ALL_BUYERS = 99
PROSPECTS = 200
ALL_PROSPECTS = 299

PROPENSITY = ibis.schema(
    {
        "bucket": "int32",
        "label": "string",
        "customers": "int64",
        "buyers": "int64",
        "propensity_ppm": "int64",
    }
)


def propensity(
    *, histories: ibis.Table, market: ibis.Table, follows: ibis.Table, as_of: date
) -> ibis.Table:
    """One row a bucket of customers alike, plus one for all buyers and one for all prospects.

    Columns: bucket (buyers: 10 x band of rate + band of elapsed; prospects: 200 + band of
    days as a friend; `ALL_BUYERS` and `ALL_PROSPECTS`: all of them), label (the bands in words),
    customers (in the bucket 30 days before `as_of`), buyers (of them, within the 30 days
    that followed), propensity_ppm ((buyers + 1) / (customers + 2), rounded down: Laplace's
    rule of succession).
    """
    then = as_of - timedelta(days=30)
    paces = rhythms(histories=histories, market=market, as_of=as_of)
    known = paces.filter(paces.first_on < then)
    buyers = known.select(
        bucket=buyer_bucket(x100(known.rate_then), x100(known.elapsed_then)),
        everyone=ibis.literal(ALL_BUYERS, "int32"),
        bought=known.visits_30 > 0,
    )
    friends = _friends_then(histories=histories, follows=follows, as_of=as_of)
    both = ibis.union(buyers, friends)
    counted = both.group_by("bucket", "everyone").agg(
        customers=both.count(), buyers=total(both.bought.cast("int64"))
    )
    everyone = counted.group_by(bucket=counted.everyone).agg(
        customers=total(counted.customers), buyers=total(counted.buyers)
    )
    buckets = counted.drop("everyone").union(everyone)
    return buckets.mutate(
        label=_label(buckets.bucket),
        propensity_ppm=(buckets.buyers + 1) * PPM // (buckets.customers + 2),
    ).select(*PROPENSITY)


def _friends_then(*, histories: ibis.Table, follows: ibis.Table, as_of: date) -> ibis.Table:
    """One row a customer who was a friend and had bought nothing 30 days before `as_of`."""
    then = as_of - timedelta(days=30)
    friends = serving(follows=follows, as_of=as_of)
    friends = friends.filter(friends.followed_on < then)
    firsts = histories.select(buyer_id="customer_id", first_on="first_on")
    joined = friends.left_join(firsts, friends.customer_id == firsts.buyer_id)
    waiting = joined.filter(joined.first_on.isnull() | (joined.first_on >= then))
    friend_days = days_between(start=waiting.followed_on, end=ibis.literal(then))
    return waiting.select(
        bucket=prospect_bucket(friend_days),
        everyone=ibis.literal(ALL_PROSPECTS, "int32"),
        bought=waiting.first_on.notnull(),
    )


def _band(value: Any, edges: tuple[int, ...]) -> Any:
    return ibis.cases(*((value < edge, k) for k, edge in enumerate(edges)), else_=len(edges))


def buyer_bucket(rate_x100: Any, elapsed_x100: Any) -> Any:
    """The bucket of a buyer with that rate and that many visits expected since the last."""
    bands = _band(rate_x100, RATE_X100_EDGES) * 10 + _band(elapsed_x100, ELAPSED_X100_EDGES)
    return bands.cast("int32")


def prospect_bucket(friend_days: Any) -> Any:
    """The bucket of a friend of that many days who has bought nothing."""
    return (_band(friend_days, FRIEND_DAYS_EDGES) + PROSPECTS).cast("int32")


def _label(bucket: Any) -> Any:
    rates, waits = _words(RATE_X100_EDGES), _words(ELAPSED_X100_EDGES)
    days = _words(FRIEND_DAYS_EDGES)
    buyers = [
        (10 * rate + wait, f"rate_x100 {rates[rate]}, elapsed_x100 {waits[wait]}")
        for rate in range(len(rates))
        for wait in range(len(waits))
    ]
    prospects = [(PROSPECTS + k, f"friend_days {words}") for k, words in enumerate(days)]
    everyone = [(ALL_BUYERS, "all buyers"), (ALL_PROSPECTS, "all prospects")]
    return bucket.cases(*buyers, *prospects, *everyone)


def _words(edges: tuple[int, ...]) -> list[str]:
    starts = (0, *edges)
    return [f"{low}-{high - 1}" for low, high in zip(starts, edges, strict=False)] + [
        f"{edges[-1]}+"
    ]
