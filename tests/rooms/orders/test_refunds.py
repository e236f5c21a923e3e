"""Refunds that columns of an order file tell."""

from datetime import date
from typing import Any

from siyu.rooms.operations.types import ImportCounts
from siyu.rooms.orders.queries import purchases_of
from tests.rooms.brand import Brand
from tests.rooms.orders.reading import (
    live_lines,
    refund_facts,
    refunded_by_day,
    refunded_by_line,
    sold_by_day,
)

DAY, LATER = date(2025, 3, 1), date(2025, 3, 5)
BACK = "2025-03-05 09:00"
TEA = {
    "order_key": "o1",
    "customer_key": "c1",
    "product_key": "tea",
    "unit_price": "10",
    "quantity": "2",
    "paid_at": "2025-03-01 10:30",
}
CUP = TEA | {"product_key": "cup", "unit_price": "15", "quantity": "1"}


def counts(result: ImportCounts) -> tuple[int, int, int]:
    assert result.rejects == ()
    return (result.created, result.updated, result.unchanged)


def refunded(row: dict[str, Any], minor: int, at: str | None = BACK) -> dict[str, Any]:
    return row | {"refund_minor": minor, "refunded_at": at}


def test_a_refund_belongs_to_its_line_and_its_own_day(brand: Brand):
    brand.orders(TEA, refunded(CUP, 500))
    (fact,) = refund_facts(brand)
    cup = live_lines(brand)[1]
    assert (fact["line_id"], fact["order_id"]) == (cup["line_id"], cup["order_id"])
    assert (fact["customer_id"], fact["product_id"]) == (cup["customer_id"], cup["product_id"])
    assert (fact["amount_minor"], fact["business_on"]) == (500, LATER)
    assert sold_by_day(brand) == {DAY: 3500}
    (purchase,) = purchases_of(viewer=brand.owner, customer_id=brand.customer("c1"))
    assert (purchase.amount_minor, purchase.refunded_minor) == (3500, 500)


def test_without_its_own_moment_it_falls_on_the_day_of_the_order(brand: Brand):
    brand.orders(refunded(TEA, 500, at=None))
    assert refunded_by_day(brand) == {DAY: 500}


def test_no_refund_and_a_refund_of_nothing_are_none(brand: Brand):
    brand.orders(refunded(TEA, 0), CUP)
    assert refund_facts(brand) == []


def test_an_order_with_the_status_refunded_gives_everything_back(brand: Brand):
    status = {"status": "refunded", "refunded_at": BACK}
    brand.orders(TEA | status, CUP | status)
    assert refunded_by_day(brand) == {LATER: 3500}
    assert sold_by_day(brand) == {DAY: 3500}


def test_of_such_an_order_a_told_amount_counts(brand: Brand):
    status = {"status": "refunded", "refunded_at": BACK}
    brand.orders(TEA | status | {"refund_minor": 700}, CUP | status | {"refund_minor": 0})
    assert refunded_by_day(brand) == {LATER: 700}


def test_the_same_file_again_changes_nothing(brand: Brand):
    rows = (refunded(TEA, 500), refunded(TEA, 500), CUP)
    brand.orders(*rows)
    before = refund_facts(brand)
    assert len(before) == 2
    assert counts(brand.orders(*rows)) == (0, 0, 1)
    assert refund_facts(brand) == before


def test_a_refund_told_later_changes_the_order(brand: Brand):
    brand.orders(TEA, CUP)
    assert counts(brand.orders(refunded(TEA, 500), CUP)) == (0, 1, 0)
    assert refunded_by_day(brand) == {LATER: 500}


def test_a_changed_amount_takes_the_place_of_the_old(committed_brand: Brand):
    brand = committed_brand
    brand.orders(refunded(TEA, 500))
    stamp = refund_facts(brand)[0]["stamp"]
    assert counts(brand.orders(refunded(TEA, 800))) == (0, 1, 0)
    (fact,) = refund_facts(brand)
    assert fact["amount_minor"] == 800
    assert fact["stamp"] > stamp


def test_a_refund_that_moves_to_another_day_leaves_nothing_on_the_old(brand: Brand):
    brand.orders(refunded(TEA, 500, at=None))
    (before,) = refund_facts(brand)
    assert counts(brand.orders(refunded(TEA, 500))) == (0, 1, 0)
    assert refunded_by_day(brand) == {LATER: 500}
    # A row never changes its day, or the warehouse would keep it on both.
    by_id = {fact["refund_id"]: fact for fact in refund_facts(brand)}
    assert by_id[before["refund_id"]]["business_on"] == DAY
    assert counts(brand.orders(refunded(TEA, 500))) == (0, 0, 1)
    brand.orders(refunded(TEA, 500, at=None))
    brand.orders(refunded(TEA, 600))
    assert refunded_by_day(brand) == {LATER: 600}
    assert by_id.keys() <= {fact["refund_id"] for fact in refund_facts(brand)}


def test_a_corrected_line_gives_back_once(brand: Brand):
    status = {"status": "refunded", "refunded_at": BACK}
    brand.orders(TEA | status)
    brand.orders(TEA | status | {"quantity": "1"})
    assert sold_by_day(brand) == {DAY: 1000}
    assert refunded_by_day(brand) == {LATER: 1000}


def test_a_refund_moves_with_its_line(brand: Brand):
    rows = [refunded(TEA, 500), CUP]
    brand.orders(*rows)
    brand.orders(*(row | {"paid_at": "2025-03-02 10:30"} for row in rows))
    tea, _ = live_lines(brand)
    assert tea["business_on"] == date(2025, 3, 2)
    assert refunded_by_day(brand) == {LATER: 500}
    assert refunded_by_line(brand)[tea["line_id"]] == (2000, 500)


def test_a_refund_follows_its_customer(brand: Brand):
    brand.orders(refunded(TEA, 500) | {"customer_key": None})
    assert refund_facts(brand)[0]["customer_id"] is None
    brand.orders(refunded(TEA, 500))
    (fact,) = refund_facts(brand)
    assert fact["customer_id"] == brand.customer("c1")


def test_a_refund_follows_the_customer_that_a_head_tells(committed_brand: Brand):
    brand = committed_brand
    brand.orders(refunded(TEA, 500) | {"customer_key": None})
    (before,) = refund_facts(brand)
    brand.order_heads(
        {"order_key": "o1", "customer_key": "c1", "paid_at": "2025-03-02 10:00"},
    )
    (fact,) = refund_facts(brand)
    (tea,) = live_lines(brand)
    assert (fact["customer_id"], fact["line_id"]) == (brand.customer("c1"), tea["line_id"])
    assert (fact["business_on"], fact["amount_minor"]) == (LATER, 500)
    assert fact["stamp"] > before["stamp"]


def test_a_refund_that_was_taken_back_is_none(brand: Brand):
    brand.orders(refunded(TEA, 500), CUP)
    assert counts(brand.orders(TEA, CUP)) == (0, 0, 1)
    assert refunded_by_day(brand) == {LATER: 500}
    assert counts(brand.orders(refunded(TEA, 0), CUP)) == (0, 1, 0)
    assert refunded_by_day(brand) == {}
    assert [fact["quantity_milli"] for fact in refund_facts(brand)] == [0]
    assert counts(brand.orders(refunded(TEA, 500), CUP)) == (0, 1, 0)
    assert refunded_by_day(brand) == {LATER: 500}


def test_a_line_that_is_gone_gives_nothing_back(brand: Brand):
    brand.orders(refunded(TEA, 500), refunded(CUP, 300))
    brand.orders(refunded(TEA, 500))
    assert refunded_by_day(brand) == {LATER: 500}
