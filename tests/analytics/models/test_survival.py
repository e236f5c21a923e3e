"""Survival curves against counting by hand, and what a band and a test must do."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from siyu.analytics.models.survival import LIVES, kaplan_meier, log_rank, median_of
from siyu.foundation.errors import BadInput


def lives(*rows: tuple[float, bool, int]) -> pa.Table:
    return pa.Table.from_pylist(
        [dict(zip(LIVES.names, row, strict=True)) for row in rows], schema=LIVES
    )


def drawn(seed: int, mean_days: float, count: int = 400) -> pa.Table:
    random = np.random.default_rng(seed)
    ends, seen = random.exponential(mean_days, count), random.uniform(20, 200, count)
    return lives(*((float(min(e, s)), bool(e <= s), 1) for e, s in zip(ends, seen, strict=True)))


def test_a_curve_counted_by_hand():
    curve = kaplan_meier(lives=lives((3, True, 1), (5, False, 2), (7, True, 2), (9, False, 1)))
    assert curve["duration"].to_pylist() == [3, 7]
    assert curve["at_risk"].to_pylist() == [6, 3]
    assert curve["ended"].to_pylist() == [1, 2]
    assert curve["survival"].to_pylist() == pytest.approx([5 / 6, 5 / 6 / 3])
    assert median_of(curve=curve) == 7


def test_rows_of_many_are_many_rows():
    together = kaplan_meier(lives=lives((3, True, 3), (4, False, 2)))
    apart = kaplan_meier(lives=lives(*[(3, True, 1)] * 3, *[(4, False, 1)] * 2))
    assert together.equals(apart)


def test_the_band_holds_the_curve_and_narrows_with_numbers():
    few, many = kaplan_meier(lives=drawn(1, 80, 60)), kaplan_meier(lives=drawn(1, 80, 6_000))
    for curve in (few, many):
        for low, survival, high in zip(
            *(curve[name].to_pylist() for name in ("low", "survival", "high")), strict=True
        ):
            assert 0 <= low <= survival <= high <= 1
    assert many["high"][-1].as_py() - many["low"][-1].as_py() < 0.1


def test_the_band_covers_the_truth_nineteen_times_in_twenty():
    hits = []
    for seed in range(300):
        curve = kaplan_meier(lives=drawn(seed, 80, 200))
        place = int(np.searchsorted(curve["duration"].to_numpy(), 50, side="right")) - 1
        hits.append(curve["low"][place].as_py() <= np.exp(-50 / 80) <= curve["high"][place].as_py())
    assert 0.92 <= np.mean(hits) <= 0.98


def test_kinds_that_differ_are_told_apart_and_those_that_do_not_are_not():
    assert log_rank(kinds={"a": drawn(1, 60), "b": drawn(2, 120)}).p < 0.001
    wrong = [
        log_rank(kinds={k: drawn(10 * seed + n, 80, 100) for n, k in enumerate("abc")}).p < 0.05
        for seed in range(1, 301)
    ]
    assert np.mean(wrong) < 0.09


def test_what_all_outlive_has_no_median():
    curve = kaplan_meier(lives=lives((3, True, 1), (9, False, 9)))
    assert median_of(curve=curve) is None


def test_what_nobody_outlives_ends_at_nothing():
    curve = kaplan_meier(lives=lives((3, True, 1), (9, True, 1)))
    assert curve.to_pylist()[-1] | {"duration": 9.0} == {
        "duration": 9.0,
        "at_risk": 1,
        "ended": 1,
        "survival": 0.0,
        "low": 0.0,
        "high": 0.0,
    }


def test_what_cannot_be_told_is_refused():
    with pytest.raises(BadInput):
        kaplan_meier(lives=lives())
    with pytest.raises(BadInput):
        log_rank(kinds={"a": lives((3, True, 1))})
    with pytest.raises(BadInput):
        log_rank(kinds={"a": lives((3, False, 1)), "b": lives((4, False, 2))})
