"""Forecasts judged on days kept back: the errors, the baseline, and who wins where."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from siyu.analytics.models import bg_nbd
from siyu.analytics.models.backtest import OUTCOMES, errors, judge, seasonal
from siyu.foundation.errors import BadInput


def outcomes(*rows: tuple[int, int, int, int, int]) -> pa.Table:
    return pa.table(list(map(list, zip(*rows, strict=True))), schema=OUTCOMES)


def histories(*rows: tuple[int, float, float, int]) -> pa.Table:
    return pa.table(list(map(list, zip(*rows, strict=True))), schema=bg_nbd.HISTORIES)


def test_errors_are_weighed_by_customers():
    table = outcomes((0, 0, 10, 0, 3), (1, 5, 10, 2, 1))
    found = errors(predicted=np.array([0.5, 1.0]), outcomes=table)
    assert found.mean_absolute == pytest.approx((3 * 0.5 + 1 * 1) / 4)
    assert found.root_mean_square == pytest.approx(((3 * 0.25 + 1) / 4) ** 0.5)
    assert (found.predicted, found.actual) == (2.5, 2)


def test_the_pace_is_drawn_to_that_of_all_and_follows_the_season():
    table = histories((0, 0, 100, 9), (10, 90, 100, 1))
    at_par = seasonal(histories=table, days=50, season=1.0)
    pace = 10 / 1_000
    assert at_par[0] == pytest.approx(0.5 / (100 + 0.5 / pace) * 50)
    assert at_par[1] == pytest.approx(10.5 / (100 + 0.5 / pace) * 50)
    assert seasonal(histories=table, days=50, season=0.5) == pytest.approx(at_par / 2)


def test_where_nobody_came_back_nobody_is_expected():
    table = histories((0, 0, 100, 9))
    assert seasonal(histories=table, days=50, season=1.0).tolist() == [0.0]


def test_without_customers_there_is_nothing_to_judge():
    with pytest.raises(BadInput):
        errors(predicted=np.array([]), outcomes=OUTCOMES.empty_table())


def test_a_fit_that_foretells_nothing_finite_is_no_forecast():
    """All alike, and all back on the last day: nothing tells when anybody stops."""
    found = judge(outcomes=outcomes((1, 10, 10, 1, 500)), days=90, season=1.0)
    told = [found.baseline, *([found.model] if found.model else [])]
    for each in told:
        assert np.isfinite([each.mean_absolute, each.root_mean_square, each.predicted]).all()
    assert found.baseline.actual == 500


def test_where_nobody_came_back_there_is_one_forecast():
    found = judge(outcomes=outcomes((0, 0, 10, 1, 5)), days=90, season=1.0)
    assert (found.model, found.fit, found.is_model_better) == (None, None, False)
