"""Models fitted to what an engine counts, and to the real purchases of CDNOW by the command."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from pytest_django import DjangoDbBlocker

from siyu.adapters.warehouse.fitting import back_tested, fitted
from siyu.analytics import marts
from siyu.analytics.engine import Engine, table
from siyu.foundation.errors import BadInput
from siyu.rooms.insights.types import BackTest, Forecast, PurchaseFit
from tests.analytics.brands import START_ON, Brand
from tests.analytics.conftest import Warehouse, engine, warehouse
from tests.installation import new_installation

__all__ = ["engine", "warehouse"]

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("SIYU_SHARED", ROOT.parent / "shared"))
CDNOW = SHARED / "data" / "cdnow" / "cdnow_sample.csv"
END_ON = START_ON + timedelta(days=399)


def fit(engine: Engine, unit_days: int = 7, minor_units: int = 100) -> PurchaseFit:
    return fitted(
        engine=engine,
        repeats=marts.repeats(sales=table("sales"), end_on=END_ON),
        end_on=END_ON,
        unit_days=unit_days,
        minor_units=minor_units,
    )


@pytest.fixture
def sold(warehouse: Warehouse) -> Warehouse:
    """A thousand customers who stop some day, 500 days long."""
    brand = Brand(seed=9, days=500)
    random = np.random.default_rng(9)
    stay = np.arange(brand.days) < random.exponential(200, 1_000)[:, None]
    brand.add("all", per_day=random.gamma(0.8, 1 / 40, 1_000), shape=np.ones(brand.days))
    brand.chances[-1] *= stay
    warehouse.load(brand.facts())
    warehouse.run("sales", as_of=brand.as_of)
    return warehouse


def judged(warehouse: Warehouse, brand: Brand, days: int = 90) -> BackTest:
    warehouse.load(brand.facts())
    warehouse.run("sales", as_of=brand.as_of)
    end_on = brand.as_of - timedelta(days=days + 1)
    return back_tested(engine=warehouse.engine, sales=table("sales"), end_on=end_on, days=days)


def test_where_customers_stop_for_good_the_model_is_chosen(warehouse: Warehouse):
    brand = Brand(seed=3, days=700)
    random = np.random.default_rng(3)
    stay = np.arange(brand.days) < random.exponential(150, 2_000)[:, None]
    brand.add("all", per_day=random.gamma(0.8, 1 / 30, 2_000), shape=np.ones(brand.days))
    brand.chances[-1] *= stay
    found = judged(warehouse, brand)
    assert found.chosen is Forecast.BG_NBD
    assert found.bg_nbd is not None
    assert found.bg_nbd.root_mean_square < found.baseline.root_mean_square
    told, came = found.bg_nbd.predicted, found.bg_nbd.actual
    assert abs(told - came) < abs(found.baseline.predicted - came)


def test_where_the_season_falls_the_baseline_is_chosen(warehouse: Warehouse):
    brand = Brand(seed=4, days=731)
    random = np.random.default_rng(4)
    quiet = np.arange(brand.days) % 365 >= 365 - 91
    per_day = random.gamma(4.0, 1 / 80, 2_000)
    brand.add("all", per_day=per_day, shape=np.where(quiet, 0.2, 1.0))
    found = judged(warehouse, brand)
    assert found.season == pytest.approx(0.25, abs=0.05)
    assert found.chosen is Forecast.BASELINE
    assert found.baseline.predicted == pytest.approx(found.baseline.actual, rel=0.2)


def test_before_a_whole_year_no_season_is_known(warehouse: Warehouse):
    brand = Brand(seed=5, days=300)
    brand.add("all", per_day=np.full(100, 0.05), shape=np.ones(brand.days))
    assert judged(warehouse, brand, days=30).season == 1.0


def test_counts_and_parameters(sold: Warehouse):
    found = fit(sold.engine)
    assert 300 < found.repeaters < found.customers < 1_000
    assert found.repeats > found.repeaters
    assert found.later > 0
    assert min(found.r, found.alpha, found.a, found.b) > 0
    assert found.p is not None
    assert found.p > 0


def test_units_of_time_and_money_scale_what_has_a_unit(sold: Warehouse):
    weeks, days = fit(sold.engine), fit(sold.engine, unit_days=1)
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-2)
    assert days.r == pytest.approx(weeks.r, rel=1e-2)
    fen = fit(sold.engine, minor_units=1)
    assert weeks.v is not None
    assert fen.v == pytest.approx(100 * weeks.v, rel=1e-2)
    assert fen.p == pytest.approx(weeks.p, rel=1e-2)


def test_without_a_second_purchase_nothing_is_fitted(warehouse: Warehouse):
    warehouse.load({})
    warehouse.run("sales", as_of=date(2024, 1, 1))
    with pytest.raises(BadInput, match="second time"):
        fit(warehouse.engine)


@pytest.mark.bar
@pytest.mark.skipif(not CDNOW.exists(), reason=f"the outside data is not at {CDNOW}")
def test_the_published_fit_of_cdnow(
    tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
):
    """Fader, Hardie and Lee (2005), table 2; Fader and Hardie (2013) for the spending."""
    with django_db_blocker.unblock():
        shop = new_installation(tmp_path / "shop")
        mapping = ROOT / "examples" / "mappings" / "cdnow.toml"
        shop.siyu("import", "orders", CDNOW, "--mapping", mapping)
        told = shop.siyu("fit", "--calibration-end", "1997-09-30", "--unit", "week")
        shop.remove()
    counts = [told[name] for name in ("customers", "repeaters", "repeats", "later")]
    assert counts == [2_357, 946, 2_457, 1_882]
    rates = [told[name] for name in ("r", "alpha", "a", "b")]
    assert rates == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=0.001)
    assert told["log_likelihood"] == pytest.approx(-9582.43, abs=0.05)
    spending = [told[name] for name in ("p", "q", "v")]
    assert spending == pytest.approx([6.25, 3.74, 15.44], abs=0.01)
