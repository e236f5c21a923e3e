"""How long something lasts: communities, customer relations, sellers who stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from siyu.foundation.errors import BadInput

Floats = NDArray[np.float64]

LIVES = pa.schema(
    [
        pa.field("duration", pa.float64(), nullable=False),
        pa.field("has_ended", pa.bool_(), nullable=False),
        pa.field("count", pa.int64(), nullable=False),
    ]
)
"""One row a kind of life. duration: how long it was seen; has_ended: false for one that still goes
on or was lost from sight; count: how many were seen so."""

CURVE = pa.schema(
    [
        pa.field("duration", pa.float64(), nullable=False),
        pa.field("at_risk", pa.int64(), nullable=False),
        pa.field("ended", pa.int64(), nullable=False),
        pa.field("survival", pa.float64(), nullable=False),
        pa.field("low", pa.float64(), nullable=False),
        pa.field("high", pa.float64(), nullable=False),
    ]
)
"""One row a duration at which a life ended. survival: the share that lasts longer; low and high:
its confidence band."""


@dataclass(frozen=True)
class LogRank:
    """Whether kinds differ in how long they last; p is the chance of so much by chance alone."""

    statistic: float
    degrees: int
    p: float


def kaplan_meier(*, lives: pa.Table, confidence: float = 0.95) -> pa.Table:
    """The ``CURVE`` of ``LIVES``, by the product-limit estimator of Kaplan and Meier (1958).

    The band is pointwise, by Greenwood's variance on the log(-log) scale, so it stays within 0
    and 1. Raises BadInput where there is no life at all.
    """
    durations, at_risk, ended = _risks(lives)
    survival = np.cumprod(1 - ended / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ended / (at_risk * (at_risk - ended)))
        spread = norm.ppf((1 + confidence) / 2) * np.sqrt(greenwood) / np.log(survival)
        low, high = survival ** np.exp(-spread), survival ** np.exp(spread)
    over = survival == 0
    columns = (
        durations,
        at_risk.astype(np.int64),
        ended.astype(np.int64),
        survival,
        np.where(over, 0.0, low),
        np.where(over, 0.0, high),
    )
    return pa.table(dict(zip(CURVE.names, columns, strict=True)), schema=CURVE)


def median_of(*, curve: pa.Table) -> float | None:
    """The duration that half of all outlast; None while more than half still go on."""
    rows = zip(curve["duration"].to_pylist(), curve["survival"].to_pylist(), strict=True)
    return next((duration for duration, survival in rows if survival <= 0.5), None)


def log_rank(*, kinds: Mapping[str, pa.Table]) -> LogRank:
    """The log-rank test of Mantel (1966) between two or more kinds of ``LIVES``.

    Raises BadInput for fewer than two kinds, or where nothing ended.
    """
    if len(kinds) < 2:
        raise BadInput("kinds", "Name two kinds or more to compare.")
    durations = np.unique(np.concatenate([_risks(lives)[0] for lives in kinds.values()]))
    at_risk = np.array([_at_risk(lives, durations) for lives in kinds.values()])
    ended = np.array([_ended(lives, durations) for lives in kinds.values()])
    risk, ends = at_risk.sum(axis=0), ended.sum(axis=0)
    if not ends.sum():
        raise BadInput("kinds", "Nothing has ended yet, so there is nothing to compare.")
    excess = (ended - at_risk * ends / risk).sum(axis=1)
    shares = at_risk / risk
    # Hypergeometric variance at each duration; where one is left nothing varies.
    factor = np.where(risk > 1, ends * (risk - ends) / np.maximum(risk - 1, 1), 0.0)
    covariance = np.diag((factor * shares).sum(axis=1)) - (factor * shares) @ shares.T
    degrees = len(kinds) - 1
    statistic = float(
        excess[:degrees] @ np.linalg.pinv(covariance[:degrees, :degrees]) @ excess[:degrees]
    )
    return LogRank(statistic=statistic, degrees=degrees, p=float(chi2.sf(statistic, degrees)))


def _risks(lives: pa.Table) -> tuple[Floats, Floats, Floats]:
    """Durations at which something ended, how many went on until then, how many ended."""
    if not sum(lives["count"].to_pylist()):
        raise BadInput("lives", "There is nothing whose life could be measured.")
    ends = lives["has_ended"].to_numpy(zero_copy_only=False) & (lives["count"].to_numpy() > 0)
    durations = np.unique(lives["duration"].to_numpy()[ends])
    return durations, _at_risk(lives, durations), _ended(lives, durations)


def _at_risk(lives: pa.Table, durations: Floats) -> Floats:
    order = np.argsort(lives["duration"].to_numpy(), kind="stable")
    counts = lives["count"].to_numpy()[order].astype(np.float64)
    left = np.concatenate([np.cumsum(counts[::-1])[::-1], [0.0]])
    found: Floats = left[np.searchsorted(lives["duration"].to_numpy()[order], durations)]
    return found


def _ended(lives: pa.Table, durations: Floats) -> Floats:
    ends = lives["has_ended"].to_numpy(zero_copy_only=False)
    places = np.searchsorted(durations, lives["duration"].to_numpy()[ends])
    counts = lives["count"].to_numpy()[ends].astype(np.float64)
    return np.bincount(places, weights=counts, minlength=len(durations)).astype(np.float64)
