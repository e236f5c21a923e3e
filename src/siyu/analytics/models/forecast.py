"""The forecast of a night: which of two is the better one, and what it says of each history.

Both are judged by the last 90 days, of which they were told nothing; the better one is fitted
anew to all that is known (see `backtest`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from siyu.analytics.models import backtest, bg_nbd, gamma_gamma
from siyu.analytics.models.backtest import TESTED_DAYS

Floats = NDArray[np.float64]

BASELINE, BG_NBD = "baseline", "bg_nbd"
_WEEK = 7
_MILLION = 1_000_000
_ERRORS = ("mean_absolute", "root_mean_square", "predicted")
_COMING, _PAID = ("r", "alpha", "a", "b"), ("p", "q", "v")

FORECAST = pa.schema(
    [
        ("chosen", pa.string()),
        ("customers", pa.int64()),
        ("tested", pa.int64()),
        ("actual", pa.int64()),
        ("season", pa.float64()),
        *((f"{kind}_{error}", pa.float64()) for kind in (BASELINE, BG_NBD) for error in _ERRORS),
        *((name, pa.float64()) for name in (*_COMING, *_PAID)),
        ("season_30", pa.float64()),
        ("season_90", pa.float64()),
        ("visits_30", pa.float64()),
        ("visits_90", pa.float64()),
    ]
)
"""One row. chosen: baseline or bg_nbd; customers: all who bought; tested: those who had bought 90
days ago, and actual, their visits since; season: a day of those 90 against a mean day, as the year
before had it; for each forecast its errors in visits a customer and the visits that it foretold
(null where it could not be made); r, alpha (days), a, b: BG/NBD of today; p, q, v (minor units):
Gamma-Gamma of today; season_30, season_90: of the days to come; visits_30, visits_90: what the
chosen one foretells of all customers."""

FORECASTS = pa.schema(
    [
        ("repeats", pa.int64()),
        ("recency_weeks", pa.int64()),
        ("age_weeks", pa.int64()),
        ("alive_ppm", pa.int64()),
        ("visits_30_x1000", pa.int64()),
        ("visits_90_x1000", pa.int64()),
    ]
)
"""One row a kind of history. alive_ppm: the chance that one of it still comes, in millionths, by
BG/NBD whichever forecast was chosen (null where nobody came back yet); visits_30_x1000 and
visits_90_x1000: thousandths of a visit that the chosen one expects of her in the days to come."""


def forecast(
    *,
    outcome_kinds: pa.Table,
    history_kinds: pa.Table,
    spending_kinds: pa.Table,
    market: pa.Table,
    as_of: date,
) -> pa.Table:
    """One row of ``FORECAST`` from counts of kinds and the visits of each day; none of nobody."""
    if not history_kinds.num_rows:
        return FORECAST.empty_table()
    then = as_of - timedelta(days=TESTED_DAYS)
    row: dict[str, Any] = {
        "season": _season(market, before=then, days=TESTED_DAYS),
        "season_30": _season(market, before=as_of, days=30),
        "season_90": _season(market, before=as_of, days=90),
        "customers": int(history_kinds["customers"].to_numpy().sum()),
    }
    row |= _judged(outcome_kinds, season=row["season"])
    histories = _histories(history_kinds)
    row |= _coming(histories, row.get("fit_then"))
    if row["chosen"] == BG_NBD and "r" not in row:
        row["chosen"] = BASELINE
    row |= _spending(spending_kinds)
    for days in (30, 90):
        visits = _expected(row, histories, days=days) * histories["customers"].to_numpy()
        row[f"visits_{days}"] = float(visits.sum())
    return pa.Table.from_pylist([row], schema=FORECAST)


def forecasts(*, forecast: pa.Table, history_kinds: pa.Table) -> pa.Table:
    """``FORECASTS`` of every kind of history by the forecast that was chosen."""
    if not history_kinds.num_rows:
        return FORECASTS.empty_table()
    (row,) = forecast.to_pylist()
    histories = _histories(history_kinds)
    alive = pa.nulls(histories.num_rows, pa.int64())
    if row["r"] is not None:
        chances = bg_nbd.alive(parameters=_parameters(row), histories=histories)
        alive = _whole(chances * _MILLION)
    columns = [
        *(history_kinds[name] for name in ("repeats", "recency_weeks", "age_weeks")),
        alive,
        *(_whole(_expected(row, histories, days=days) * 1_000) for days in (30, 90)),
    ]
    return pa.table(columns, schema=FORECASTS)


def _season(market: pa.Table, *, before: date, days: int) -> float:
    """A day of the ``days`` that begin with ``before`` against a mean day, told by a year ago."""
    if not market.num_rows:
        return 1.0
    on = market["business_on"].to_numpy().astype("datetime64[D]")
    visits = market["visits"].to_numpy()
    begin = np.datetime64(before - timedelta(days=backtest.YEAR))
    known = on < np.datetime64(before)
    return backtest.season(
        visits_then=int(visits[(on >= begin) & (on < begin + days)].sum()),
        days=days,
        visits_year=int(visits[known & (on >= begin)].sum()),
        days_known=int((np.datetime64(before) - on.min()).astype(int)),
    )


def _judged(outcome_kinds: pa.Table, *, season: float) -> dict[str, Any]:
    """Which forecast is better, its fit of then, and the errors of both."""
    if not outcome_kinds.num_rows:
        return {"chosen": BASELINE, "tested": 0, "actual": 0}
    outcomes = pa.table(
        [*_days(outcome_kinds), outcome_kinds["later"], outcome_kinds["customers"]],
        schema=backtest.OUTCOMES,
    )
    found = backtest.judge(outcomes=outcomes, days=TESTED_DAYS, season=season)
    row: dict[str, Any] = {
        "chosen": BG_NBD if found.is_model_better else BASELINE,
        "tested": int(outcomes["customers"].to_numpy().sum()),
        "actual": found.baseline.actual,
        "fit_then": found.fit,
    }
    for kind, errors in ((BASELINE, found.baseline), (BG_NBD, found.model)):
        if errors:
            row |= {f"{kind}_{error}": vars(errors)[error] for error in _ERRORS}
    return row


def _coming(histories: pa.Table, start: bg_nbd.Parameters | None) -> dict[str, float]:
    """BG/NBD of today; nothing where nobody came back, or where it foretells nothing finite."""
    if not histories["repeats"].to_numpy().sum():
        return {}
    fit = bg_nbd.fit(histories=histories, start=start)
    visits = bg_nbd.expected(parameters=fit, histories=histories, within=TESTED_DAYS)
    alive = bg_nbd.alive(parameters=fit, histories=histories)
    if not (np.isfinite(visits).all() and np.isfinite(alive).all()):
        return {}
    return {name: vars(fit)[name] for name in _COMING}


def _spending(spending_kinds: pa.Table) -> dict[str, float]:
    """Gamma-Gamma of what a visit costs; nothing where nobody paid or no mean exists."""
    spendings = pa.table(
        [
            spending_kinds["purchase_days"],
            spending_kinds["average_minor"].cast(pa.float64()),
            spending_kinds["customers"],
        ],
        schema=gamma_gamma.SPENDINGS,
    )
    if not spendings.num_rows:
        return {}
    found = gamma_gamma.fit(spendings=spendings)
    return {name: vars(found)[name] for name in _PAID} if found.q > 1 else {}


def _histories(history_kinds: pa.Table) -> pa.Table:
    repeats, recency, age = _days(history_kinds)
    columns = [repeats, recency.cast(pa.float64()), age.cast(pa.float64())]
    return pa.table([*columns, history_kinds["customers"]], schema=bg_nbd.HISTORIES)


def _days(kinds: pa.Table) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Repeats, recency and age in days: the middle of a week that is known as a whole."""
    repeats = kinds["repeats"].to_numpy()
    recency = kinds["recency_weeks"].to_numpy() * _WEEK + _WEEK // 2
    age = kinds["age_weeks"].to_numpy() * _WEEK + _WEEK // 2
    return pa.array(repeats), pa.array(np.where(repeats > 0, recency, 0)), pa.array(age)


def _parameters(row: Mapping[str, Any]) -> bg_nbd.Parameters:
    return bg_nbd.Parameters(**{name: row[name] for name in _COMING}, log_likelihood=math.nan)


def _expected(row: Mapping[str, Any], histories: pa.Table, *, days: int) -> Floats:
    """Visits of one of each kind in the days to come."""
    if row["chosen"] == BG_NBD:
        return bg_nbd.expected(parameters=_parameters(row), histories=histories, within=days)
    return backtest.seasonal(histories=histories, days=days, season=row[f"season_{days}"])


def _whole(values: Floats) -> pa.Array:
    return pa.array(np.floor(values + 0.5).astype(np.int64))
