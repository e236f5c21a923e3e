from datetime import date
from typing import Any

import pytest

from siyu.rooms.operations.types import ImportCounts
from siyu.rooms.orders.events import OrderLinesWritten
from siyu.rooms.orders.queries import last_business_on, purchases_of
from siyu.rooms.orders.types import OrderStatus
from tests.rooms.arrow_rows import moment
from tests.rooms.brand import Brand, new_brand
from tests.rooms.orders.reading import (
    line_facts,
    live_lines,
    payment,
    product_names,
    sold_by_day,
)

DAY = date(2025, 3, 1)
PAID = "2025-03-01 10:30"
LINE = {"order_key": "o1", "customer_key": "c1", "paid_at": PAID}


def counts(result: ImportCounts) -> tuple[int, int, int, int]:
    return (result.created, result.updated, result.unchanged, len(result.rejects))


def line(**more: Any) -> dict[str, Any]:
    return LINE | more


TEA = line(product_key="tea", unit_price="10", quantity="2")
CUP = line(product_key="cup", unit_price="15.50", freight_minor=800)


class TestNewOrder:
    def test_an_order_is_created_with_its_lines(self, brand: Brand):
        result = brand.orders(TEA, CUP)
        assert counts(result) == (1, 0, 0, 0)
        assert result.sums == {"sales": 3550, "freight": 800}
        tea, cup = live_lines(brand)
        assert tea["order_id"] == cup["order_id"]
        assert tea["customer_id"] == brand.customer("c1")
        assert (tea["quantity_milli"], tea["amount_minor"], tea["freight_minor"]) == (2000, 2000, 0)
        assert (cup["quantity_milli"], cup["amount_minor"]) == (1000, 1550)
        assert (tea["business_on"], tea["local_hour"]) == (DAY, 10)
        assert (tea["is_paid"], tea["is_void"], tea["is_gift"]) == (True, False, False)
        assert (tea["seller_id"], tea["unit_id"]) == (None, None)
        assert product_names([tea, cup]) == ["tea", "cup"]

    def test_a_customer_sees_the_purchase(self, brand: Brand):
        brand.orders(TEA, CUP, line(order_key="o2", paid_at="2025-03-02 09:00"))
        newest, oldest = purchases_of(viewer=brand.owner, customer_id=brand.customer("c1"))
        assert (newest.at, newest.amount_minor) == (moment("2025-03-02 09:00"), 1000)
        assert (oldest.status, oldest.at) == (OrderStatus.COMPLETED, moment(PAID))
        assert (oldest.amount_minor, oldest.refunded_minor) == (3550, 0)
        assert [part.amount_minor for part in oldest.lines] == [2000, 1550]
        assert last_business_on(program_id=brand.program.id) == date(2025, 3, 2)

    def test_an_order_without_a_customer_is_kept(self, brand: Brand):
        assert counts(brand.orders(line(customer_key=None))) == (1, 0, 0, 0)
        (row,) = live_lines(brand)
        assert (row["customer_id"], row["amount_minor"]) == (None, 1000)

    def test_the_moment_is_that_of_payment_else_of_the_order(self, brand: Brand):
        brand.orders(
            line(order_key="both", ordered_at="2025-02-27 23:00"),
            line(order_key="one", paid_at=None, ordered_at="2025-02-27 23:00"),
        )
        days = {row["business_on"]: row["local_hour"] for row in live_lines(brand)}
        assert days == {DAY: 10, date(2025, 2, 27): 23}

    def test_the_day_is_that_of_the_program(self, db: None):
        night = new_brand("night", cut_off_hour=3)
        night.orders(
            line(order_key="a", paid_at="2025-03-02 02:59"),
            line(order_key="b", paid_at="2025-03-02 03:00"),
        )
        found = [(row["business_on"], row["local_hour"]) for row in live_lines(night)]
        assert found == [(DAY, 2), (date(2025, 3, 2), 3)]

    def test_a_gift_has_no_price_and_counts_nothing(self, brand: Brand):
        brand.orders(TEA, line(product_key="spoon", unit_price="0"))
        tea, spoon = live_lines(brand)
        assert (tea["is_gift"], spoon["is_gift"], spoon["amount_minor"]) == (False, True, 0)

    def test_a_price_of_a_tenth_of_a_penny_is_rounded_in_the_line(self, brand: Brand):
        brand.orders(line(unit_price="0.001", quantity="15"), line(unit_price="0.001"))
        assert [row["amount_minor"] for row in live_lines(brand)] == [2, 0]
        assert [row["is_gift"] for row in live_lines(brand)] == [False, False]

    def test_lines_without_a_product_are_sold_as_unnamed(self, brand: Brand):
        brand.orders(line(product_key=None), line(product_key=None, unit_price="3"))
        assert product_names(live_lines(brand)) == ["unnamed", "unnamed"]

    def test_a_product_met_here_comes_to_be_with_what_the_line_says(self, brand: Brand):
        brand.orders(line(product_key="p1", product_name="龙井", category="茶"))
        assert product_names(live_lines(brand)) == ["龙井"]

    def test_the_written_lines_are_announced_once(self, brand: Brand):
        from siyu.rooms.operations.actions import subscribe

        told: list[OrderLinesWritten] = []
        subscribe(event=OrderLinesWritten, reaction=told.append)
        brand.orders(TEA, CUP)
        brand.orders(TEA, CUP)
        brand.react()
        assert {event.stamp for event in told} == {row["stamp"] for row in live_lines(brand)}


class TestSellersAndStores:
    @pytest.fixture
    def staffed(self, brand: Brand) -> Brand:
        brand.sellers({"key": "ann", "store_key": "s1"}, {"key": "bob", "store_key": "s1"})
        return brand

    def test_each_line_keeps_its_own_seller(self, staffed: Brand):
        staffed.orders(TEA | {"seller_key": "ann"}, CUP | {"seller_key": "bob"})
        sellers = [row["seller_id"] for row in live_lines(staffed)]
        assert sellers == [staffed.seller("ann"), staffed.seller("bob")]

    def test_an_unknown_seller_rejects_the_line_only(self, staffed: Brand):
        result = staffed.orders(TEA | {"seller_key": "nobody"}, CUP)
        assert counts(result) == (1, 0, 0, 1)
        (reject,) = result.rejects
        assert (reject.row, reject.column, reject.code) == (2, "seller_key", "unknown_seller")
        assert result.sums["sales"] == 1550
        assert [row["amount_minor"] for row in live_lines(staffed)] == [1550]

    def test_a_new_store_comes_to_be(self, staffed: Brand):
        staffed.orders(TEA | {"store_key": "s9"})
        assert [row["unit_id"] for row in live_lines(staffed)] == [staffed.store("s9")]


@pytest.mark.parametrize(
    ("status", "is_paid"),
    [
        ("unpaid", False),
        ("paid", True),
        ("shipped", True),
        ("completed", True),
        ("cancelled", False),
        ("refunded", True),
    ],
)
def test_what_counts_as_sold(brand: Brand, status: str, is_paid: bool):
    brand.orders(TEA | {"status": status})
    assert [row["is_paid"] for row in live_lines(brand)] == [is_paid]
    assert (payment(brand, "o1") is not None) == is_paid


class TestPayment:
    def test_what_was_paid_is_goods_and_freight(self, brand: Brand):
        brand.orders(TEA | {"payment_method": "wechat"}, CUP)
        paid = payment(brand, "o1")
        assert paid is not None
        assert (paid.amount_minor, paid.method, paid.paid_at) == (4350, "wechat", moment(PAID))

    def test_it_follows_a_correction(self, brand: Brand):
        brand.orders(TEA | {"payment_method": "wechat"})
        brand.orders(TEA | {"quantity": "3"})
        paid = payment(brand, "o1")
        assert paid is not None
        assert (paid.amount_minor, paid.method) == (3000, "wechat")

    def test_it_goes_when_the_order_is_cancelled(self, brand: Brand):
        brand.orders(TEA)
        brand.orders(TEA | {"status": "cancelled"})
        assert payment(brand, "o1") is None
        assert sold_by_day(brand) == {}


class TestAgain:
    def test_the_same_file_again_changes_nothing(self, brand: Brand):
        rows = (TEA, CUP, line(order_key="o2", quantity="0.5"))
        first = brand.orders(*rows)
        before = line_facts(brand)
        again = brand.orders(*rows)
        assert counts(again) == (0, 0, 2, 0)
        assert again.sums == first.sums
        assert line_facts(brand) == before

    def test_identical_lines_in_one_order_are_all_real(self, brand: Brand):
        assert counts(brand.orders(TEA, TEA, TEA)) == (1, 0, 0, 0)
        assert sold_by_day(brand) == {DAY: 6000}
        assert counts(brand.orders(TEA, TEA, TEA)) == (0, 0, 1, 0)
        assert counts(brand.orders(TEA, TEA)) == (0, 1, 0, 0)
        assert sold_by_day(brand) == {DAY: 4000}
        assert [row["is_void"] for row in line_facts(brand)] == [False, False, True]
        assert counts(brand.orders(TEA, TEA, TEA)) == (0, 1, 0, 0)
        assert sold_by_day(brand) == {DAY: 6000}

    def test_the_order_of_lines_does_not_matter(self, brand: Brand):
        brand.orders(TEA, CUP, TEA)
        before = line_facts(brand)
        assert counts(brand.orders(CUP, TEA, TEA)) == (0, 0, 1, 0)
        assert line_facts(brand) == before

    def test_a_corrected_line_without_a_key_takes_the_place_of_the_old(
        self, committed_brand: Brand
    ):
        brand = committed_brand
        brand.orders(TEA, CUP)
        stamp = live_lines(brand)[0]["stamp"]
        assert counts(brand.orders(TEA | {"quantity": "3"}, CUP)) == (0, 1, 0, 0)
        assert sold_by_day(brand) == {DAY: 4550}
        void = [row for row in line_facts(brand) if row["is_void"]]
        assert [row["amount_minor"] for row in void] == [2000]
        assert void[0]["stamp"] > stamp

    def test_a_corrected_line_with_a_key_stays_the_same_line(self, committed_brand: Brand):
        brand = committed_brand
        brand.orders(TEA | {"line_key": "1"}, CUP | {"line_key": "2"})
        tea, cup = line_facts(brand)
        result = brand.orders(TEA | {"line_key": "1", "quantity": "3"}, CUP | {"line_key": "2"})
        assert counts(result) == (0, 1, 0, 0)
        new_tea, new_cup = line_facts(brand)
        assert (new_tea["line_id"], new_tea["amount_minor"]) == (tea["line_id"], 3000)
        assert new_tea["stamp"] > tea["stamp"]
        assert new_cup == cup

    def test_lines_with_keys_are_added_to_an_order(self, brand: Brand):
        brand.orders(TEA | {"line_key": "1"})
        assert counts(brand.orders(CUP | {"line_key": "2"})) == (0, 1, 0, 0)
        assert sold_by_day(brand) == {DAY: 3550}

    def test_a_line_key_given_twice_in_one_order_does_not_lose_the_file(self, brand: Brand):
        twice = (TEA | {"line_key": "1"}, CUP | {"line_key": "1"})
        result = brand.orders(*twice, line(order_key="o2"))
        assert result.created == 2
        assert [reject.code for reject in result.rejects] == ["line_key_twice"]
        assert sold_by_day(brand) == {DAY: 3000}

    def test_a_changed_status_changes_what_counts(self, brand: Brand):
        unpaid = TEA | {"status": "unpaid", "paid_at": None, "ordered_at": PAID}
        brand.orders(unpaid)
        assert sold_by_day(brand) == {}
        assert counts(brand.orders(TEA | {"ordered_at": PAID})) == (0, 1, 0, 0)
        assert sold_by_day(brand) == {DAY: 2000}
        assert len(line_facts(brand)) == 1

    def test_what_is_not_told_stays(self, brand: Brand):
        brand.sellers({"key": "ann"})
        told = {"store_key": "s1", "status": "shipped"}
        brand.orders(TEA | told)
        silent = TEA | {"customer_key": None, "status": None, "paid_at": None}
        assert counts(brand.orders(silent)) == (0, 0, 1, 0)
        (row,) = live_lines(brand)
        assert (row["customer_id"], row["unit_id"]) == (brand.customer("c1"), brand.store("s1"))

    def test_a_customer_told_later_is_told_to_the_warehouse(self, committed_brand: Brand):
        brand = committed_brand
        brand.orders(TEA | {"customer_key": None})
        stamp = live_lines(brand)[0]["stamp"]
        assert counts(brand.orders(TEA)) == (0, 1, 0, 0)
        (row,) = live_lines(brand)
        assert row["customer_id"] == brand.customer("c1")
        assert row["stamp"] > stamp


class TestMovedDay:
    NEXT = "2025-03-02 08:00"

    @pytest.mark.parametrize("keys", [("1", "2"), (None, None)])
    def test_lines_become_void_and_come_again_on_the_new_day(
        self, brand: Brand, keys: tuple[str | None, str | None]
    ):
        rows = [one | {"line_key": key} for one, key in zip((TEA, CUP), keys, strict=True)]
        brand.orders(*rows)
        old = line_facts(brand)
        moved = [row | {"paid_at": self.NEXT} for row in rows]
        assert counts(brand.orders(*moved)) == (0, 1, 0, 0)
        assert sold_by_day(brand) == {date(2025, 3, 2): 3550}
        void, live = line_facts(brand)[:2], line_facts(brand)[2:]
        assert [row["line_id"] for row in void] == [row["line_id"] for row in old]
        assert {row["business_on"] for row in void} == {DAY}
        assert all(row["is_void"] for row in void)
        assert {row["stamp"] for row in void} == {row["stamp"] for row in live}
        assert counts(brand.orders(*moved)) == (0, 0, 1, 0)

    def test_a_line_that_the_file_leaves_out_moves_with_its_order(self, brand: Brand):
        brand.orders(TEA | {"line_key": "1"}, CUP | {"line_key": "2"})
        brand.orders(TEA | {"line_key": "1", "paid_at": self.NEXT})
        assert sold_by_day(brand) == {date(2025, 3, 2): 3550}
        assert len(line_facts(brand)) == 4

    def test_an_order_that_moves_back_and_forth_is_counted_once(self, brand: Brand):
        for paid_at in (PAID, self.NEXT, PAID, self.NEXT):
            brand.orders(TEA | {"paid_at": paid_at}, CUP | {"paid_at": paid_at})
        assert sold_by_day(brand) == {date(2025, 3, 2): 3550}

    def test_another_hour_of_the_same_day_moves_nothing(self, brand: Brand):
        brand.orders(TEA)
        assert counts(brand.orders(TEA | {"paid_at": "2025-03-01 23:00"})) == (0, 1, 0, 0)
        (row,) = line_facts(brand)
        assert (row["local_hour"], row["is_void"]) == (23, False)


def test_programs_and_sources_do_not_mix_their_orders(brand: Brand):
    other, pos = new_brand("other"), Brand(brand.program, source="pos")
    for one in (brand, other, pos):
        assert counts(one.orders(TEA)) == (1, 0, 0, 0)
    assert sold_by_day(brand) == {DAY: 4000}
    assert sold_by_day(other) == {DAY: 2000}
    other.orders(TEA | {"status": "cancelled"})
    assert sold_by_day(brand) == {DAY: 4000}


def test_an_order_that_says_no_moment_and_is_unknown_is_rejected_with_all_its_lines(brand: Brand):
    without = {"paid_at": None, "ordered_at": None}
    result = brand.orders(TEA | without, CUP | without, line(order_key="o2"))
    assert counts(result) == (1, 0, 0, 2)
    assert [(reject.row, reject.code) for reject in result.rejects] == [
        (2, "unknown_order"),
        (3, "unknown_order"),
    ]
    assert result.sums == {"sales": 1000, "freight": 0}
