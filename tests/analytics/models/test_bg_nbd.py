"""BG/NBD: recovered from customers who were drawn from it, and against the published CDNOW fit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import check_grad

from siyu.analytics.models import bg_nbd
from siyu.foundation.errors import BadInput

R, ALPHA, A, B = 0.6, 5.0, 0.9, 2.5


def drawn(customers: int, seed: int = 1) -> pa.Table:
    """Histories of customers who behave as the model says, seen for 30 to 60 weeks."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(customers):
        rate, stops = random.gamma(R, 1 / ALPHA), random.beta(A, B)
        age = random.uniform(30, 60)
        last, repeats = 0.0, 0
        while (following := last + random.exponential(1 / rate)) < age:
            last, repeats = following, repeats + 1
            if random.random() < stops:
                break
        rows.append({"repeats": repeats, "recency": last, "age": age, "customers": 1})
    return pa.Table.from_pylist(rows, schema=bg_nbd.HISTORIES)


@pytest.fixture(scope="module")
def crowd() -> pa.Table:
    return drawn(30_000)


@pytest.fixture(scope="module")
def fitted(crowd: pa.Table) -> bg_nbd.Parameters:
    return bg_nbd.fit(histories=crowd)


def test_what_customers_were_drawn_from_is_found_again(fitted: bg_nbd.Parameters):
    assert fitted.r == pytest.approx(R, rel=0.05)
    assert fitted.alpha == pytest.approx(ALPHA, rel=0.08)
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(A / (A + B), rel=0.05)


def test_grouped_customers_are_the_same_customers():
    rows = [
        {"repeats": 0, "recency": 0.0, "age": 20.0, "customers": 40},
        {"repeats": 2, "recency": 7.0, "age": 20.0, "customers": 25},
        {"repeats": 5, "recency": 18.0, "age": 30.0, "customers": 10},
    ]
    grouped = pa.Table.from_pylist(rows, schema=bg_nbd.HISTORIES)
    alone = [row | {"customers": 1} for row in rows for _ in range(row["customers"])]
    single = pa.Table.from_pylist(alone, schema=bg_nbd.HISTORIES)
    one, other = bg_nbd.fit(histories=grouped), bg_nbd.fit(histories=single)
    assert one.log_likelihood == pytest.approx(other.log_likelihood)
    assert one.r == pytest.approx(other.r, rel=1e-3)


def test_the_unit_of_time_changes_alpha_only(crowd: pa.Table, fitted: bg_nbd.Parameters):
    columns = crowd.to_pydict()
    days = {name: [7 * value for value in columns[name]] for name in ("recency", "age")}
    in_days = bg_nbd.fit(histories=pa.table(columns | days, schema=bg_nbd.HISTORIES))
    for name in ("r", "a", "b"):
        assert getattr(in_days, name) == pytest.approx(getattr(fitted, name), rel=1e-3)
    assert in_days.alpha == pytest.approx(7 * fitted.alpha, rel=1e-3)
    repeats = sum(columns["repeats"])
    shifted = fitted.log_likelihood - repeats * np.log(7)
    assert in_days.log_likelihood == pytest.approx(shifted, rel=1e-6)


def test_the_gradient_is_that_of_the_likelihood(crowd: pa.Table):
    columns = bg_nbd._columns(crowd.slice(0, 500))
    point = np.array([0.4, 4.0, 0.7, 2.0])
    error = check_grad(
        lambda p: bg_nbd._log_likelihood(p, *columns)[0],
        lambda p: bg_nbd._log_likelihood(p, *columns)[1],
        point,
    )
    assert error < 1e-3


def test_who_never_came_back_is_alive_and_who_came_lately_more_likely(fitted: bg_nbd.Parameters):
    rows = [(0, 0.0, 40.0), (4, 39.0, 40.0), (4, 20.0, 40.0), (4, 5.0, 40.0)]
    table = pa.Table.from_pylist(
        [dict(zip(bg_nbd.HISTORIES.names, (*row, 1), strict=True)) for row in rows],
        schema=bg_nbd.HISTORIES,
    )
    chances = bg_nbd.alive(parameters=fitted, histories=table)
    assert chances[0] == 1
    assert 1 > chances[1] > chances[2] > chances[3] > 0
    soon = bg_nbd.expected(parameters=fitted, histories=table, within=4.0)
    late = bg_nbd.expected(parameters=fitted, histories=table, within=12.0)
    assert (soon > 0).all()
    assert (soon < late).all()
    assert soon[1] > soon[2] > soon[3]


def test_what_is_expected_of_the_crowd_is_what_it_did(crowd: pa.Table, fitted: bg_nbd.Parameters):
    seen = np.mean(
        [
            row["repeats"] - bg_nbd.expected_of_new(parameters=fitted, within=row["age"])
            for row in crowd.to_pylist()[:3_000]
        ]
    )
    assert abs(seen) < 0.15


def test_where_nobody_came_back_it_says_so():
    rows = [{"repeats": 0, "recency": 0.0, "age": 20.0, "customers": 40}]
    with pytest.raises(BadInput, match="second time"):
        bg_nbd.fit(histories=pa.Table.from_pylist(rows, schema=bg_nbd.HISTORIES))
