"""Which forecast of visits was better: judged on days that were kept from both."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from siyu.analytics.models import bg_nbd
from siyu.foundation.errors import BadInput

Floats = NDArray[np.float64]

TESTED_DAYS = 90
YEAR = 365

OUTCOMES = pa.schema(
    [
        pa.field("repeats", pa.int64(), nullable=False),
        pa.field("recency_days", pa.int64(), nullable=False),
        pa.field("age_days", pa.int64(), nullable=False),
        pa.field("later", pa.int64(), nullable=False),
        pa.field("customers", pa.int64(), nullable=False),
    ]
)
"""One row a history and what came of it. repeats, recency_days and age_days until the last day
that may be known; later: days with a purchase in the days kept back; customers: how many."""


@dataclass(frozen=True)
class Errors:
    """How far a forecast was off, in visits a customer, and what it said of all together."""

    mean_absolute: float
    root_mean_square: float
    predicted: float
    actual: int


@dataclass(frozen=True)
class Judgement:
    """The errors of both forecasts, and BG/NBD as it was fitted.

    Both are None where nobody came back, ``model`` also where the fit foretells nothing finite.
    """

    baseline: Errors
    model: Errors | None
    fit: bg_nbd.Parameters | None

    @property
    def is_model_better(self) -> bool:
        """Whether BG/NBD has the smaller root mean square."""
        model = self.model
        return model is not None and model.root_mean_square < self.baseline.root_mean_square


def judge(*, outcomes: pa.Table, days: int, season: float) -> Judgement:
    """Foretell what came of ``OUTCOMES`` in so many days, twice, and compare.

    Raises BadInput where nobody had bought.
    """
    histories = _histories(outcomes)
    baseline = seasonal(histories=histories, days=days, season=season)
    fit = model = None
    if outcomes["repeats"].to_numpy().sum():
        fit = bg_nbd.fit(histories=histories)
        expected = bg_nbd.expected(parameters=fit, histories=histories, within=days)
        if np.isfinite(expected).all():
            model = errors(predicted=expected, outcomes=outcomes)
    return Judgement(errors(predicted=baseline, outcomes=outcomes), model, fit)


def season(*, visits_then: int, days: int, visits_year: int, days_known: int) -> float:
    """A day of a season against a mean day, as a whole year tells it; 1 where less is known.

    ``visits_then`` came in the ``days`` a year before those asked for, ``visits_year`` in the 365
    days before them; the first visit ever was ``days_known`` days ago.
    """
    if days_known < YEAR or not visits_year:
        return 1.0
    return visits_then / days / (visits_year / YEAR)


def seasonal(*, histories: pa.Table, days: int, season: float) -> Floats:
    """The baseline: each customer goes on at her own pace, as the season has it.

    Her pace is her repeats a day in ``bg_nbd.HISTORIES``, drawn to that of all by the weight of
    half a repeat (a Gamma(1/2) prior); ``season`` is what the days bring against a mean day.
    """
    repeats, age, customers = (_column(histories, name) for name in _PACE)
    pace_of_all = (repeats * customers).sum() / max((age * customers).sum(), 1.0)
    if not pace_of_all:
        return np.zeros(len(repeats))
    found: Floats = (repeats + 0.5) / (age + 0.5 / pace_of_all) * days * season
    return found


def errors(*, predicted: Floats, outcomes: pa.Table) -> Errors:
    """The errors of a forecast for each row of ``OUTCOMES``. Raises BadInput without rows."""
    later, customers = _column(outcomes, "later"), _column(outcomes, "customers")
    if not customers.sum():
        raise BadInput("days", "Nobody had bought before the days kept back; choose fewer days.")
    off = predicted - later
    return Errors(
        mean_absolute=float(np.average(np.abs(off), weights=customers)),
        root_mean_square=math.sqrt(float(np.average(off**2, weights=customers))),
        predicted=float((predicted * customers).sum()),
        actual=int((later * customers).sum()),
    )


_PACE = ("repeats", "age", "customers")


def _histories(outcomes: pa.Table) -> pa.Table:
    columns = [_column(outcomes, name) for name in ("recency_days", "age_days")]
    return pa.table([outcomes["repeats"], *columns, outcomes["customers"]], schema=bg_nbd.HISTORIES)


def _column(outcomes: pa.Table, name: str) -> Floats:
    found: Floats = outcomes[name].to_numpy().astype(np.float64)
    return found
