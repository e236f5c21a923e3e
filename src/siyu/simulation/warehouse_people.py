"""Customers, follows and contacts as warehouse facts, for benchmark sizes."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from siyu.simulation.columns import (
    FloatArray,
    IntArray,
    chosen,
    dates_of,
    ids_of,
    stream,
    with_gaps,
)
from siyu.simulation.market import Market
from siyu.simulation.places import CITIES
from siyu.simulation.warehouse_chunks import CHUNK_IDS, Chunk, Plan, customer_ids, stamps_of
from siyu.simulation.warehouse_schemas import FACT_SCHEMAS

TAGS: Final = 3


def customers_of(
    *, plan: Plan, chunk: Chunk, rng: np.random.Generator, start: FloatArray
) -> pa.Table:
    """Return customers; half of the birthdays are unknown."""
    count = chunk.known
    born = np.where(rng.random(count) < 0.5, -rng.integers(4_700, 25_000, count), np.nan)
    city = np.where(rng.random(count) < 0.15, -1, rng.integers(0, len(CITIES), count))
    tiers = pa.array([one.tier for one in CITIES], pa.int32())
    return pa.table(
        [
            customer_ids(chunk, np.arange(count)),
            chosen(["unknown", "female", "male"], rng.choice(3, count, p=[0.2, 0.54, 0.26])),
            dates_of(plan.market.first_on, born),
            chosen([one.name for one in CITIES], city),
            with_gaps(tiers.take(pa.array(np.maximum(city, 0))), city < 0),
            dates_of(plan.market.first_on, _created_day(plan.market, start)),
            pa.array(rng.random(count) < 0.03),
            pa.array(np.zeros(count, np.bool_)),
            stamps_of(chunk, count),
        ],
        schema=FACT_SCHEMAS["customers"],
    )


def _created_day(market: Market, start: FloatArray) -> IntArray:
    """Return the day on which each customer came, before any order; -200 if before the history."""
    day = np.floor(market.day_at(start * market.elapsed[-1])).astype(np.int64)
    return np.where(start > 0, day, -200)


def follows_of(
    *, plan: Plan, chunk: Chunk, rng: np.random.Generator, seller: IntArray, start: FloatArray
) -> pa.Table:
    """Return follows: a serving one each, a few handed over half-way, a few that do not serve."""
    served = np.flatnonzero(seller >= 0)
    began = _created_day(plan.market, start)[served]
    handed = rng.random(len(served)) < 0.02
    half_way = (np.maximum(began, 0) + plan.market.days) // 2 + 1
    before = plan.sellers.drawn(rng, len(served))
    beside = rng.random(len(served)) < 0.05
    customer = np.concatenate([served, served[handed], served[beside]])
    seller_of = np.concatenate([seller[served], before[handed], before[beside]])
    followed = np.concatenate([np.where(handed, half_way, began), began[handed], began[beside]])
    ended = np.concatenate(
        [
            np.full(len(served), np.nan),
            half_way[handed].astype(np.float64),
            np.full(int(beside.sum()), np.nan),
        ]
    )
    count = len(customer)
    return pa.table(
        [
            ids_of(chunk.number * CHUNK_IDS + np.arange(count)),
            customer_ids(chunk, customer),
            ids_of(seller_of),
            with_gaps(ids_of(seller_of), rng.random(count) < 0.1),
            pa.array(np.arange(count) < len(served) + int(handed.sum())),
            dates_of(plan.market.first_on, followed),
            dates_of(plan.market.first_on, ended),
            stamps_of(chunk, count),
        ],
        schema=FACT_SCHEMAS["follows"],
    )


def merges_of(*, plan: Plan, chunk: Chunk) -> pa.Table:
    """Return that one customer in a thousand turned out to be the next one, five days ago each."""
    customer = np.arange(0, chunk.known - 1, 1_000)
    count = len(customer)
    return pa.table(
        [
            customer_ids(chunk, customer),
            customer_ids(chunk, customer + 1),
            dates_of(plan.market.first_on, np.full(count, plan.market.days - 5)),
            pa.array(np.zeros(count, np.bool_)),
            stamps_of(chunk, count),
        ],
        schema=FACT_SCHEMAS["merges"],
    )


def contacts_of(
    *, plan: Plan, chunk: Chunk, rng: np.random.Generator, seller: IntArray
) -> pa.Table:
    """Return tasks of the last thirty days for one served customer in thirty."""
    served = np.flatnonzero(seller >= 0)
    customer = served[rng.random(len(served)) < 1 / 30]
    count = len(customer)
    drawn = plan.market.days - rng.integers(1, 31, count)
    state = rng.choice(5, count, p=[0.1, 0.5, 0.15, 0.15, 0.1])
    signals = ["slowing", "silent", "due", "never_ordered", "first_order", "birthday", "top"]
    return pa.table(
        [
            ids_of(chunk.number * CHUNK_IDS + np.arange(count)),
            customer_ids(chunk, customer),
            ids_of(seller[customer]),
            chosen(signals, rng.integers(0, len(signals), count)),
            dates_of(plan.market.first_on, drawn),
            chosen(["open", "done", "skipped", "expired", "held"], state),
            dates_of(plan.market.first_on, np.where(state == 1, drawn, np.nan)),
            dates_of(plan.market.first_on, np.where(state % 4 < 2, drawn + 14.0, np.nan)),
            pa.nulls(count, pa.int64()),
            pa.nulls(count, pa.int64()),
            stamps_of(chunk, count),
        ],
        schema=FACT_SCHEMAS["contacts"],
    )


def assignments_of(
    *, plan: Plan, chunk: Chunk, rng: np.random.Generator, seller: IntArray
) -> pa.Table:
    """Return what a dispatch of the last week asked of the seller of one customer in a hundred."""
    served = np.flatnonzero(seller >= 0)
    customer = served[rng.random(len(served)) < 1 / 100]
    count = len(customer)
    drawn = plan.market.days - rng.integers(1, 8, count)
    state = rng.choice(3, count, p=[0.3, 0.6, 0.1])
    return pa.table(
        [
            ids_of(chunk.number * CHUNK_IDS + np.arange(count)),
            ids_of(np.ones(count, np.int64)),
            customer_ids(chunk, customer),
            ids_of(seller[customer]),
            dates_of(plan.market.first_on, drawn),
            chosen(["open", "done", "skipped"], state),
            dates_of(plan.market.first_on, np.where(state > 0, drawn, np.nan)),
            dates_of(plan.market.first_on, drawn + 7.0),
            stamps_of(chunk, count),
        ],
        schema=FACT_SCHEMAS["assignments"],
    )


def customer_tags_of(*, plan: Plan, chunk: Chunk, seller: IntArray) -> pa.Table:
    """Return the tags of one served customer in five, put on within the last year."""
    rng = stream(plan.seed, f"tags {chunk.number}")
    served = np.flatnonzero(seller >= 0)
    customer = served[rng.random(len(served)) < 1 / 5]
    count = len(customer)
    return pa.table(
        [
            pa.array(rng.integers(1, TAGS + 1, count)),
            customer_ids(chunk, customer),
            ids_of(seller[customer]),
            dates_of(plan.market.first_on, plan.market.days - rng.integers(1, 366, count)),
            pa.array(np.ones(count, bool)),
            stamps_of(chunk, count),
        ],
        schema=FACT_SCHEMAS["customer_tags"],
    )
