"""How good the night's forecast is, and which one it takes."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from siyu.adapters.warehouse.fitting import back_tested
from siyu.analytics.engine import table
from tests.analytics.brands import Brand
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.test_forecast import BASELINE, BG_NBD, leaving


def test_whole_weeks_cost_little_accuracy(warehouse: Warehouse) -> None:
    """The night's back-test against that of `siyu backtest`, which knows the days."""
    brand = leaving(8)
    warehouse.load(brand.facts())
    (told,) = warehouse.run("forecast", as_of=brand.as_of).to_pylist()
    end_on = brand.as_of - timedelta(days=91)
    exact = back_tested(engine=warehouse.engine, sales=table("sales"), end_on=end_on, days=90)
    assert exact.bg_nbd
    assert (told["tested"], told["actual"]) == (exact.customers, exact.bg_nbd.actual)
    assert told["season"] == pytest.approx(exact.season)
    for name, errors in ((BASELINE, exact.baseline), (BG_NBD, exact.bg_nbd)):
        for error, value in vars(errors).items():
            if error != "actual":
                assert told[f"{name}_{error}"] == pytest.approx(value, rel=0.03)


def test_what_is_foretold_comes(warehouse: Warehouse) -> None:
    """The forecast of day 610 against the ninety days that follow."""
    brand = leaving(5, customers=4_000)
    warehouse.load(brand.facts())
    day = brand.as_of - timedelta(days=90)
    rows = by_id(warehouse.run("customers_mart", as_of=day))
    before = Counter({who: row["purchase_days"] for who, row in rows.items()})
    after = by_id(warehouse.run("customers_mart", as_of=brand.as_of))
    came = {who: row["purchase_days"] - before[who] for who, row in after.items() if before[who]}
    foretold = {who: rows[who]["visits_90_x1000"] / 1_000 for who in came}
    assert sum(foretold.values()) == pytest.approx(sum(came.values()), rel=0.1)
    likely = [who for who in came if rows[who]["alive_ppm"] > 800_000 and before[who] > 3]
    gone = [who for who in came if rows[who]["alive_ppm"] < 100_000]
    assert len(likely) > 50
    assert len(gone) > 50
    assert np.mean([came[who] > 0 for who in likely]) > 0.5
    assert np.mean([came[who] > 0 for who in gone]) < 0.05


def test_where_the_season_falls_the_baseline_tells_the_visits(warehouse: Warehouse) -> None:
    brand = Brand(seed=4, days=731)
    quiet = np.arange(brand.days) % 365 >= 365 - 91
    per_day = np.random.default_rng(4).gamma(4.0, 1 / 80, 2_000)
    brand.add("all", per_day=per_day, shape=np.where(quiet, 0.2, 1.0))
    warehouse.load(brand.facts())
    rows = by_id(warehouse.run("customers_mart", as_of=brand.as_of))
    (told,) = warehouse.compute("forecast", as_of=brand.as_of).to_pylist()
    assert told["chosen"] == BASELINE
    assert told["season"] == pytest.approx(0.25, abs=0.05)
    assert told["season_90"] == pytest.approx(1.25, abs=0.1), "the quiet days are over"
    assert told["r"] is not None
    assert all(0 <= row["alive_ppm"] <= 1e6 for row in rows.values() if row["first_on"])
    repeats = sum(row["purchase_days"] - 1 for row in rows.values() if row["first_on"])
    yesterday = brand.as_of - timedelta(days=1)
    days = sum((yesterday - row["first_on"]).days for row in rows.values() if row["first_on"])
    for row in rows.values():
        age = (yesterday - row["first_on"]).days
        pace = (row["purchase_days"] - 0.5) / (age + 0.5 * days / repeats)
        visits = pace * 90 * told["season_90"] * 1_000
        assert row["visits_90_x1000"] == pytest.approx(visits, rel=0.02)


def test_a_first_week_has_a_forecast_without_a_test(warehouse: Warehouse) -> None:
    day = date(2024, 3, 1)
    line = {"business_on": day, "amount_minor": 0, "customer_id": 1, "order_id": 1, "line_id": 1}
    warehouse.load({"order_lines": [line], "customers": [{"customer_id": 1}]})
    rows = by_id(warehouse.run("customers_mart", as_of=day + timedelta(days=3)))
    (told,) = warehouse.compute("forecast", as_of=day + timedelta(days=3)).to_pylist()
    assert (told["chosen"], told["tested"], told["p"]) == (BASELINE, 0, None)
    assert told["baseline_root_mean_square"] is None
    assert rows[1]["visits_90_x1000"] == 0, "nobody came back yet"
    assert rows[1]["value_90_minor"] == 0
    assert math.isfinite(told["visits_90"])
