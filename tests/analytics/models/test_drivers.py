"""The split of a change: exact, without an order, and right where the answer is plain."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.analytics.models.drivers import shares_of_change
from siyu.foundation.errors import BadInput


@st.composite
def chains(draw: st.DrawFn) -> list[int]:
    """Sellers, buyers, orders, fen: nothing comes from nothing."""
    amounts = [draw(st.integers(0, 50))]
    for _ in range(3):
        amounts.append(draw(st.integers(0, 100_000)) if amounts[-1] else 0)
    return amounts


def by_orders(before: list[int], after: list[int]) -> list[Fraction]:
    """Every order in which the factors could have moved, one after the other."""

    def factor(chain: list[int], other: list[int], k: int) -> Fraction:
        if k == 0:
            return Fraction(chain[0])
        for told in (chain, other):
            if told[k - 1]:
                return Fraction(told[k], told[k - 1])
        return Fraction(0)

    old = [factor(before, after, k) for k in range(4)]
    new = [factor(after, before, k) for k in range(4)]
    parts = [Fraction(0)] * 4
    orders = list(permutations(range(4)))
    for order in orders:
        now = list(old)
        for k in order:
            was = now[0] * now[1] * now[2] * now[3]
            now[k] = new[k]
            parts[k] += now[0] * now[1] * now[2] * now[3] - was
    return [part / len(orders) for part in parts]


@given(chains(), chains())
def test_the_parts_add_up_and_are_the_mean_over_all_orders(before: list[int], after: list[int]):
    parts = shares_of_change(before=before, after=after)
    assert sum(parts) == after[-1] - before[-1]
    for part, exact in zip(parts, by_orders(before, after), strict=True):
        assert abs(part - exact) < 1


@given(chains())
def test_what_did_not_change_has_no_parts(chain: list[int]):
    assert shares_of_change(before=chain, after=chain) == [0, 0, 0, 0]


def test_only_what_moved_has_a_part():
    before = [10, 200, 400, 4_000_000]
    doubled = [20, 400, 800, 8_000_000]
    assert shares_of_change(before=before, after=doubled) == [4_000_000, 0, 0, 0]
    seldom = [10, 200, 300, 3_000_000]
    assert shares_of_change(before=before, after=seldom) == [0, 0, -1_000_000, 0]
    cheaper = [10, 200, 400, 3_000_000]
    assert shares_of_change(before=before, after=cheaper) == [0, 0, 0, -1_000_000]


def test_a_beginning_from_nothing_is_the_work_of_who_began():
    assert shares_of_change(before=[0, 0, 0, 0], after=[3, 6, 9, 900]) == [900, 0, 0, 0]
    assert shares_of_change(before=[3, 6, 9, 900], after=[0, 0, 0, 0]) == [-900, 0, 0, 0]
    assert shares_of_change(before=[3, 0, 0, 0], after=[3, 6, 9, 900]) == [0, 900, 0, 0]


def test_two_periods_that_mirror_each_other_have_mirrored_parts():
    one, other = [7, 31, 77, 1_234_567], [9, 20, 80, 999_999]
    forth = shares_of_change(before=one, after=other)
    back = shares_of_change(before=other, after=one)
    assert all(abs(a + b) <= 1 for a, b in zip(forth, back, strict=True))


@pytest.mark.parametrize(("before", "after"), [([1, 2], [1]), ([], []), ([0, 5], [1, 5])])
def test_chains_that_are_none_are_refused(before: list[int], after: list[int]):
    with pytest.raises(BadInput):
        shares_of_change(before=before, after=after)
