"""Gamma-Gamma: recovered from customers who were drawn from it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import check_grad

from siyu.analytics.models import gamma_gamma
from siyu.foundation.errors import BadInput

P, Q, V = 6.0, 4.0, 15.0


@pytest.fixture(scope="module")
def crowd() -> pa.Table:
    random = np.random.default_rng(3)
    repeats = random.integers(0, 6, 20_000)
    rates = random.gamma(Q, 1 / V, len(repeats))
    average = random.gamma(P * np.maximum(repeats, 1), 1 / (rates * np.maximum(repeats, 1)))
    columns = (repeats, np.where(repeats > 0, average, 0.0), np.ones(len(repeats), dtype=np.int64))
    return pa.table(
        dict(zip(gamma_gamma.SPENDINGS.names, columns, strict=True)), schema=gamma_gamma.SPENDINGS
    )


def test_what_customers_were_drawn_from_is_found_again(crowd: pa.Table):
    found = gamma_gamma.fit(spendings=crowd)
    assert (found.p, found.q, found.v) == pytest.approx((P, Q, V), rel=0.12)
    mean = found.p * found.v / (found.q - 1)
    assert mean == pytest.approx(P * V / (Q - 1), rel=0.02)


def test_the_gradient_is_that_of_the_likelihood(crowd: pa.Table):
    x, z, weight = gamma_gamma._columns(crowd.slice(0, 500))
    told = x > 0
    columns = x[told], z[told], weight[told]
    error = check_grad(
        lambda p: gamma_gamma._log_likelihood(p, *columns)[0],
        lambda p: gamma_gamma._log_likelihood(p, *columns)[1],
        np.array([5.0, 3.0, 12.0]),
    )
    assert error < 1e-3


def test_the_less_is_known_of_somebody_the_nearer_she_is_to_all(crowd: pa.Table):
    found = gamma_gamma.fit(spendings=crowd)
    mean = found.p * found.v / (found.q - 1)
    rows = [{"repeats": n, "average": 3 * mean, "customers": 1} for n in (0, 1, 3, 50)]
    table = pa.Table.from_pylist(rows, schema=gamma_gamma.SPENDINGS)
    expected = gamma_gamma.expected_average(parameters=found, spendings=table)
    assert expected[0] == pytest.approx(mean)
    assert mean < expected[1] < expected[2] < expected[3] < 3 * mean


def test_where_nobody_paid_again_it_says_so():
    rows = [{"repeats": 0, "average": 0.0, "customers": 9}]
    with pytest.raises(BadInput, match="second purchase"):
        gamma_gamma.fit(spendings=pa.Table.from_pylist(rows, schema=gamma_gamma.SPENDINGS))
