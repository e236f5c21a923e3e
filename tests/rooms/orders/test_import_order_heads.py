"""Orders whose heads and lines come in files of their own."""

from datetime import date
from typing import Any

import pytest

from siyu.rooms.operations.types import ImportCounts
from tests.rooms.brand import Brand
from tests.rooms.orders.reading import line_facts, live_lines, payment, sold_by_day

DAY = date(2025, 3, 1)
HEAD = {"order_key": "o1", "customer_key": "c1", "paid_at": "2025-03-01 10:00"}
LINE = {"order_key": "o1", "line_key": "1", "status": None}
CUP = LINE | {"line_key": "2", "product_key": "cup", "unit_price": "15"}


def counts(result: ImportCounts) -> tuple[int, int, int, int]:
    return (result.created, result.updated, result.unchanged, len(result.rejects))


def test_heads_then_lines(brand: Brand):
    assert counts(brand.order_heads(HEAD, HEAD | {"order_key": "o2"})) == (2, 0, 0, 0)
    assert live_lines(brand) == []
    assert counts(brand.orders(LINE, CUP)) == (0, 1, 0, 0)
    assert sold_by_day(brand) == {DAY: 2500}
    assert {row["customer_id"] for row in live_lines(brand)} == {brand.customer("c1")}
    assert {row["local_hour"] for row in live_lines(brand)} == {10}


def test_both_files_again_change_nothing(brand: Brand):
    for _ in range(2):
        heads = brand.order_heads(HEAD | {"freight_minor": 500})
        lines = brand.orders(LINE, CUP)
    assert (counts(heads), counts(lines)) == ((0, 0, 1, 0), (0, 0, 1, 0))
    assert len(line_facts(brand)) == 2


def test_lines_of_an_unknown_order_are_rejected_until_its_head_came(brand: Brand):
    result = brand.orders(LINE, CUP)
    assert counts(result) == (0, 0, 0, 2)
    assert {reject.code for reject in result.rejects} == {"unknown_order"}
    brand.order_heads(HEAD)
    assert counts(brand.orders(LINE, CUP)) == (0, 1, 0, 0)
    assert sold_by_day(brand) == {DAY: 2500}


def test_lines_with_a_moment_then_heads_come_to_the_same(brand: Brand):
    brand.orders(LINE | {"ordered_at": "2025-03-01 10:00"}, CUP)
    assert sold_by_day(brand) == {DAY: 2500}
    assert counts(brand.order_heads(HEAD | {"status": "cancelled"})) == (0, 1, 0, 0)
    assert sold_by_day(brand) == {}
    assert {row["customer_id"] for row in live_lines(brand)} == {brand.customer("c1")}


def test_a_changed_head_stamps_its_lines_anew(committed_brand: Brand):
    brand = committed_brand
    brand.order_heads(HEAD | {"status": "unpaid", "paid_at": None, "ordered_at": HEAD["paid_at"]})
    brand.orders(LINE, CUP)
    before = live_lines(brand)
    assert sold_by_day(brand) == {}
    assert counts(brand.order_heads(HEAD)) == (0, 1, 0, 0)
    assert sold_by_day(brand) == {DAY: 2500}
    after = live_lines(brand)
    assert [row["line_id"] for row in after] == [row["line_id"] for row in before]
    assert min(row["stamp"] for row in after) > max(row["stamp"] for row in before)


def test_a_head_that_moves_to_another_day_takes_its_lines_along(brand: Brand):
    brand.order_heads(HEAD)
    brand.orders(LINE, CUP)
    assert counts(brand.order_heads(HEAD | {"paid_at": "2025-03-02 10:00"})) == (0, 1, 0, 0)
    assert sold_by_day(brand) == {date(2025, 3, 2): 2500}
    assert [row["is_void"] for row in line_facts(brand)] == [True, True, False, False]
    assert counts(brand.orders(LINE, CUP)) == (0, 0, 1, 0)
    assert len(line_facts(brand)) == 4


@pytest.mark.parametrize(
    ("head", "lines", "paid_minor"),
    [
        (500, (0, 0), 3000),
        (0, (300, 200), 3000),
        (0, (0, 0), 2500),
    ],
)
@pytest.mark.parametrize("heads_first", [True, False])
def test_what_was_paid_holds_the_freight_of_whichever_file_tells_it(
    brand: Brand, head: int, lines: tuple[int, int], paid_minor: int, heads_first: bool
):
    moment: dict[str, Any] = {} if heads_first else {"ordered_at": HEAD["paid_at"]}
    rows = (
        LINE | moment | {"freight_minor": lines[0]},
        CUP | moment | {"freight_minor": lines[1]},
    )
    for _ in range(2):
        if heads_first:
            brand.order_heads(HEAD | {"freight_minor": head})
        brand.orders(*rows)
        if not heads_first:
            brand.order_heads(HEAD | {"freight_minor": head})
    paid = payment(brand, "o1")
    assert paid is not None
    assert paid.amount_minor == paid_minor


def test_an_unknown_seller_rejects_the_head_only(brand: Brand):
    result = brand.order_heads(HEAD | {"seller_key": "nobody"}, HEAD | {"order_key": "o2"})
    assert counts(result) == (1, 0, 0, 1)
    assert (result.rejects[0].row, result.rejects[0].code) == (2, "unknown_seller")


def test_a_head_without_a_moment_is_rejected(brand: Brand):
    result = brand.order_heads(HEAD | {"paid_at": None})
    assert counts(result) == (0, 0, 0, 1)
    assert result.rejects[0].code == "missing_value"


def test_a_head_given_twice_is_one_order(brand: Brand):
    brand.order_heads(HEAD, HEAD | {"status": "cancelled"})
    brand.orders(LINE)
    (row,) = line_facts(brand)
    assert row["is_paid"] is False
    assert counts(brand.order_heads(HEAD | {"status": "cancelled"})) == (0, 0, 1, 0)
