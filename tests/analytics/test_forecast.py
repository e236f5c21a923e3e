"""The night's forecast: which one is chosen, and what it says of each customer."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.special import hyp2f1

from tests.analytics.brands import Brand
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.reference import sold_lines, visits_of
from tests.analytics.test_customers import complete

THEN = AS_OF - timedelta(days=90)
BASELINE, BG_NBD = "baseline", "bg_nbd"


def days_by_customer(facts: dict[str, Any]) -> dict[int, list[date]]:
    return {who: sorted(days) for who, days in visits_of(sold_lines(facts, AS_OF)).items()}


def kind(days: list[date], before: date) -> tuple[int, int, int]:
    age = before - timedelta(days=1) - days[0]
    return len(days) - 1, (days[-1] - days[0]).days // 7, age.days // 7


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kinds_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    facts = complete(random_facts(seed))
    warehouse.load(facts)
    histories = days_by_customer(facts)
    found = warehouse.run("history_kinds", as_of=AS_OF).to_pylist()
    kinds = Counter(kind(days, AS_OF) for days in histories.values())
    assert Counter({tuple(row.values())[:3]: row["customers"] for row in found}) == kinds

    outcomes: Counter[tuple[int, ...]] = Counter()
    for days in histories.values():
        seen = [day for day in days if day < THEN]
        if seen:
            outcomes[(*kind(seen, THEN), len(days) - len(seen))] += 1
    found = warehouse.run("outcome_kinds", as_of=AS_OF).to_pylist()
    assert Counter({tuple(row.values())[:4]: row["customers"] for row in found}) == outcomes
    assert max(row["later"] for row in found) > 0


def test_what_a_visit_costs_is_known_to_three_digits(warehouse: Warehouse) -> None:
    facts = complete(random_facts(4))
    warehouse.load(facts)
    found = warehouse.run("spending_kinds", as_of=AS_OF).to_pylist()
    expected: Counter[tuple[int, int]] = Counter()
    for days in visits_of(sold_lines(facts, AS_OF)).values():
        spent = sum(visit["amount"] for visit in days.values())
        average = spent // len(days)
        if average:
            width = 10 ** max(len(str(average)) - 3, 0)
            expected[len(days), average // width * width + width // 2] += 1
    assert Counter(
        {(row["purchase_days"], row["average_minor"]): row["customers"] for row in found}
    ) == (expected)


def alive(row: dict[str, Any], repeats: int, recency: float, age: float) -> float:
    """Fader, Hardie and Lee (2005), eq. 11, without logarithms."""
    if not repeats:
        return 1.0
    odds = row["a"] / (row["b"] + repeats - 1)
    return 1 / (
        1 + odds * ((row["alpha"] + age) / (row["alpha"] + recency)) ** (row["r"] + repeats)
    )


def expected(row: dict[str, Any], repeats: int, recency: float, age: float, days: int) -> float:
    """Eq. 10 of the same paper."""
    r, alpha, a, b = (row[name] for name in ("r", "alpha", "a", "b"))
    reach = alpha + age
    series = hyp2f1(r + repeats, b + repeats, a + b + repeats - 1, days / (reach + days))
    share = 1 - (reach / (reach + days)) ** (r + repeats) * series
    return (a + b + repeats - 1) / (a - 1) * share * alive(row, repeats, recency, age)


def leaving(seed: int, customers: int = 2_000) -> Brand:
    """Customers who come in the course of time and stop for good some day."""
    brand = Brand(seed=seed, days=700)
    random = np.random.default_rng(seed)
    begin = random.integers(0, brand.days, (customers, 1))
    end = begin + random.exponential(150, (customers, 1))
    day = np.arange(brand.days)
    brand.add("all", per_day=random.gamma(0.8, 1 / 30, customers), shape=np.ones(brand.days))
    brand.chances[-1] *= (begin <= day) & (day < end)
    return brand


def test_where_customers_stop_for_good_each_is_told_by_the_model(warehouse: Warehouse) -> None:
    brand = leaving(3)
    warehouse.load(brand.facts())
    rows = by_id(warehouse.run("customers_mart", as_of=brand.as_of))
    (told,) = warehouse.compute("forecast", as_of=brand.as_of).to_pylist()
    assert told["chosen"] == BG_NBD
    assert told["bg_nbd_root_mean_square"] < told["baseline_root_mean_square"]
    buyers = [row for row in rows.values() if row["first_on"]]
    assert told["customers"] == len(buyers)
    for row in buyers:
        repeats = row["purchase_days"] - 1
        recency = ((row["last_on"] - row["first_on"]).days // 7 * 7 + 3) if repeats else 0
        yesterday = brand.as_of - timedelta(days=1)
        age = (yesterday - row["first_on"]).days // 7 * 7 + 3
        history = (repeats, recency, age)
        assert row["alive_ppm"] == pytest.approx(alive(told, *history) * 1e6, abs=1)
        for days in (30, 90):
            visits = expected(told, *history, days) * 1_000
            assert row[f"visits_{days}_x1000"] == pytest.approx(visits, abs=1)
        average = (
            told["p"]
            * (told["v"] + row["spend_minor"])
            / (told["p"] * row["purchase_days"] + told["q"] - 1)
        )
        value = row["visits_90_x1000"] * average / 1_000
        assert row["value_90_minor"] == pytest.approx(value, abs=1)
    prospects = [row for row in rows.values() if not row["first_on"]]
    assert prospects
    assert all(row["alive_ppm"] is row["value_90_minor"] is None for row in prospects)
    total = sum(row["visits_90_x1000"] for row in buyers) / 1_000
    assert told["visits_90"] == pytest.approx(total, rel=0.01)
