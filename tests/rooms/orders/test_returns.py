"""Returns that come as orders of their own, such as a credit note."""

from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.rooms.operations.types import ImportCounts
from tests.rooms.brand import Brand, new_brand
from tests.rooms.orders.reading import (
    line_facts,
    live_lines,
    refund_facts,
    refunded_by_day,
    refunded_by_line,
    sold_by_day,
)

SOLD = {"order_key": "o1", "customer_key": "c1", "paid_at": "2025-03-01 10:00"}
BACK = {"order_key": "C1", "customer_key": "c1", "paid_at": "2025-03-10 10:00"}
BACK_ON = date(2025, 3, 10)


def counts(result: ImportCounts) -> tuple[int, int, int, int]:
    return (result.created, result.updated, result.unchanged, len(result.rejects))


def sold(key: str, day: int, **more: Any) -> dict[str, Any]:
    return SOLD | {"order_key": key, "paid_at": f"2025-03-{day:02} 10:00"} | more


def lines_by_order(brand: Brand) -> dict[int, int]:
    return {row["order_id"]: row["line_id"] for row in live_lines(brand)}


def test_a_return_gives_back_the_earlier_line(brand: Brand):
    brand.orders(SOLD | {"quantity": "3"})
    result = brand.returns(BACK | {"quantity": "2"})
    assert counts(result) == (1, 0, 0, 0)
    assert result.sums == {"returns": 2000, "returns_without_line": 0}
    (fact,) = refund_facts(brand)
    (sale,) = line_facts(brand)
    assert (fact["line_id"], fact["order_id"]) == (sale["line_id"], sale["order_id"])
    assert (fact["quantity_milli"], fact["amount_minor"]) == (2000, 2000)
    assert (fact["business_on"], fact["customer_id"]) == (BACK_ON, sale["customer_id"])
    assert sold_by_day(brand) == {date(2025, 3, 1): 3000}


def test_the_same_return_again_gives_nothing_back_twice(brand: Brand):
    brand.orders(SOLD | {"quantity": "3"})
    brand.returns(BACK | {"quantity": "2"})
    before = refund_facts(brand)
    again = brand.returns(BACK | {"quantity": "2"})
    assert counts(again) == (0, 0, 1, 0)
    assert again.sums["returns"] == 2000
    assert refund_facts(brand) == before


def test_identical_lines_of_one_return_are_all_real(brand: Brand):
    brand.orders(SOLD | {"quantity": "5"})
    assert counts(brand.returns(BACK, BACK, BACK)) == (1, 0, 0, 0)
    assert refunded_by_day(brand) == {BACK_ON: 3000}
    assert counts(brand.returns(BACK, BACK, BACK)) == (0, 0, 1, 0)
    assert refunded_by_day(brand) == {BACK_ON: 3000}


def test_a_line_key_given_twice_in_one_return_does_not_lose_the_file(brand: Brand):
    result = brand.returns(BACK | {"line_key": "1"}, BACK | {"line_key": "1"}, BACK)
    assert [reject.code for reject in result.rejects] == ["line_key_twice"]
    assert refunded_by_day(brand) == {BACK_ON: 2000}


def test_more_than_was_sold_comes_back_without_a_line(brand: Brand):
    brand.orders(SOLD | {"quantity": "3"})
    result = brand.returns(BACK | {"quantity": "5"})
    assert result.sums == {"returns": 5000, "returns_without_line": 2000}
    (sale,) = line_facts(brand)
    assert refunded_by_line(brand) == {sale["line_id"]: (3000, 3000), None: (2000, 2000)}


def test_what_was_given_back_before_is_not_given_back_again(brand: Brand):
    brand.orders(SOLD | {"quantity": "3"})
    brand.returns(BACK | {"quantity": "2"})
    brand.returns(BACK | {"order_key": "C2", "quantity": "2"})
    (sale,) = line_facts(brand)
    assert refunded_by_line(brand) == {sale["line_id"]: (3000, 3000), None: (1000, 1000)}


def test_the_same_price_comes_first_then_the_newest(brand: Brand):
    brand.orders(sold("old", 1), sold("same", 2, unit_price="9"), sold("new", 3))
    by_order = list(lines_by_order(brand).values())
    brand.returns(BACK | {"unit_price": "9"})
    brand.returns(BACK | {"order_key": "C2"})
    old, same, new = by_order
    assert refunded_by_line(brand) == {same: (1000, 900), new: (1000, 1000)}
    assert old not in refunded_by_line(brand)


def test_what_was_sold_after_the_return_is_not_what_came_back(brand: Brand):
    brand.orders(sold("later", 11))
    brand.returns(BACK)
    assert set(refunded_by_line(brand)) == {None}


@pytest.mark.parametrize(
    "other",
    [{"customer_key": "c2"}, {"product_key": "cup"}, {"customer_key": None}],
)
def test_another_customer_or_product_is_not_what_came_back(brand: Brand, other: dict[str, Any]):
    brand.orders(SOLD | other)
    brand.returns(BACK)
    assert refunded_by_line(brand) == {None: (1000, 1000)}


def test_a_return_without_a_customer_is_kept_without_a_line(brand: Brand):
    brand.orders(SOLD, SOLD | {"order_key": "o2", "customer_key": None})
    brand.returns(BACK | {"customer_key": None})
    (fact,) = refund_facts(brand)
    assert (fact["line_id"], fact["customer_id"], fact["amount_minor"]) == (None, None, 1000)


def test_a_return_without_a_product_is_kept_without_a_line(brand: Brand):
    brand.orders(SOLD)
    brand.returns(BACK | {"product_key": None})
    (fact,) = refund_facts(brand)
    assert (fact["line_id"], fact["product_id"]) == (None, None)


def test_a_void_line_does_not_come_back(brand: Brand):
    brand.orders(SOLD)
    brand.orders(SOLD | {"product_key": "cup"})
    brand.returns(BACK)
    assert set(refunded_by_line(brand)) == {None}


def test_a_return_stays_when_its_sale_is_corrected(brand: Brand):
    brand.orders(SOLD | {"quantity": "3"})
    brand.returns(BACK)
    brand.orders(SOLD | {"quantity": "2"})
    assert refunded_by_day(brand) == {BACK_ON: 1000}
    assert sold_by_day(brand) == {date(2025, 3, 1): 2000}


def test_a_return_goes_with_its_sale_to_another_day(brand: Brand):
    brand.orders(SOLD | {"quantity": "3"})
    brand.returns(BACK)
    brand.orders(SOLD | {"quantity": "3", "paid_at": "2025-03-02 10:00"})
    (sale,) = live_lines(brand)
    assert refunded_by_line(brand) == {sale["line_id"]: (1000, 1000)}
    brand.returns(BACK | {"order_key": "C2", "quantity": "3"})
    assert refunded_by_line(brand)[sale["line_id"]] == (3000, 3000)


def test_a_return_of_another_source_finds_the_sale(brand: Brand):
    brand.orders(SOLD)
    Brand(brand.program, source="pos").returns(BACK)
    (sale,) = line_facts(brand)
    assert set(refunded_by_line(brand)) == {sale["line_id"]}


def test_a_return_of_another_program_finds_nothing_here(brand: Brand):
    other = new_brand("other")
    brand.orders(SOLD)
    other.returns(BACK)
    assert refund_facts(brand) == []
    assert set(refunded_by_line(other)) == {None}


def test_a_return_without_a_moment_is_rejected(brand: Brand):
    result = brand.returns(BACK | {"paid_at": None}, BACK | {"order_key": "C2"})
    assert counts(result) == (1, 0, 0, 1)
    assert (result.rejects[0].row, result.rejects[0].code) == (2, "missing_value")


def test_a_return_of_nothing_paid_gives_nothing_back(brand: Brand):
    brand.orders(SOLD | {"unit_price": "0"})
    gift = BACK | {"unit_price": "0"}
    assert counts(brand.returns(gift)) == (1, 0, 0, 0)
    assert refunded_by_day(brand) == {}
    assert counts(brand.returns(gift)) == (0, 0, 1, 0)


def test_an_unknown_seller_of_a_return_does_not_lose_it(brand: Brand):
    brand.orders(SOLD)
    result = brand.returns(BACK | {"seller_key": "nobody"})
    assert counts(result) == (1, 0, 0, 0)
    assert refunded_by_day(brand) == {BACK_ON: 1000}


RETURNS = [BACK | {"order_key": f"C{day}", "paid_at": f"2025-03-1{day} 10:00"} for day in range(3)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_returns_of_one_file_are_matched_by_their_moment(brand: Brand, order: tuple[int, ...]):
    """The first return takes the line; so the others' parts without a line are always the same."""
    brand.orders(SOLD | {"quantity": "1.5"})
    brand.returns(*(RETURNS[index] for index in order))
    (sale,) = line_facts(brand)
    found = [
        (fact["business_on"].day, fact["line_id"] == sale["line_id"], fact["amount_minor"])
        for fact in refund_facts(brand)
    ]
    assert sorted(found) == [
        (10, True, 1000),
        (11, False, 500),
        (11, True, 500),
        (12, False, 1000),
    ]


SALES = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 4), st.sampled_from(["5", "10", "3.33"])),
    min_size=1,
    max_size=5,
)
GIVEN_BACK = st.lists(
    st.tuples(st.integers(1, 20), st.integers(1, 6), st.sampled_from(["5", "10", "3.33"])),
    max_size=5,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SALES, GIVEN_BACK, st.integers(1, 3))
def test_whatever_comes_back_sums_are_exact_and_no_line_is_over_returned(
    db: None,
    sales: list[tuple[int, int, str]],
    given_back: list[tuple[int, int, str]],
    together: int,
):
    brand = new_brand(f"brand{new_number()}")
    for number, (day, quantity, price) in enumerate(sales):
        brand.orders(sold(f"o{number}", day, quantity=str(quantity), unit_price=price))
    rows = [
        sold(f"C{number}", day, quantity=str(quantity), unit_price=price)
        for number, (day, quantity, price) in enumerate(given_back)
    ]
    for start in range(0, len(rows), together):
        brand.returns(*rows[start : start + together])
    total = sum(int(q * Decimal(price) * 100) for _, q, price in given_back)
    assert sum(refunded_by_day(brand).values()) == total
    found = refunded_by_line(brand)
    for row in line_facts(brand):
        quantity_milli, amount_minor = found.get(row["line_id"], (0, 0))
        assert quantity_milli <= row["quantity_milli"]
        assert amount_minor <= row["amount_minor"]


_numbers = iter(range(10_000))


def new_number() -> int:
    """Hypothesis runs many examples in one test's database."""
    return next(_numbers)
