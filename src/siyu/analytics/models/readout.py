"""What a treatment added: all who were issued a task against all for whom one was held.

Who did the task and who did not count alike, since comparing only those contacted compares
diligent sellers with others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from scipy.special import lambertw
from scipy.stats import norm
from scipy.stats import t as student

from siyu.foundation.errors import BadInput

ALPHA = 0.05


@dataclass(frozen=True)
class Arm:
    """What is needed of one arm: its size, and the mean and variance of an outcome in it.

    The variance is the unbiased one (n - 1).
    """

    size: int
    mean: float
    variance: float

    @staticmethod
    def of_share(*, size: int, successes: int) -> Arm:
        """The arm of an outcome that happens or does not."""
        share = successes / size if size else 0.0
        return Arm(size, share, share * (1 - share) * size / max(size - 1, 1))


@dataclass(frozen=True)
class Difference:
    """Treated minus control, with its confidence interval, test statistic and p-value."""

    difference: float
    low: float
    high: float
    statistic: float
    p: float


def compare_shares(*, treated: Arm, control: Arm, alpha: float = ALPHA) -> Difference:
    """Two shares: the z-test with the pooled share, and Wald's interval with each arm's own.

    Source: Fleiss, Levin and Paik (2003), "Statistical methods for rates and proportions",
    section 3. Raises BadInput for an empty arm.
    """
    _require(treated, control)
    total = treated.size + control.size
    pooled = (treated.mean * treated.size + control.mean * control.size) / total
    difference = treated.mean - control.mean
    by_chance = math.sqrt(pooled * (1 - pooled) * (1 / treated.size + 1 / control.size))
    z = difference / by_chance if by_chance else 0.0
    own = sum(arm.mean * (1 - arm.mean) / arm.size for arm in (treated, control))
    half = norm.ppf(1 - alpha / 2) * math.sqrt(own)
    return Difference(difference, difference - half, difference + half, z, 2 * norm.sf(abs(z)))


def compare_shares_by_score(*, treated: Arm, control: Arm, alpha: float = ALPHA) -> Difference:
    """As `compare_shares`, with an interval that holds for small arms and shares near 0 too.

    Source: Newcombe (1998), "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17, method 10, from Wilson's intervals.
    """
    found = compare_shares(treated=treated, control=control, alpha=alpha)
    (low_1, high_1), (low_2, high_2) = (_wilson(arm, alpha) for arm in (treated, control))
    down = math.hypot(treated.mean - low_1, high_2 - control.mean)
    up = math.hypot(high_1 - treated.mean, control.mean - low_2)
    difference = found.difference
    return replace(found, low=difference - down, high=difference + up)


def pooled_shares(*, treated: Arm, control: Arm) -> tuple[Arm, Arm]:
    """Both arms with the variance of the share of both together.

    Where an effect is looked for day by day, an arm in which nobody has bought yet would
    otherwise seem to be known for sure.
    """
    total = treated.size + control.size
    share = (treated.mean * treated.size + control.mean * control.size) / total
    variance = share * (1 - share) * total / max(total - 1, 1)
    return replace(treated, variance=variance), replace(control, variance=variance)


def _wilson(arm: Arm, alpha: float) -> tuple[float, float]:
    z2 = float(norm.ppf(1 - alpha / 2)) ** 2
    middle = (arm.mean + z2 / (2 * arm.size)) / (1 + z2 / arm.size)
    spread = arm.mean * (1 - arm.mean) / arm.size + z2 / (4 * arm.size**2)
    half = math.sqrt(z2 * spread) / (1 + z2 / arm.size)
    return middle - half, middle + half


def compare_means(*, treated: Arm, control: Arm, alpha: float = ALPHA) -> Difference:
    """Two means with unequal variances: Welch's t-test (Welch, 1947) and its interval.

    Raises BadInput for an arm of fewer than two.
    """
    _require(treated, control, least=2)
    variance = error_variance(treated=treated, control=control)
    difference = treated.mean - control.mean
    if not variance:
        return Difference(difference, difference, difference, 0.0, 1.0)
    parts = [(arm.variance / arm.size) ** 2 / (arm.size - 1) for arm in (treated, control)]
    degrees = variance**2 / sum(parts)
    statistic = difference / math.sqrt(variance)
    half = student.ppf(1 - alpha / 2, degrees) * math.sqrt(variance)
    p = 2 * student.sf(abs(statistic), degrees)
    return Difference(difference, difference - half, difference + half, statistic, p)


def error_variance(*, treated: Arm, control: Arm) -> float:
    """The variance of the difference of two means."""
    return sum(arm.variance / arm.size for arm in (treated, control))


def compare_daily(
    *, treated: Arm, control: Arm, final_variance: float, alpha: float = ALPHA
) -> Difference:
    """Two means, with an interval and a p-value that hold however often one looks.

    The mixture sequential test of Johari, Pekelis and Walsh (2022), "Always valid inference",
    with a normal mixture that is narrowest when the variance of the difference has come down to
    ``final_variance``, that of the planned horizon. ``statistic`` is the likelihood ratio.
    Raises BadInput for an arm of fewer than two, or a final variance that is not above 0.
    """
    _require(treated, control, least=2)
    if final_variance <= 0:
        raise BadInput("final_variance", "The variance at the horizon must be above 0.")
    variance = error_variance(treated=treated, control=control)
    difference = treated.mean - control.mean
    if not variance:
        return Difference(difference, -math.inf, math.inf, 1.0, 1.0)
    mixture = final_variance * _best_mixture(alpha)
    ratio = _likelihood_ratio(difference, variance, mixture)
    half = always_valid_half_width(variance=variance, mixture=mixture, alpha=alpha)
    p = min(1.0, 1 / ratio) if ratio else 1.0
    return Difference(difference, difference - half, difference + half, ratio, p)


def always_valid_half_width(*, variance: float, mixture: float, alpha: float = ALPHA) -> float:
    """Half the width of the interval that holds at every look."""
    whole = variance + mixture
    inside = 2 * math.log(1 / alpha) + math.log(whole / variance)
    return math.sqrt(variance * whole / mixture * inside)


def days_until_told(
    *,
    treated: Arm,
    control: Arm,
    final_variance: float,
    days_so_far: int,
    alpha: float = ALPHA,
    most_days: int = 365,
) -> int | None:
    """Days more until the daily interval leaves out 0, if the difference stays as it is.

    Both arms are taken to grow as fast as until now. 0 where it is told already, None where
    ``most_days`` are not enough.
    """
    variance = error_variance(treated=treated, control=control)
    difference = abs(treated.mean - control.mean)
    mixture = final_variance * _best_mixture(alpha)
    for more in range(most_days + 1):
        then = variance * days_so_far / (days_so_far + more)
        if then and always_valid_half_width(variance=then, mixture=mixture, alpha=alpha) < (
            difference
        ):
            return more
    return None


def _likelihood_ratio(difference: float, variance: float, mixture: float) -> float:
    whole = variance + mixture
    exponent = mixture * difference**2 / (2 * variance * whole)
    return math.exp(min(exponent + math.log(variance / whole) / 2, 700.0))


def _best_mixture(alpha: float) -> float:
    """Mixture variance by final variance that makes the final interval narrowest.

    The minimum of `always_valid_half_width` over the mixture: -W(-alpha^2 / e) - 1 with the
    lower branch of Lambert's W.
    """
    return float(-lambertw(-(alpha**2) / math.e, k=-1).real) - 1


def _require(*arms: Arm, least: int = 1) -> None:
    if any(arm.size < least for arm in arms):
        raise BadInput("arms", "Both arms need {least} customers or more.", least=least)
