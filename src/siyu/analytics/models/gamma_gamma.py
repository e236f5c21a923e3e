"""Gamma-Gamma: what a customer spends in one purchase, told from the few that were seen.

Fader and Hardie (2013), "The Gamma-Gamma model of monetary value". A customer's purchases are
Gamma(p, nu); nu is Gamma(q, v) among customers. How much somebody spends is taken to say nothing
of how often she comes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from siyu.foundation.errors import BadInput

Floats = NDArray[np.float64]

SPENDINGS = pa.schema(
    [
        pa.field("repeats", pa.int64(), nullable=False),
        pa.field("average", pa.float64(), nullable=False),
        pa.field("customers", pa.int64(), nullable=False),
    ]
)
"""One row a kind of customer who came back. repeats: purchases after the first; average: what one
of those cost; customers: how many spent so."""


@dataclass(frozen=True)
class Parameters:
    """A fitted model; v is in the unit of money of the spendings."""

    p: float
    q: float
    v: float
    log_likelihood: float


def fit(*, spendings: pa.Table) -> Parameters:
    """Fit by maximum likelihood (eq. 1a of the paper) to grouped ``SPENDINGS``.

    Rows without repeats or of no money are left out. Raises BadInput where none is left.
    """
    x, z, weight = _columns(spendings)
    told = (x > 0) & (z > 0)
    x, z, weight = x[told], z[told], weight[told]
    if not weight.sum():
        raise BadInput("spendings", "Nobody paid for a second purchase, so nothing can be fitted.")
    scale = float(np.average(z, weights=weight))
    z = z / scale

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, gradient = _log_likelihood(np.exp(logs), x, z, weight)
        return -value, -gradient * np.exp(logs)

    found = minimize(
        loss, np.log([4.0, 4.0, 1.0]), jac=True, method="L-BFGS-B", bounds=[(-12.0, 12.0)] * 3
    )
    p, q, v = np.exp(found.x)
    return Parameters(
        p=float(p),
        q=float(q),
        v=float(v * scale),
        log_likelihood=-float(found.fun) - float(weight.sum()) * np.log(scale),
    )


def expected_average(*, parameters: Parameters, spendings: pa.Table) -> Floats:
    """What the next purchase of each kind of customer is expected to cost (eq. 5).

    Of somebody without repeats it is the mean of all customers. Needs q above 1.
    """
    x, z, _ = _columns(spendings)
    p = parameters
    return p.p * (p.v + x * z) / (p.p * x + p.q - 1)


def _columns(spendings: pa.Table) -> tuple[Floats, Floats, Floats]:
    x, z, weight = (
        spendings[name].to_numpy().astype(np.float64)
        for name in ("repeats", "average", "customers")
    )
    return x, z, weight


def _log_likelihood(
    parameters: Floats, x: Floats, z: Floats, weight: Floats
) -> tuple[float, Floats]:
    """The log-likelihood and its gradient by p, q, v."""
    p, q, v = parameters
    total = v + x * z
    value = (
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(v)
        + (p * x - 1) * np.log(z)
        + p * x * np.log(x)
        - (p * x + q) * np.log(total)
    )
    by_p = x * (digamma(p * x + q) - digamma(p * x) + np.log(z) + np.log(x) - np.log(total))
    by_q = digamma(p * x + q) - digamma(q) + np.log(v) - np.log(total)
    by_v = q / v - (p * x + q) / total
    gradient = np.array([(weight * each).sum() for each in (by_p, by_q, by_v)])
    return float((weight * value).sum()), gradient
