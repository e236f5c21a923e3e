from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.errors import BadInput
from siyu.foundation.money import (
    exponent,
    from_minor,
    line_amount,
    round_half_up,
    split,
    to_minor,
)

TOTALS = st.integers(-(10**12), 10**12)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)
AMOUNTS = st.decimals(-(10**9), 10**9, places=6)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-2.5", -3), ("0.4999", 0), ("-0.4", 0)],
)
def test_halves_go_away_from_zero(amount: str, rounded: int):
    assert round_half_up(Decimal(amount)) == rounded


@given(AMOUNTS)
def test_a_refund_cancels_its_sale(amount: Decimal):
    assert round_half_up(amount) + round_half_up(-amount) == 0
    assert abs(round_half_up(amount) - amount) <= Decimal("0.5")


@pytest.mark.parametrize(("currency", "places"), [("CNY", 2), ("GBP", 2), ("JPY", 0), ("KWD", 3)])
def test_minor_units_follow_the_currency(currency: str, places: int):
    assert exponent(currency) == places
    assert to_minor(Decimal(7), currency) == 7 * 10**places
    assert from_minor(7 * 10**places, currency) == 7


@pytest.mark.parametrize("code", ["", "YUAN", "cny", "XXQ"])
def test_an_unknown_currency_is_refused(code: str):
    with pytest.raises(BadInput) as refused:
        to_minor(Decimal(1), code)
    assert refused.value.field == "currency"


@given(TOTALS)
def test_minor_units_survive_a_round_trip(minor: int):
    for currency in ("CNY", "JPY", "KWD"):
        assert to_minor(from_minor(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("quantity", "unit_price", "minor"),
    [("3", "0.001", 0), ("5", "0.001", 1), ("15", "0.001", 2), ("0.5", "9.99", 500)],
)
def test_a_line_is_rounded_once_after_its_price_was_summed(
    quantity: str, unit_price: str, minor: int
):
    assert line_amount(Decimal(quantity), Decimal(unit_price), "GBP") == minor


@given(TOTALS, WEIGHTS)
def test_parts_add_up_and_stand_within_one_of_their_share(total: int, weights: list[int]):
    parts = split(total, weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < whole
        assert weight or part == 0


@given(TOTALS, WEIGHTS)
def test_a_negative_total_mirrors_the_positive_one(total: int, weights: list[int]):
    assert split(-total, weights) == [-part for part in split(total, weights)]


@given(st.integers(0, 1000), st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any))
def test_parts_are_those_of_the_largest_remainder_method(total: int, weights: list[int]):
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    for _ in range(total - sum(parts)):
        place = max(range(len(parts)), key=lambda index: (remainders[index], -index))
        parts[place] += 1
        remainders[place] = -1
    assert split(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [-1, 2], [1, -2, 3]])
def test_weights_that_cannot_share_are_refused(weights: list[int]):
    with pytest.raises(BadInput):
        split(100, weights)
