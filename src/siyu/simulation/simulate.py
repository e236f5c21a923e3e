"""From a profile and a seed to a whole brand, with the truth about what was planted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from siyu.foundation.errors import BadInput
from siyu.simulation.brand import HABITS, BrandProfile, ContactEffect
from siyu.simulation.catalogue import catalogue_of
from siyu.simulation.columns import BoolArray, IntArray, chosen, dates_of, stream
from siyu.simulation.communities import communities_of
from siyu.simulation.customers import (
    Customers,
    customer_keys,
    customers_of,
    follows_of,
    seller_keys,
)
from siyu.simulation.market import Market, market_of
from siyu.simulation.orders import orders_of
from siyu.simulation.rhythms import Purchases, purchases_of
from siyu.simulation.sellers import Sellers, sellers_of


@dataclass(frozen=True, slots=True)
class Truth:
    """What only the simulation knows.

    `habits`: one row a customer (customer_key, habit).
    `sellers`: one row a seller (seller_key, diligence_ppm).
    `slowed_keys`: customers whose slowing was planted, sorted.
    `halved_from_on`: the first day of a planted market halving; it touches every customer.
    `contacted`: one row a planted contact (customer_key, contacted_on, answered); `answered`
    is true where the contact caused one order more.
    """

    habits: pa.Table
    sellers: pa.Table
    slowed_keys: tuple[str, ...]
    halved_from_on: date | None
    contacted: pa.Table


@dataclass(frozen=True, slots=True)
class SimulatedBrand:
    """The tables of one brand, in the schemas that the rooms' import actions take."""

    profile: BrandProfile
    seed: int
    as_of: date
    customers: pa.Table
    sellers: pa.Table
    products: pa.Table
    follows: pa.Table
    communities: pa.Table
    orders: pa.Table
    truth: Truth


def simulate(*, profile: BrandProfile, seed: int, as_of: date) -> SimulatedBrand:
    """Return the brand's `profile.days` days before `as_of`; equal input gives equal tables.

    Raises `BadInput` where a planted effect begins outside that history.
    """
    first_on = as_of - timedelta(days=profile.days)
    _check_plants(profile, first_on, as_of)
    market = market_of(profile=profile, seed=seed, as_of=as_of)
    catalogue = catalogue_of(profile=profile, seed=seed)
    sellers = sellers_of(profile=profile, seed=seed, first_on=first_on)
    customers = customers_of(profile=profile, seed=seed, first_on=first_on, sellers=sellers)
    purchases = purchases_of(
        profile=profile,
        market=market,
        seed=seed,
        habit=customers.habit,
        start_day=customers.registered_day,
        keenness=sellers.diligence[np.maximum(customers.seller, 0)],
    )
    purchases, contacted = _contacted(profile.contact_effect, seed, market, customers, purchases)
    return SimulatedBrand(
        profile=profile,
        seed=seed,
        as_of=as_of,
        customers=customers.table,
        sellers=sellers.table,
        products=catalogue.table,
        follows=follows_of(profile=profile, seed=seed, first_on=first_on, customers=customers),
        communities=communities_of(
            profile=profile, seed=seed, first_on=first_on, sellers=sellers.table
        ),
        orders=orders_of(
            profile=profile,
            seed=seed,
            market=market,
            catalogue=catalogue,
            sellers=sellers,
            customers=customers,
            purchases=purchases,
        ),
        truth=_truth(profile, sellers, customers, purchases, contacted),
    )


def _check_plants(profile: BrandProfile, first_on: date, as_of: date) -> None:
    begins = {
        "market_halving_from_on": profile.market_halving_from_on,
        "slowing": profile.slowing.from_on if profile.slowing else None,
        "contact_effect": profile.contact_effect.from_on if profile.contact_effect else None,
    }
    for field, from_on in begins.items():
        if from_on is not None and not first_on <= from_on < as_of:
            raise BadInput(
                field=field,
                template="{name} begins on {from_on}; choose a day from {first_on} to {last_on}.",
                name=field,
                from_on=from_on,
                first_on=first_on,
                last_on=as_of - timedelta(days=1),
            )


def _contacted(
    effect: ContactEffect | None,
    seed: int,
    market: Market,
    customers: Customers,
    purchases: Purchases,
) -> tuple[Purchases, pa.Table]:
    """Return the purchases with those that contacts caused, and the contacts."""
    if effect is None:
        none = np.empty(0, np.int64)
        return purchases, _contacts_table(market, none, none, none > 0)
    rng = stream(seed, "contact effect")
    last_day = market.days - effect.window_days
    first_day = market.day_number(effect.from_on)
    followed = np.flatnonzero((customers.seller >= 0) & (customers.followed_day < first_day))
    contacted = followed[rng.random(len(followed)) < effect.share]
    day = rng.integers(first_day, max(first_day + 1, last_day), len(contacted))
    answered = rng.random(len(contacted)) < effect.answer_share
    bought = day + rng.integers(1, effect.window_days + 1, len(contacted))
    answered &= bought < market.days
    customer = np.concatenate([purchases.customer, contacted[answered]])
    when = np.concatenate([purchases.day, bought[answered]])
    order = np.lexsort((when, customer))
    more = Purchases(customer[order], when[order], purchases.slowed)
    return more, _contacts_table(market, contacted, day, answered)


def _contacts_table(
    market: Market, customer: IntArray, day: IntArray, answered: BoolArray
) -> pa.Table:
    return pa.table(
        {
            "customer_key": customer_keys(customer),
            "contacted_on": dates_of(market.first_on, day),
            "answered": pa.array(answered),
        }
    )


def _truth(
    profile: BrandProfile,
    sellers: Sellers,
    customers: Customers,
    purchases: Purchases,
    contacted: pa.Table,
) -> Truth:
    count = len(sellers.diligence)
    return Truth(
        habits=pa.table(
            {
                "customer_key": customers.table["key"],
                "habit": chosen(HABITS, customers.habit.astype(np.int64)),
            }
        ),
        sellers=pa.table(
            {
                "seller_key": seller_keys(np.arange(count)),
                "diligence_ppm": pa.array((sellers.diligence * 1e6).astype(np.int64)),
            }
        ),
        slowed_keys=tuple(customer_keys(purchases.slowed).to_pylist()),
        halved_from_on=profile.market_halving_from_on,
        contacted=contacted,
    )
