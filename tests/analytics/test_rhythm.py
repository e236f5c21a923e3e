"""Who is slowing: not those who move with the season or the market, but those who fall."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.analytics.brands import START_ON, Brand, share
from tests.analytics.conftest import Warehouse, by_id

GONE = ("slowing", "silent", "lost")


def states(warehouse: Warehouse, brand: Brand) -> dict[int, str]:
    warehouse.load(brand.facts())
    rows = by_id(warehouse.run("customers_mart", as_of=brand.as_of))
    return {customer: row["state"] for customer, row in rows.items()}


def rates(count: int, *, seed: int, low: float, high: float) -> np.ndarray:
    """Chances to buy on a day, spread evenly on a logarithmic scale."""
    drawn = np.random.default_rng(seed).uniform(np.log(low), np.log(high), count)
    return np.exp(drawn)


def share_gone(found: dict[int, str], group: range) -> float:
    return sum(share(found, group, state) for state in GONE)


def last_days(brand: Brand, days: int, factor: float) -> np.ndarray:
    return np.where(np.arange(brand.days) >= brand.days - days, factor, 1.0)


def test_a_steady_market_has_few_slowing_customers(warehouse: Warehouse) -> None:
    brand = Brand(seed=1, days=800)
    flat = np.ones(brand.days)
    brand.add("steady", per_day=rates(2500, seed=1, low=1 / 60, high=1 / 5), shape=flat)
    brand.add("fallen", per_day=np.full(50, 12 / 30), shape=last_days(brand, 60, 0.3))
    found = states(warehouse, brand)
    assert share(found, brand.groups["steady"], "slowing") < 0.02
    assert share(found, brand.groups["fallen"], "slowing") > 0.6
    assert share_gone(found, brand.groups["fallen"]) > 0.8


def test_a_market_that_halves_makes_nobody_slow(warehouse: Warehouse) -> None:
    brand = Brand(seed=2, days=800)
    halved = last_days(brand, 75, 0.5)
    brand.add("market", per_day=rates(2500, seed=2, low=1 / 60, high=1 / 4), shape=halved)
    own_fall = halved * last_days(brand, 75, 0.25)
    brand.add("fallen", per_day=np.full(50, 3 / 5), shape=own_fall)
    found = states(warehouse, brand)
    frequent = [
        brand.groups["market"][k]
        for k, rate in enumerate(rates(2500, seed=2, low=1 / 60, high=1 / 4))
        if rate > 1 / 8
    ]
    assert share(found, brand.groups["market"], "slowing") < 0.01
    assert sum(found[customer] == "slowing" for customer in frequent) / len(frequent) < 0.04
    assert share_gone(found, brand.groups["fallen"]) > 0.8
    assert share(found, brand.groups["fallen"], "slowing") > 0.5


def test_after_the_winter_nobody_of_a_winter_brand_is_slow(warehouse: Warehouse) -> None:
    brand = Brand(seed=3, days=(date(2024, 5, 15) - START_ON).days)
    months = brand.months()
    winter = np.select(
        [np.isin(months, [11, 12, 1, 2]), np.isin(months, [10, 3])], [1.0, 0.4], 0.02
    )
    brand.add("winter", per_day=rates(2500, seed=3, low=1 / 60, high=1 / 3), shape=winter)
    own_fall = winter * last_days(brand, 90, 0.1)
    brand.add("fallen", per_day=np.full(50, 1 / 2), shape=own_fall)
    found = states(warehouse, brand)
    assert share(found, brand.groups["winter"], "slowing") < 0.01
    assert share_gone(found, brand.groups["winter"]) < 0.1
    assert share_gone(found, brand.groups["fallen"]) > 0.8


def test_who_buys_in_winter_only_is_not_silent_in_spring(warehouse: Warehouse) -> None:
    brand = Brand(seed=4, days=(date(2024, 5, 15) - START_ON).days)
    winter = np.where(np.isin(brand.months(), [11, 12, 1, 2]), 1.0, 0.0)
    flat = np.ones(brand.days)
    brand.add("others", per_day=rates(1500, seed=4, low=1 / 60, high=1 / 5), shape=flat)
    brand.add("winter", per_day=np.full(60, 1 / 6), shape=winter)
    brand.add("stopped", per_day=np.full(60, 1 / 6), shape=last_days(brand, 75, 0.0))
    found = states(warehouse, brand)
    assert share_gone(found, brand.groups["winter"]) < 0.1
    assert share_gone(found, brand.groups["stopped"]) > 0.9


def joined_and_left(brand: Brand, count: int) -> np.ndarray:
    """Whether each of so many customers is there on a day: they join evenly and stay 500 days."""
    random = np.random.default_rng(brand.seed)
    joined = random.integers(0, brand.days - 30, count)
    left = joined + random.exponential(500, count)
    days = np.arange(brand.days)
    return (days >= joined[:, None]) & (days < left[:, None])


def test_a_growing_brand_expects_of_a_customer_what_she_always_did(warehouse: Warehouse) -> None:
    """Thousands who come seldom and then stay away must not lower what is expected of the few."""
    brand = Brand(seed=5, days=900)
    count = 6000
    seldom = np.random.default_rng(5).gamma(0.5, 3 / 365, count)
    brand.add("crowd", per_day=np.minimum(seldom, 0.5), shape=np.ones(brand.days))
    brand.chances[-1] *= joined_and_left(brand, count)
    brand.add("steady", per_day=np.full(1200, 4 / 30), shape=np.ones(brand.days))
    brand.add("halved", per_day=np.full(80, 4 / 30), shape=last_days(brand, 90, 0.5))
    warehouse.load(brand.facts())
    rows = by_id(warehouse.run("customers_mart", as_of=brand.as_of))
    found = {customer: row["state"] for customer, row in rows.items()}
    for group in ("steady", "halved"):
        expected = [rows[customer]["expected_visits_90_x100"] for customer in brand.groups[group]]
        assert np.mean(expected) == pytest.approx(1200, rel=0.1)
    # Chance hides the others: of twelve visits 12 ± 3.5 are seen, of six 6 ± 2.4.
    slowing = {name: share(found, brand.groups[name], "slowing") for name in ("steady", "halved")}
    assert slowing["steady"] < 0.03
    assert slowing["halved"] > 5 * slowing["steady"]
    assert share(found, brand.groups["halved"], "active") < 0.65
