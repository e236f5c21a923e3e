"""BG/NBD: how often customers come while they are alive, and when they stop coming.

Fader, Hardie and Lee (2005), "Counting your customers the easy way: an alternative to the
Pareto/NBD model", Marketing Science 24(2). While alive, a customer comes as a Poisson process;
rates are Gamma(r, alpha) among customers. After each purchase she stops for good with a chance
that is Beta(a, b) among customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, hyp2f1

from siyu.foundation.errors import BadInput

Floats = NDArray[np.float64]

HISTORIES = pa.schema(
    [
        pa.field("repeats", pa.int64(), nullable=False),
        pa.field("recency", pa.float64(), nullable=False),
        pa.field("age", pa.float64(), nullable=False),
        pa.field("customers", pa.int64(), nullable=False),
    ]
)
"""One row a kind of history. repeats: purchases after the first; recency: time from the first to
the last one; age: time from the first one until now; customers: how many have this history."""

_STARTS = ((1.0, 10.0, 1.0, 2.0), (0.3, 3.0, 0.5, 1.5), (2.0, 30.0, 0.2, 3.0))


@dataclass(frozen=True)
class Parameters:
    """A fitted model; alpha is in the unit of time of the histories."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float


def fit(*, histories: pa.Table, start: Parameters | None = None) -> Parameters:
    """Fit by maximum likelihood (eq. 6 of the paper) to grouped ``HISTORIES``.

    The search begins at ``start``, an earlier fit of the same customers, or at several places.

    Raises BadInput where nobody came back, since nothing tells the rate then.
    """
    x, t_x, age, weight = _columns(histories)
    if not (weight * (x > 0)).sum():
        raise BadInput("histories", "Nobody bought a second time, so there is nothing to fit.")

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, gradient = _log_likelihood(np.exp(logs), x, t_x, age, weight)
        return -value, -gradient * np.exp(logs)

    # A time scale near 1 keeps the search well conditioned; only alpha depends on it.
    scale = float(np.average(age, weights=weight)) / 10
    t_x, age = t_x / scale, age / scale
    places = [(start.r, start.alpha / scale, start.a, start.b)] if start else _STARTS
    bounds = [(-12.0, 12.0)] * 4
    found = min(
        (
            minimize(loss, np.log(place), jac=True, method="L-BFGS-B", bounds=bounds)
            for place in places
        ),
        key=lambda result: float(result.fun),
    )
    r, alpha, a, b = np.exp(found.x)
    # A density of times in units of `scale`: every repeat brings its unit back.
    back = float((weight * x).sum()) * np.log(scale)
    return Parameters(
        r=float(r),
        alpha=float(alpha * scale),
        a=float(a),
        b=float(b),
        log_likelihood=-float(found.fun) - back,
    )


def alive(*, parameters: Parameters, histories: pa.Table) -> Floats:
    """The chance that a customer of each history still comes."""
    x, t_x, age, _ = _columns(histories)
    return 1 / (1 + _stopped_odds(parameters, x, t_x, age))


def expected(*, parameters: Parameters, histories: pa.Table, within: float) -> Floats:
    """Purchases expected of a customer of each history in a time to come (eq. 10)."""
    x, t_x, age, _ = _columns(histories)
    p = parameters
    alpha, a, b = p.alpha, p.a, p.b
    z = within / (alpha + age + within)
    shrunk = np.exp((p.r + x) * (np.log(alpha + age) - np.log(alpha + age + within)))
    share = 1 - shrunk * hyp2f1(p.r + x, b + x, a + b + x - 1, z)
    found: Floats = (a + b + x - 1) / (a - 1) * share / (1 + _stopped_odds(p, x, t_x, age))
    return found


def expected_of_new(*, parameters: Parameters, within: float) -> float:
    """Purchases expected of anybody within a time after her first one (eq. 9)."""
    p = parameters
    shrunk = (p.alpha / (p.alpha + within)) ** p.r
    series = hyp2f1(p.r, p.b, p.a + p.b - 1, within / (p.alpha + within))
    return float((p.a + p.b - 1) / (p.a - 1) * (1 - shrunk * series))


def _columns(histories: pa.Table) -> tuple[Floats, Floats, Floats, Floats]:
    x, t_x, age, weight = (
        histories[name].to_numpy().astype(np.float64)
        for name in ("repeats", "recency", "age", "customers")
    )
    return x, t_x, age, weight


def _stopped_odds(p: Parameters, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """Odds that she stopped after her last purchase; none stop before a repeat."""
    came_back = x > 0
    later = np.where(came_back, p.b + x - 1, 1.0)
    odds = p.a / later * np.exp((p.r + x) * (np.log(p.alpha + age) - np.log(p.alpha + t_x)))
    return np.where(came_back, odds, 0.0)


def _log_likelihood(
    parameters: Floats, x: Floats, t_x: Floats, age: Floats, weight: Floats
) -> tuple[float, Floats]:
    """The log-likelihood and its gradient by r, alpha, a, b."""
    r, alpha, a, b = parameters
    came_back = x > 0
    later = np.where(came_back, b + x - 1, 1.0)
    still = -(r + x) * np.log(alpha + age)
    gone = np.where(came_back, np.log(a) - np.log(later) - (r + x) * np.log(alpha + t_x), -np.inf)
    either = np.logaddexp(still, gone)
    is_still = np.exp(still - either)
    is_gone = 1 - is_still
    value = (
        gammaln(r + x)
        - gammaln(r)
        + r * np.log(alpha)
        + gammaln(a + b)
        + gammaln(b + x)
        - gammaln(b)
        - gammaln(a + b + x)
        + either
    )
    by_r = (
        digamma(r + x)
        - digamma(r)
        + np.log(alpha)
        - is_still * np.log(alpha + age)
        - is_gone * np.log(alpha + t_x)
    )
    by_alpha = r / alpha - (r + x) * (is_still / (alpha + age) + is_gone / (alpha + t_x))
    both = digamma(a + b) - digamma(a + b + x)
    by_a = both + is_gone / a
    by_b = both + digamma(b + x) - digamma(b) - is_gone / later
    gradient = np.array([(weight * each).sum() for each in (by_r, by_alpha, by_a, by_b)])
    return float((weight * value).sum()), gradient
