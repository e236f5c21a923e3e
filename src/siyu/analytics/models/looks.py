"""One look at a trial: the sums of two arms, and what they tell before the plan is over and after.

Until then the interval holds however often one looks; afterwards the trial is read once.
"""

from __future__ import annotations

from dataclasses import dataclass

from siyu.analytics.models import readout
from siyu.analytics.models.readout import ALPHA, Arm, Difference

_LEAST = 2
# The spend of few buyers says nothing of how far spends lie apart.
_LEAST_BUYERS = 10
Arms = tuple[Arm, Arm]


@dataclass(frozen=True)
class Sums:
    """What the customers of an arm did together; ``squares`` are of each one's spend."""

    customers: int = 0
    buyers: int = 0
    spend: int = 0
    squares: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.customers + other.customers,
            self.buyers + other.buyers,
            self.spend + other.spend,
            self.squares + other.squares,
        )


@dataclass(frozen=True)
class Look:
    """When one looks: days so far of those planned, and the error that the interval may have."""

    days_so_far: int
    planned_days: int
    is_final: bool = False
    alpha: float = ALPHA


def shares(*, treated: Sums, control: Sums) -> Arms | None:
    """The shares of buyers; None where an arm has fewer than two customers."""
    if min(treated.customers, control.customers) < _LEAST:
        return None
    one, other = (
        Arm.of_share(size=each.customers, successes=each.buyers) for each in (treated, control)
    )
    return readout.pooled_shares(treated=one, control=other)


def amounts(*, treated: Sums, control: Sums) -> Arms | None:
    """The mean spends; None where an arm has fewer than ten buyers."""
    if min(treated.buyers, control.buyers) < _LEAST_BUYERS:
        return None
    return _amount(treated), _amount(control)


def difference_of(*, arms: Arms | None, look: Look, of_shares: bool) -> Difference | None:
    """The difference of two arms with the interval that holds at this look; None without arms."""
    if arms is None:
        return None
    treated, control = arms
    if look.is_final:
        compare = readout.compare_shares_by_score if of_shares else readout.compare_means
        return compare(treated=treated, control=control, alpha=look.alpha)
    final = _final_variance(arms, look)
    if not final:
        return None
    return readout.compare_daily(
        treated=treated, control=control, final_variance=final, alpha=look.alpha
    )


def days_more(*, arms: Arms | None, look: Look) -> int | None:
    """How long until the difference is told, as `readout.days_until_told` says."""
    final = _final_variance(arms, look) if arms else 0.0
    if arms is None or not final:
        return None
    return readout.days_until_told(
        treated=arms[0],
        control=arms[1],
        final_variance=final,
        days_so_far=look.days_so_far,
        alpha=look.alpha,
    )


def _amount(sums: Sums) -> Arm:
    mean = sums.spend / sums.customers
    above = max(sums.squares - sums.customers * mean**2, 0.0)
    return Arm(sums.customers, mean, above / (sums.customers - 1))


def _final_variance(arms: Arms, look: Look) -> float:
    """The variance of the difference when the plan is over, both arms growing as until now."""
    now = readout.error_variance(treated=arms[0], control=arms[1])
    return now * look.days_so_far / max(look.planned_days, look.days_so_far)
