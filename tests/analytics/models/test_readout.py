"""Read-outs: an effect that is none is seldom found, one that was planted lies in the interval."""

from __future__ import annotations

import numpy as np
import pytest

from siyu.analytics.models.readout import (
    Arm,
    compare_daily,
    compare_means,
    compare_shares,
    compare_shares_by_score,
    days_until_told,
    error_variance,
    pooled_shares,
)
from siyu.foundation.errors import BadInput

TRIALS, DAILY_TRIALS = 10_000, 1_000
TREATED, CONTROL = 9_000, 1_000
BASE = 0.10


def arms(seed: int, effect: float) -> list[tuple[Arm, Arm]]:
    """Simulated tasks: nine of ten issued, one held."""
    random = np.random.default_rng(seed)
    issued = random.binomial(TREATED, BASE + effect, TRIALS)
    held = random.binomial(CONTROL, BASE, TRIALS)
    return [
        (Arm.of_share(size=TREATED, successes=int(i)), Arm.of_share(size=CONTROL, successes=int(h)))
        for i, h in zip(issued, held, strict=True)
    ]


def test_without_an_effect_one_in_twenty_is_found():
    found = [compare_shares(treated=t, control=c).p < 0.05 for t, c in arms(1, 0.0)]
    assert 0.03 <= np.mean(found) <= 0.07


def test_a_planted_effect_lies_in_the_interval():
    found = [compare_shares(treated=t, control=c) for t, c in arms(2, 0.03)]
    assert 0.93 <= np.mean([each.low <= 0.03 <= each.high for each in found]) <= 0.97


def daily(seed: int, effect: float, days: int = 28) -> np.ndarray:
    """p of every day of every trial, by the daily test; a few hundred tasks come each day."""
    random = np.random.default_rng(seed)
    treated, control = 270, 30
    issued = random.binomial(treated, BASE + effect, (DAILY_TRIALS, days)).cumsum(axis=1)
    held = random.binomial(control, BASE, (DAILY_TRIALS, days)).cumsum(axis=1)
    final = BASE * (1 - BASE) * (1 / (treated * days) + 1 / (control * days))
    return np.array(
        [
            [
                compare_daily(
                    treated=Arm.of_share(size=treated * (k + 1), successes=int(i)),
                    control=Arm.of_share(size=control * (k + 1), successes=int(h)),
                    final_variance=final,
                ).p
                for k, (i, h) in enumerate(zip(trial_i, trial_h, strict=True))
                if k >= 6
            ]
            for trial_i, trial_h in zip(issued, held, strict=True)
        ]
    )


def test_looking_every_day_finds_no_more_than_it_may():
    p = daily(3, 0.0)
    assert np.mean((p < 0.05).any(axis=1)) <= 0.07


def test_looking_every_day_at_the_usual_p_would_find_far_more():
    """That is why there is another one."""
    random = np.random.default_rng(4)
    days, treated, control = 28, 270, 30
    issued = random.binomial(treated, BASE, (DAILY_TRIALS, days)).cumsum(axis=1)
    held = random.binomial(control, BASE, (DAILY_TRIALS, days)).cumsum(axis=1)
    wrong = 0
    for trial_i, trial_h in zip(issued, held, strict=True):
        wrong += any(
            compare_shares(
                treated=Arm.of_share(size=treated * (k + 1), successes=int(trial_i[k])),
                control=Arm.of_share(size=control * (k + 1), successes=int(trial_h[k])),
            ).p
            < 0.05
            for k in range(6, days)
        )
    assert wrong / DAILY_TRIALS > 0.12


def test_looking_every_day_finds_what_is_there():
    assert np.mean((daily(5, 0.05) < 0.05).any(axis=1)) > 0.5


def test_the_days_that_are_still_needed():
    treated = Arm.of_share(size=900, successes=117)
    control = Arm.of_share(size=100, successes=10)
    final = error_variance(treated=treated, control=control) / 10
    told = {"treated": treated, "control": control, "final_variance": final, "days_so_far": 7}
    more = days_until_told(**told)
    assert more is not None
    assert more > 7
    assert days_until_told(**told, most_days=more - 1) is None
    same = Arm.of_share(size=900, successes=90)
    assert days_until_told(**(told | {"treated": same})) is None
    clear = Arm.of_share(size=900, successes=450)
    assert days_until_told(**(told | {"treated": clear})) == 0


def test_equal_outcomes_tell_nothing():
    nobody = Arm.of_share(size=50, successes=0)
    shares = compare_shares(treated=nobody, control=nobody)
    assert (shares.difference, shares.statistic, shares.p) == (0.0, 0.0, 1.0)
    assert compare_means(treated=nobody, control=nobody).p == 1.0
    assert compare_daily(treated=nobody, control=nobody, final_variance=0.01).p == 1.0


def test_empty_arms_are_refused():
    some, none = Arm.of_share(size=10, successes=1), Arm.of_share(size=0, successes=0)
    for compare in (compare_shares, compare_means):
        with pytest.raises(BadInput):
            compare(treated=some, control=none)
    with pytest.raises(BadInput):
        compare_daily(treated=some, control=some, final_variance=0.0)


def few_a_day(seed: int, draws: int, share: float, days: int = 90) -> list[bool]:
    """Whether a look on any of the days leaves out 0: few draws, a tenth held, no effect."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(200):
        held = random.binomial(1, 0.1, (days, draws)).sum(axis=1)
        sizes = np.stack([draws - held, held]).cumsum(axis=1)
        bought = np.stack([random.binomial(draws - held, share), random.binomial(held, share)])
        bought = bought.cumsum(axis=1)
        told = False
        for day in range(days):
            if sizes[:, day].min() < 2:
                continue
            treated, control = pooled_shares(
                treated=Arm.of_share(size=int(sizes[0, day]), successes=int(bought[0, day])),
                control=Arm.of_share(size=int(sizes[1, day]), successes=int(bought[1, day])),
            )
            variance = error_variance(treated=treated, control=control)
            if variance:
                seen = compare_daily(
                    treated=treated, control=control, final_variance=variance * (day + 1) / days
                )
                told = told or seen.low > 0 or seen.high < 0
        found.append(told)
    return found


@pytest.mark.parametrize(("draws", "share"), [(15, 0.03), (10, 0.05), (10, 0.10)])
def test_an_arm_in_which_nobody_has_bought_yet_is_not_known_for_sure(draws: int, share: float):
    assert np.mean(few_a_day(7, draws, share)) <= 0.07


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090)],
)
def test_the_score_interval_is_newcombes(
    treated: tuple[int, int], control: tuple[int, int], low: float, high: float
):
    """Newcombe (1998), table II, method 10."""
    arms = [Arm.of_share(size=size, successes=bought) for bought, size in (treated, control)]
    found = compare_shares_by_score(treated=arms[0], control=arms[1])
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_the_score_interval_agrees_with_p_where_one_arm_has_no_buyer():
    arms = [Arm.of_share(size=size, successes=bought) for bought, size in ((16, 540), (0, 60))]
    found = compare_shares_by_score(treated=arms[0], control=arms[1])
    assert found.p > 0.05
    assert found.low < 0 < found.high
