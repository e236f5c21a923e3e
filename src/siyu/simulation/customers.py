"""The brand's customers and who has looked after each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from siyu.rooms.customers.types import CUSTOMER_ROWS, FOLLOW_ROWS
from siyu.simulation.brand import HABITS, BrandProfile
from siyu.simulation.columns import (
    DAY_SECONDS,
    FloatArray,
    IntArray,
    chosen,
    dates_of,
    keys_of,
    moments_of,
    parts_of,
    rows_of,
    stream,
    with_gaps,
)
from siyu.simulation.names import customer_phones, person_names
from siyu.simulation.places import CITIES
from siyu.simulation.sellers import Sellers

_MINOR_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Customers:
    """One customer a position; days are of the history, and negative before it.

    `seller` serves from `followed_day` until `handed_day`, then `heir` (the same number where
    there was no hand-over). A seller of -1 means that nobody serves the customer.
    """

    table: pa.Table
    habit: npt.NDArray[np.int8]
    registered_day: FloatArray
    seller: IntArray
    heir: IntArray
    followed_day: FloatArray
    handed_day: FloatArray
    store: IntArray

    def serving_at(self, customer: IntArray, day: IntArray) -> IntArray:
        """Return the number of the seller who serves each customer on each day, or -1."""
        serving = np.where(
            day >= self.handed_day[customer], self.heir[customer], self.seller[customer]
        )
        return np.where(day >= np.floor(self.followed_day[customer]), serving, -1)


def customer_keys(numbers: IntArray) -> pa.Array:
    """Return the outside keys of customers; a negative number is null."""
    return keys_of("C", np.where(numbers < 0, -1, numbers + 1), 8)


def seller_keys(numbers: IntArray) -> pa.Array:
    """Return the outside keys of sellers; a negative number is null."""
    return keys_of("S", np.where(numbers < 0, -1, numbers + 1), 6)


def customers_of(
    *, profile: BrandProfile, seed: int, first_on: date, sellers: Sellers
) -> Customers:
    """Return the customers with their follows, before any of them has bought."""
    rng = stream(seed, "customers")
    count = profile.customers
    seller = _drawn_by(profile, sellers, rng)
    long_ago = rng.random(count) < 0.55
    registered = np.where(long_ago, -rng.random(count) * 1_000, rng.random(count) * profile.days)
    served = seller >= 0
    known = np.maximum(seller, 0)
    # Nobody is followed by a seller before that seller has joined, nor after leaving.
    followed = np.maximum(registered + 0.02, sellers.joined_day[known] + 0.4)
    left_day = sellers.left_day[known]
    gone = served & (followed >= left_day)
    seller = np.where(gone, sellers.heir[known], seller)
    handed = np.where(served & ~gone, left_day, np.inf)
    heir = np.where(np.isfinite(handed), sellers.heir[known], seller)
    handed[heir == seller] = np.inf
    too_late = followed >= profile.days
    seller = np.where(too_late, -1, seller)
    diligence = np.where(served, sellers.diligence[known], 0.35)
    store = np.where(served, sellers.store[known], rng.integers(0, len(sellers.store_city), count))
    details = stream(seed, "customer details")
    return Customers(
        table=_table(profile, details, first_on, registered, store, sellers),
        habit=_habits(profile, rng, diligence),
        registered_day=registered,
        seller=seller,
        heir=np.where(seller < 0, -1, heir),
        followed_day=followed,
        handed_day=np.where(seller < 0, np.inf, handed),
        store=store,
    )


def _drawn_by(profile: BrandProfile, sellers: Sellers, rng: np.random.Generator) -> IntArray:
    """Return the seller who attracted each customer, -1 for nobody; none has too many fans."""
    followed = min(
        round(profile.customers * profile.followed_share), profile.sellers * profile.most_fans
    )
    reach = sellers.reach.copy()
    fans = parts_of(followed, reach)
    while (over := int((fans - profile.most_fans).clip(0).sum())) > 0:
        fans = np.minimum(fans, profile.most_fans)
        room = np.where(fans < profile.most_fans, np.maximum(reach, 1e-9), 0.0)
        fans = fans + parts_of(over, room)
    seller = np.concatenate(
        [np.repeat(np.arange(len(fans)), fans), np.full(profile.customers - followed, -1)]
    )
    return rng.permutation(seller)


def _habits(
    profile: BrandProfile, rng: np.random.Generator, diligence: FloatArray
) -> npt.NDArray[np.int8]:
    """Return a habit for each customer; who is looked after well more often buys at all."""
    shares = np.array([profile.habit_shares[name] for name in HABITS])
    never = np.clip(shares[0] + 0.55 * (0.5 - diligence), 0.04, 0.97)
    buying = np.cumsum(shares[1:] / shares[1:].sum())
    picked = 1 + np.searchsorted(buying, rng.random(len(diligence)) * buying[-1])
    return np.where(rng.random(len(diligence)) < never, 0, picked).astype(np.int8)


def _table(
    profile: BrandProfile,
    rng: np.random.Generator,
    first_on: date,
    registered_day: FloatArray,
    store: IntArray,
    sellers: Sellers,
) -> pa.Table:
    """Return CUSTOMER_ROWS; many birthdays, cities and genders are unknown."""
    count = profile.customers
    numbers = np.arange(count)
    is_female = rng.random(count) < 0.68
    gender = np.where(rng.random(count) < 0.2, -1, np.where(is_female, 0, 1))
    age = np.clip(rng.normal(34, 9, count), 18.1, 78)
    age = np.where(rng.random(count) < _MINOR_SHARE, rng.uniform(12, 17.5, count), age)
    born_day = np.where(rng.random(count) < 0.48, np.floor(profile.days - age * 365.25), np.nan)
    at_home = rng.random(count) < 0.82
    city = np.where(at_home, sellers.store_city[store], rng.integers(0, len(CITIES), count))
    city = np.where(rng.random(count) < 0.15, -1, city)
    tiers = pa.array([one.tier for one in CITIES], pa.int32())
    opted_out = np.where(rng.random(count) < 0.1, -1, rng.random(count) < 0.03).astype(np.int64)
    return pa.table(
        [
            rows_of(count),
            customer_keys(numbers),
            keys_of("wx-", np.where(rng.random(count) < 0.08, numbers * 7 + 11, -1), 10),
            with_gaps(person_names(is_female=is_female, rng=rng), rng.random(count) < 0.06),
            with_gaps(customer_phones(numbers), rng.random(count) < 0.12),
            chosen(["female", "male"], gender),
            dates_of(first_on, born_day),
            chosen([one.name for one in CITIES], city),
            with_gaps(tiers.take(pa.array(np.maximum(city, 0))), city < 0),
            moments_of(first_on, np.floor(registered_day * DAY_SECONDS)),
            with_gaps(pc.cast(pa.array(opted_out == 1), pa.bool_()), opted_out < 0),
        ],
        schema=CUSTOMER_ROWS,
    )


def follows_of(
    *, profile: BrandProfile, seed: int, first_on: date, customers: Customers
) -> pa.Table:
    """Return FOLLOW_ROWS: who serves, who served before a hand-over, who merely knows them.

    Serving follows of one customer touch at the hand-over and never overlap.
    """
    rng = stream(seed, "follows")
    served = np.flatnonzero(customers.seller >= 0)
    handed = np.flatnonzero(np.isfinite(customers.handed_day) & (customers.seller >= 0))
    beside = served[rng.random(len(served)) < 0.09]
    other = rng.integers(0, profile.sellers, len(beside))
    distinct = (other != customers.seller[beside]) & (other != customers.heir[beside])
    beside, other = beside[distinct], other[distinct]
    beside_day = customers.followed_day[beside] + rng.uniform(5, 200, len(beside))
    early = beside_day < profile.days
    beside, other, beside_day = beside[early], other[early], beside_day[early]
    customer = np.concatenate([served, handed, beside])
    seller = np.concatenate([customers.seller[served], customers.heir[handed], other])
    began = np.concatenate(
        [customers.followed_day[served], customers.handed_day[handed], beside_day]
    )
    ended = np.concatenate(
        [
            customers.handed_day[served],
            np.full(len(handed), np.inf),
            np.full(len(beside), np.inf),
        ]
    )
    acquired = np.concatenate(
        [customers.seller[served], customers.seller[handed], np.full(len(beside), -1)]
    )
    serving = np.arange(len(customer)) < len(served) + len(handed)
    order = np.lexsort((began, customer))
    customer, seller, began, ended = customer[order], seller[order], began[order], ended[order]
    return pa.table(
        [
            rows_of(len(customer)),
            customer_keys(customer),
            seller_keys(seller),
            _accounts(profile, rng, seller),
            seller_keys(acquired[order]),
            pa.array(serving[order]),
            moments_of(first_on, np.floor(began * DAY_SECONDS)),
            moments_of(first_on, np.where(np.isfinite(ended), ended * DAY_SECONDS, np.nan)),
        ],
        schema=FOLLOW_ROWS,
    )


def _accounts(profile: BrandProfile, rng: np.random.Generator, seller: IntArray) -> pa.Array:
    """Return the seller's WeCom account, or one of the seller's groups on a platform of groups."""
    if not profile.groups:
        return keys_of("wecom-", seller + 1, 6)
    each = -(-profile.groups // profile.sellers)
    group = seller * each + rng.integers(0, each, len(seller))
    return keys_of("group-", group % profile.groups + 1, 7)
