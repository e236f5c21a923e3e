"""Fits models to what an engine counts."""

from __future__ import annotations

from datetime import date

import ibis
import pyarrow as pa

from siyu.analytics import marts
from siyu.analytics.arithmetic import number_of, total
from siyu.analytics.engine import Engine
from siyu.analytics.models import backtest, bg_nbd, gamma_gamma
from siyu.rooms.insights.types import BackTest, Forecast, ForecastErrors, PurchaseFit


def fitted(
    *, engine: Engine, repeats: ibis.Table, end_on: date, unit_days: int, minor_units: int
) -> PurchaseFit:
    """BG/NBD and Gamma-Gamma of a table of ``marts.repeats``. Raises BadInput without repeats."""
    counts = engine.query(
        expression=repeats.aggregate(
            customers=repeats.count(),
            repeaters=number_of(repeats, where=repeats.repeats > 0),
            repeats=total(repeats.repeats),
            later=total(repeats.later),
        )
    ).to_pylist()[0]
    histories = engine.query(expression=marts.kinds_of_history(repeats))
    coming = bg_nbd.fit(histories=_in_units(histories, unit_days))
    spendings = engine.query(expression=marts.kinds_of_spending(repeats))
    spending = (
        gamma_gamma.fit(spendings=_averages(spendings, minor_units)) if spendings.num_rows else None
    )
    return PurchaseFit(
        end_on=end_on,
        unit_days=unit_days,
        **counts,
        **vars(coming),
        p=spending.p if spending else None,
        q=spending.q if spending else None,
        v=spending.v if spending else None,
        spending_log_likelihood=spending.log_likelihood if spending else None,
    )


def back_tested(*, engine: Engine, sales: ibis.Table, end_on: date, days: int) -> BackTest:
    """Both forecasts of the days after ``end_on``, told nothing of them, and the better one.

    BG/NBD is left out where nobody had come back until then. Raises BadInput where nobody had
    bought.
    """
    repeats = marts.repeats(sales=sales, end_on=end_on)
    outcomes = engine.query(expression=marts.kinds_of_outcome(repeats)).cast(backtest.OUTCOMES)
    (season,) = engine.query(
        expression=marts.season_of(sales=sales, end_on=end_on, days=days)
    ).to_pylist()
    first_on = season["first_on"]
    level = backtest.season(
        visits_then=season["visits_then"],
        days=days,
        visits_year=season["visits_year"],
        days_known=(end_on - first_on).days if first_on else 0,
    )
    found = backtest.judge(outcomes=outcomes, days=days, season=level)
    return BackTest(
        end_on=end_on,
        days=days,
        customers=sum(outcomes["customers"].to_pylist()),
        season=level,
        baseline=ForecastErrors(**vars(found.baseline)),
        bg_nbd=ForecastErrors(**vars(found.model)) if found.model else None,
        chosen=Forecast.BG_NBD if found.is_model_better else Forecast.BASELINE,
    )


def _in_units(histories: pa.Table, unit_days: int) -> pa.Table:
    columns = {
        "repeats": histories["repeats"].to_numpy(),
        "recency": histories["recency_days"].to_numpy() / unit_days,
        "age": histories["age_days"].to_numpy() / unit_days,
        "customers": histories["customers"].to_numpy(),
    }
    return pa.table(columns, schema=bg_nbd.HISTORIES)


def _averages(spendings: pa.Table, minor_units: int) -> pa.Table:
    repeats = spendings["repeats"].to_numpy()
    columns = {
        "repeats": repeats,
        "average": spendings["spend_minor"].to_numpy() / repeats / minor_units,
        "customers": spendings["customers"].to_numpy(),
    }
    return pa.table(columns, schema=gamma_gamma.SPENDINGS)
