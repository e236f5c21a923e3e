"""Targets add up from the program to the seller, whatever is set by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from siyu.foundation.errors import BadInput
from siyu.rooms.campaigns.rules import break_down, elapsed_ppm, past_weights

TOP, NORTH, SOUTH = 1, 2, 3
UNITS = {NORTH: TOP, SOUTH: TOP, 4: NORTH, 5: NORTH, 6: SOUTH}
STEP = 100


@st.composite
def trees(draw: st.DrawFn) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """A chain of shops with sellers: who belongs where, their weights, what is set by hand."""
    shops = draw(st.lists(st.sampled_from([4, 5, 6]), min_size=1, max_size=12))
    sellers = {100 + number: shop for number, shop in enumerate(shops)}
    above = dict(sellers)
    for shop in set(shops):
        above[shop] = UNITS[shop]
        above[UNITS[shop]] = TOP
    weights = {seller: draw(st.integers(0, 50)) for seller in sellers}
    holders = draw(st.lists(st.sampled_from(sorted(above)), unique=True, max_size=3))
    return above, weights, {holder: draw(st.integers(0, 40)) * STEP for holder in holders}


@given(trees(), st.integers(0, 500))
def test_what_is_below_a_holder_adds_up_to_its_own(
    tree: tuple[dict[int, int], dict[int, int], dict[int, int]], amount: int
) -> None:
    above, weights, fixed = tree
    try:
        amounts = break_down(
            amount=amount * STEP, top=TOP, above=above, weights=weights, fixed=fixed, step=STEP
        )
    except BadInput:
        assume(False)
    assert amounts.keys() == {TOP, *above}
    assert amounts[TOP] == amount * STEP
    sums: dict[int, int] = defaultdict(int)
    for holder, unit in above.items():
        sums[unit] += amounts[holder]
    assert sums == {unit: amounts[unit] for unit in sums}
    assert all(part >= 0 and part % STEP == 0 for part in amounts.values())
    assert {holder: amounts[holder] for holder in fixed} == fixed


def broken(amount: int, fixed: dict[int, int]) -> dict[int, int]:
    above = {NORTH: TOP, SOUTH: TOP, 4: NORTH, 6: SOUTH, 101: 4, 102: 4, 103: 6}
    weights = {101: 3, 102: 1, 103: 4}
    return break_down(amount=amount, top=TOP, above=above, weights=weights, fixed=fixed, step=STEP)


def test_it_follows_the_weights() -> None:
    expected = {TOP: 800, NORTH: 400, SOUTH: 400, 4: 400, 6: 400, 101: 300, 102: 100, 103: 400}
    assert broken(800, {}) == expected


def test_what_is_set_by_hand_is_taken_from_its_neighbours_alone() -> None:
    found = broken(800, {101: 100})
    assert (found[101], found[102]) == (100, 300)
    assert found[103] == broken(800, {})[103]


@pytest.mark.parametrize("fixed", [{101: 500}, {NORTH: 900}, {101: 100, 102: 200}])
def test_what_leaves_no_room_is_refused(fixed: dict[int, int]) -> None:
    with pytest.raises(BadInput, match="by hand"):
        broken(800, fixed)


def test_newcomers_weigh_at_least_as_much_as_the_median_of_the_others() -> None:
    weights = past_weights(
        sold={1: 100, 2: 300, 3: 900, 4: -5, 6: 50, 7: 2_000},
        newcomers=frozenset({5, 6, 7}),
        sellers=range(1, 9),
    )
    assert weights == {1: 100, 2: 300, 3: 900, 4: 0, 5: 300, 6: 300, 7: 2_000, 8: 0}


def test_before_anybody_sold_all_newcomers_weigh_the_same() -> None:
    weights = past_weights(sold={}, newcomers=frozenset({1, 2}), sellers=[1, 2])
    assert weights == {1: 1, 2: 1}


@pytest.mark.parametrize(
    ("now", "ppm"),
    [
        (datetime(2026, 2, 1, tzinfo=UTC), 0),
        (datetime(2026, 2, 15, tzinfo=UTC), 500_000),
        (datetime(2026, 1, 31, tzinfo=UTC), 0),
        (datetime(2026, 3, 9, tzinfo=UTC), 1_000_000),
    ],
)
def test_how_much_of_a_month_has_passed(now: datetime, ppm: int) -> None:
    assert elapsed_ppm(month_on=date(2026, 2, 1), now=now) == ppm
