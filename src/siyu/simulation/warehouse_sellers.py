"""Sellers and their units as warehouse facts, for benchmark sizes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from siyu.simulation.brand import BrandProfile
from siyu.simulation.columns import (
    FloatArray,
    IntArray,
    chosen,
    dates_of,
    ids_of,
    stream,
    with_gaps,
)
from siyu.simulation.places import REGIONS
from siyu.simulation.warehouse_schemas import FACT_SCHEMAS

_SELLERS_PER_STORE: Final = 8
_HEADQUARTERS: Final = 0
# Numbers of units: the headquarters, the regions after it, then the stores.
_FIRST_STORE: Final = 1 + len(REGIONS)
_DRAW_SLOTS: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """The seller facts, and how customers fall to sellers: few have most."""

    sellers: pa.Table
    unit_ancestors: pa.Table
    store: IntArray
    slots: IntArray

    def drawn(self, rng: np.random.Generator, count: int) -> IntArray:
        """Return the number of a seller for each of `count` customers, by the sellers' reach."""
        return self.slots[rng.integers(0, len(self.slots), count)]

    def unit_number(self, seller: IntArray) -> IntArray:
        """Return the number of each seller's store."""
        return self.store[seller] + _FIRST_STORE


def seller_facts_of(*, profile: BrandProfile, seed: int, sellers: int, as_of: date) -> SellerFacts:
    """Return `sellers` sellers, eight a store, their stores spread over the regions."""
    rng = stream(seed, "warehouse sellers")
    stores = -(-sellers // _SELLERS_PER_STORE)
    store = np.arange(sellers) % stores
    kinds = list(profile.seller_kinds)
    kind = rng.choice(len(kinds), sellers, p=list(profile.seller_kinds.values()))
    ids = ids_of(np.arange(sellers))
    table = pa.table(
        [
            ids,
            ids_of(store + _FIRST_STORE),
            chosen(kinds, kind),
            chosen(["active", "paused", "left"], rng.choice(3, sellers, p=[0.92, 0.03, 0.05])),
            dates_of(as_of, -rng.integers(30, 2_500, sellers)),
            *_origins(seed, sellers),
            pa.array(np.ones(sellers, np.int64)),
        ],
        schema=FACT_SCHEMAS["sellers"],
    )
    reach: FloatArray = rng.lognormal(0, profile.fans_sigma, sellers)
    # Cutting the largest raises all shares; a dozen rounds bring every seller below the most.
    for _ in range(12):
        reach = np.minimum(reach / reach.sum(), 0.85 * profile.most_fans / (sellers * 1_000))
    edges = np.cumsum(reach / reach.sum())
    slots = np.searchsorted(edges, (np.arange(_DRAW_SLOTS) + 0.5) / _DRAW_SLOTS)
    return SellerFacts(table, _unit_ancestors(stores), store, slots.clip(0, sellers - 1))


def _origins(seed: int, sellers: int) -> tuple[pa.Array, pa.Array]:
    """From where sellers came; a third were invited by one who came before them."""
    rng = stream(seed, "warehouse origins")
    words = ["", "store", "customer", "fair"]
    inviter = np.floor(rng.random(sellers) ** 2 * np.arange(sellers)).astype(np.int64)
    return (
        chosen(words, rng.choice(len(words), sellers, p=[0.1, 0.5, 0.3, 0.1])),
        with_gaps(ids_of(inviter), (rng.random(sellers) > 1 / 3) | (np.arange(sellers) == 0)),
    )


def coachings_of(*, sellers: pa.Table, seed: int, as_of: date) -> pa.Table:
    """Return the tasks of the last sixty days about one seller in four, a tenth of them held."""
    rng = stream(seed, "warehouse coachings")
    number = np.flatnonzero(rng.random(len(sellers)) < 1 / 4)
    count = len(number)
    signals = ["seller_slowing", "seller_silent", "first_sale_due", "milestone_near", "seller_lost"]
    state = rng.choice(5, count, p=[0.1, 0.5, 0.15, 0.15, 0.1])
    return pa.table(
        [
            ids_of(np.arange(count)),
            ids_of(number),
            chosen(signals, rng.integers(0, len(signals), count)),
            dates_of(as_of, -rng.integers(1, 61, count)),
            chosen(["open", "done", "skipped", "expired", "held"], state),
            pa.array(np.ones(count, np.int64)),
        ],
        schema=FACT_SCHEMAS["coachings"],
    )


def communities_of(*, sellers: pa.Table, seed: int, as_of: date) -> pa.Table:
    """Return two communities a seller; few own most of them, and half of them have ended."""
    rng = stream(seed, "warehouse communities")
    count = 2 * len(sellers)
    owner = np.floor(rng.random(count) ** 2 * len(sellers)).astype(np.int64)
    opened = rng.integers(1, 1_000, count)
    life = rng.exponential(500, count).astype(np.int64)
    ended = np.where(life < opened, life - opened, np.nan)
    return pa.table(
        [
            ids_of(np.arange(count)),
            ids_of(owner),
            chosen(["", "flash", "members"], rng.choice(3, count, p=[0.2, 0.5, 0.3])),
            dates_of(as_of, -opened),
            dates_of(as_of, ended),
            pa.array(rng.integers(3, 500, count)),
            pa.array(np.ones(count, np.int64)),
        ],
        schema=FACT_SCHEMAS["communities"],
    )


def _unit_ancestors(stores: int) -> pa.Table:
    """Every unit with itself and all above it."""
    store = np.arange(stores) + _FIRST_STORE
    region = np.arange(stores) % len(REGIONS) + 1
    regions = np.arange(1, _FIRST_STORE)
    top = np.full(stores, _HEADQUARTERS)
    unit = np.concatenate([store, store, store, regions, regions, [_HEADQUARTERS]])
    ancestor = np.concatenate(
        [store, region, top, regions, np.zeros_like(regions), [_HEADQUARTERS]]
    )
    kind = np.where(ancestor >= _FIRST_STORE, 2, np.where(ancestor > 0, 1, 0))
    return pa.table(
        [
            ids_of(unit),
            ids_of(ancestor),
            chosen(["headquarters", "region", "store"], kind),
        ],
        schema=FACT_SCHEMAS["unit_ancestors"],
    )
