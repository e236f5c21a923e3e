"""Stores and the sellers in them: kinds, diligence, how many fans each draws, who left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from siyu.rooms.sellers.types import SELLER_ROWS
from siyu.simulation.brand import BrandProfile
from siyu.simulation.columns import (
    BoolArray,
    FloatArray,
    IntArray,
    chosen,
    dates_of,
    keys_of,
    parts_of,
    quantiles_of,
    rows_of,
    stream,
    with_gaps,
)
from siyu.simulation.names import person_names, seller_phones
from siyu.simulation.places import CITIES, REGIONS

# From where sellers come; those whom a colleague brought have an inviter.
_ORIGINS: Final = ("门店招聘", "同事推荐", "老客转化", "微商转化")
_BY_COLLEAGUE: Final = 1
_PLACES: Final = "万象 银泰 大悦 天街 吾悦 龙湖 印象 宝龙 凯德 新世界".split()


@dataclass(frozen=True, slots=True)
class Sellers:
    """One seller a position.

    `reach` is the share of the brand's customers each attracts, `diligence` in (0, 1) how well
    they are looked after. `left_day` is the day of the history on which a seller left (infinite:
    never), `joined_day` may be negative. `heir` looks after the customers of one who left.
    """

    table: pa.Table
    store: IntArray
    store_city: IntArray
    reach: FloatArray
    diligence: FloatArray
    joined_day: FloatArray
    left_day: FloatArray
    heir: IntArray


def sellers_of(*, profile: BrandProfile, seed: int, first_on: date) -> Sellers:
    """Return the brand's sellers; every store has at least one where there are enough."""
    rng = stream(seed, "sellers")
    count, stores = profile.sellers, min(profile.stores, profile.sellers)
    store_city = _store_cities(stores, rng)
    store = _stores_of_sellers(count, stores, rng)
    # Half of what makes a good seller is reach, half is care: they go together, not always.
    reach_at = quantiles_of(count, rng)
    diligence = 0.5 * reach_at + 0.5 * quantiles_of(count, rng)
    reach = np.exp(profile.fans_sigma * _normal_quantile(reach_at))
    reach[reach_at < 0.03] = 0.0
    joined_day = np.where(
        rng.random(count) < 0.15,
        rng.integers(0, max(1, profile.days * 3 // 4), count),
        -rng.integers(1, 2_000, count),
    ).astype(np.float64)
    left = (rng.random(count) < 0.07) & (joined_day < 0) & (reach_at < 0.9)
    first_leave, last_leave = profile.days // 3, max(profile.days // 3 + 1, profile.days - 7)
    left_day = np.where(left, rng.integers(first_leave, last_leave, count), np.inf)
    # A seller with very many fans takes over nobody else's.
    fit = (joined_day < 0) & np.isinf(left_day) & (reach_at < 0.8)
    return Sellers(
        table=_table(profile, seed, rng, first_on, store, store_city, joined_day, left_day),
        store=store,
        store_city=store_city,
        reach=reach / reach.sum(),
        diligence=diligence,
        joined_day=joined_day,
        left_day=left_day,
        heir=_heirs(store, fit, left_day, rng),
    )


def _normal_quantile(share: FloatArray) -> FloatArray:
    """Return the standard normal quantile, by interpolating a fine table of its integral."""
    grid = np.linspace(-6, 6, 24_001)
    density = np.exp(-0.5 * grid**2)
    return np.interp(share, np.cumsum(density) / density.sum(), grid)


def _store_cities(stores: int, rng: np.random.Generator) -> IntArray:
    """Return each store's city: the regions in turn, larger cities first."""
    by_region = [
        sorted(
            (number for number, city in enumerate(CITIES) if city.region == region),
            key=lambda number: CITIES[number].tier,
        )
        for region in REGIONS
    ]
    cities = []
    for number in range(stores):
        region = by_region[number % len(by_region)]
        cities.append(region[min(int(rng.exponential(5.0)), len(region) - 1)])
    return np.array(cities, np.int64)


def _stores_of_sellers(count: int, stores: int, rng: np.random.Generator) -> IntArray:
    sizes = 1 + parts_of(count - stores, rng.lognormal(0, 0.5, stores))
    return np.repeat(np.arange(stores), sizes)


def _origins(rng: np.random.Generator, joined_day: FloatArray) -> tuple[pa.Array, pa.Array]:
    """Return where each seller came from, and the key of the inviter, who joined before."""
    count = len(joined_day)
    origin = rng.choice(len(_ORIGINS), count, p=[0.45, 0.3, 0.15, 0.1])
    by_joining = np.argsort(joined_day, kind="stable")
    place = np.empty(count, np.int64)
    place[by_joining] = np.arange(count)
    inviter = by_joining[np.floor(rng.random(count) ** 3 * place).astype(np.int64)]
    invited = (origin == _BY_COLLEAGUE) & (joined_day[inviter] < joined_day)
    origin = np.where((origin == _BY_COLLEAGUE) & ~invited, 0, origin)
    return chosen(_ORIGINS, origin), keys_of("S", np.where(invited, inviter + 1, -1), 6)


def _heirs(
    store: IntArray, fit: BoolArray, left_day: FloatArray, rng: np.random.Generator
) -> IntArray:
    """Return for each seller who left one who is fit, of the same store where there is one."""
    heir = np.arange(len(store))
    stayed = np.flatnonzero(fit)
    for one in np.flatnonzero(np.isfinite(left_day)):
        near = stayed[store[stayed] == store[one]]
        pool = near if len(near) else stayed
        heir[one] = rng.choice(pool) if len(pool) else one
    return heir


def _table(
    profile: BrandProfile,
    seed: int,
    rng: np.random.Generator,
    first_on: date,
    store: IntArray,
    store_city: IntArray,
    joined_day: FloatArray,
    left_day: FloatArray,
) -> pa.Table:
    """Return SELLER_ROWS."""
    count = len(store)
    kinds = list(profile.seller_kinds)
    kind = rng.choice(len(kinds), count, p=list(profile.seller_kinds.values()))
    paused = rng.random(count) < 0.04
    status = np.where(np.isfinite(left_day), 2, np.where(paused, 1, 0))
    city = store_city[store]
    store_names = [
        f"{CITIES[one].name}{_PLACES[number % len(_PLACES)]}店{number + 1}"
        for number, one in enumerate(store_city)
    ]
    numbers = np.arange(1, count + 1)
    return pa.table(
        [
            rows_of(count),
            keys_of("S", numbers, 6),
            person_names(is_female=rng.random(count) < 0.78, rng=rng),
            seller_phones(numbers),
            chosen(kinds, kind),
            chosen(["active", "paused", "left"], status),
            keys_of("M", store + 1, 4),
            chosen(store_names, store),
            chosen([CITIES[one].region for one in store_city], store),
            pa.nulls(count, pa.string()),
            pa.nulls(count, pa.string()),
            chosen([one.name for one in CITIES], city),
            with_gaps(dates_of(first_on, joined_day), rng.random(count) < 0.05),
            keys_of("seller", np.where(status == 2, -1, numbers), 6),
            *_origins(stream(seed, "inviters"), joined_day),
        ],
        schema=SELLER_ROWS,
    )
