"""Why a figure moved: the change of a product of factors, split among them.

Each factor gets its Shapley value (Shapley, 1953, "A value for n-person games"; used so by
Albrecht, Francois and Schoors, 2002, "A Shapley decomposition of carbon emissions without
residuals"): its effect averaged over all orders in which the factors could have moved. So the
split does not depend on an order, copes with zeros, and its parts add up to the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial, floor, prod

from siyu.foundation.errors import BadInput


def shares_of_change(*, before: Sequence[int], after: Sequence[int]) -> list[int]:
    """What each step of a chain contributes to the change of its last amount, in its units.

    A chain goes from the widest count to the figure itself, such as sellers, buyers, orders,
    fen; its factors are the first count and the ratio of each other one to the one before it.
    A ratio to 0 is unknown and taken to be as in the other period, so a change goes to the
    factor that fell to 0 or rose from it. The parts are integers and add up exactly.

    Raises BadInput for chains of different lengths, and where an amount stands on a count of 0.
    """
    if len(before) != len(after) or not before:
        raise BadInput("chain", "Both periods need the same factors, one at least.")
    old, new = _factors(before, after)
    exact = [_shapley(old, new, place) for place in range(len(old))]
    return _whole_parts(exact, total=after[-1] - before[-1])


def _factors(before: Sequence[int], after: Sequence[int]) -> tuple[list[Fraction], list[Fraction]]:
    old, new = [Fraction(before[0])], [Fraction(after[0])]
    for place in range(1, len(before)):
        was = _ratio(before[place], before[place - 1])
        now = _ratio(after[place], after[place - 1])
        # Unknown in both periods: any number will do, for it is multiplied by nothing.
        known = next((each for each in (was, now) if each is not None), Fraction(0))
        old.append(known if was is None else was)
        new.append(known if now is None else now)
    return old, new


def _ratio(part: int, whole: int) -> Fraction | None:
    if not whole and part:
        raise BadInput("chain", "{part} cannot come from a count of 0.", part=part)
    return Fraction(part, whole) if whole else None


def _shapley(old: list[Fraction], new: list[Fraction], place: int) -> Fraction:
    others = [each for each in range(len(old)) if each != place]
    value = Fraction(0)
    for size in range(len(others) + 1):
        weight = Fraction(factorial(size) * factorial(len(others) - size), factorial(len(old)))
        for moved in combinations(others, size):
            rest = prod((new[k] if k in moved else old[k] for k in others), start=Fraction(1))
            value += weight * (new[place] - old[place]) * rest
    return value


def _whole_parts(exact: list[Fraction], *, total: int) -> list[int]:
    """Integers next to the exact parts that add up to their total: the largest remainders up."""
    parts = [floor(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda k: (parts[k] - exact[k], k))
    for k in by_remainder[: total - sum(parts)]:
        parts[k] += 1
    return parts
