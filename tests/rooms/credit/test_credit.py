"""To whom a sold line belongs: who served then, else the order's own seller, else its store."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.rooms.credit.facts import daily_credits, read_credits
from siyu.rooms.credit.queries import credit_of_line
from siyu.rooms.credit.rules import credit_of
from siyu.rooms.credit.types import Basis
from siyu.rooms.operations.queries import pending_deliveries
from tests.rooms.arrow_rows import moment
from tests.rooms.brand import Brand, new_brand
from tests.rooms.orders.reading import line_facts, live_lines

JAN, FEB, MAR = (f"2025-0{month}-01 10:00" for month in (1, 2, 3))
SALE = {"order_key": "o1", "customer_key": "c1", "paid_at": "2025-02-10 10:00"}


@pytest.fixture
def staffed(brand: Brand) -> Brand:
    brand.sellers(
        {"key": "ann", "store_key": "s1"},
        {"key": "bob", "store_key": "s2"},
        {"key": "cat", "store_key": "s3"},
    )
    return brand


def credited(brand: Brand) -> list[tuple[str, str | None, str | None]]:
    """(basis, seller key, store key) of each line that is not void, in their order."""
    sellers = {brand.seller(key): key for key in ("ann", "bob", "cat")}
    stores = {brand.store(key): key for key in ("s1", "s2", "s3")}
    found = []
    for line in live_lines(brand):
        credit = credit_of_line(line_id=line["line_id"])
        assert credit is not None
        basis, seller_id, unit_id, follow_id = credit
        assert (follow_id is not None) == (basis is Basis.SERVING)
        found.append(
            (
                basis.value,
                None if seller_id is None else sellers[seller_id],
                None if unit_id is None else stores[unit_id],
            )
        )
    return found


def sell(brand: Brand, **more: Any) -> None:
    brand.orders(SALE | more)
    brand.react()


class TestWhoGetsALine:
    def test_the_seller_who_served_then(self, staffed: Brand):
        staffed.follows(
            {"customer_key": "c1", "seller_key": "ann", "followed_at": JAN},
            {"customer_key": "c1", "seller_key": "bob", "followed_at": MAR, "is_serving": True},
        )
        sell(staffed, seller_key="cat", store_key="s3")
        sell(staffed, order_key="o2", paid_at="2025-03-10 10:00", seller_key="cat")
        assert credited(staffed) == [("serving", "ann", "s1"), ("serving", "bob", "s2")]

    def test_without_one_the_orders_own_seller(self, staffed: Brand):
        sell(staffed, seller_key="cat", store_key="s1")
        assert credited(staffed) == [("order", "cat", "s3")]

    def test_a_line_may_have_a_seller_of_its_own(self, staffed: Brand):
        staffed.orders(
            SALE | {"seller_key": "ann", "product_key": "tea"},
            SALE | {"seller_key": "bob", "product_key": "cup"},
        )
        staffed.react()
        assert credited(staffed) == [("order", "ann", "s1"), ("order", "bob", "s2")]

    def test_without_a_seller_the_store(self, staffed: Brand):
        sell(staffed, store_key="s3")
        assert credited(staffed) == [("store", None, "s3")]

    def test_without_any_nobody(self, staffed: Brand):
        sell(staffed)
        assert credited(staffed) == [("none", None, None)]

    def test_an_order_without_a_customer_goes_by_its_own(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN)
        sell(staffed, customer_key=None, seller_key="bob")
        assert credited(staffed) == [("order", "bob", "s2")]

    def test_a_friend_who_does_not_serve_gets_nothing(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN, is_serving=False)
        sell(staffed, seller_key="bob")
        assert credited(staffed) == [("order", "bob", "s2")]

    @pytest.mark.parametrize(
        ("paid_at", "who"),
        [
            ("2025-01-01 09:59", ("store", None, "s3")),
            ("2025-01-01 10:00", ("serving", "ann", "s1")),
            ("2025-02-01 09:59", ("serving", "ann", "s1")),
            ("2025-02-01 10:00", ("store", None, "s3")),
        ],
    )
    def test_a_serving_period_holds_its_beginning_and_not_its_end(
        self, staffed: Brand, paid_at: str, who: tuple[str, str | None, str]
    ):
        staffed.follow("c1", "ann", JAN, ended_at=FEB)
        sell(staffed, paid_at=paid_at, store_key="s3")
        assert credited(staffed) == [who]

    def test_a_seller_who_left_keeps_what_was_sold_then(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN)
        staffed.sellers({"key": "ann", "status": "left"})
        sell(staffed)
        assert credited(staffed) == [("serving", "ann", "s1")]


class TestAgain:
    def test_a_follow_told_later_changes_past_sales(self, staffed: Brand):
        sell(staffed, seller_key="cat")
        staffed.follow("c1", "ann", JAN)
        assert credited(staffed) == [("order", "cat", "s3")]
        staffed.react()
        assert credited(staffed) == [("serving", "ann", "s1")]

    def test_a_hand_over_leaves_past_sales_where_they_were(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN)
        sell(staffed)
        stamps = [row["stamp"] for row in facts(staffed)]
        staffed.follow("c1", "bob", MAR, is_serving=True)
        staffed.react()
        assert credited(staffed) == [("serving", "ann", "s1")]
        assert [row["stamp"] for row in facts(staffed)] == stamps

    def test_a_hand_over_told_late_takes_the_sales_after_it(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN)
        sell(staffed)
        sell(staffed, order_key="o2", paid_at="2025-01-20 10:00")
        staffed.follow("c1", "bob", FEB, is_serving=True)
        staffed.react()
        assert credited(staffed) == [("serving", "bob", "s2"), ("serving", "ann", "s1")]

    def test_follows_of_another_customer_change_nothing(self, staffed: Brand):
        sell(staffed, seller_key="cat")
        staffed.follow("c2", "ann", JAN)
        staffed.react()
        assert credited(staffed) == [("order", "cat", "s3")]

    def test_the_same_seller_keeps_the_store_of_that_time(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN)
        sell(staffed)
        staffed.sellers({"key": "ann", "store_key": "s2"})
        sell(staffed, status="shipped")
        assert credited(staffed) == [("serving", "ann", "s1")]
        sell(staffed, order_key="o2")
        assert credited(staffed) == [("serving", "ann", "s1"), ("serving", "ann", "s2")]

    def test_crediting_again_changes_nothing(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN)
        sell(staffed)
        before = facts(staffed)
        staffed.orders(SALE)
        staffed.follow("c1", "ann", JAN)
        staffed.react()
        assert facts(staffed) == before

    def test_a_corrected_sale_is_credited_in_place_of_the_old(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN)
        sell(staffed)
        sell(staffed, quantity="3", paid_at="2025-03-05 10:00")
        assert credited(staffed) == [("serving", "ann", "s1")]
        assert [row["is_void"] for row in line_facts(staffed)] == [True, False]

    def test_a_customer_told_later_brings_the_line_to_who_served(self, staffed: Brand):
        staffed.follow("c1", "ann", JAN)
        sell(staffed, customer_key=None, store_key="s3")
        assert credited(staffed) == [("store", None, "s3")]
        sell(staffed)
        assert credited(staffed) == [("serving", "ann", "s1")]


def facts(brand: Brand) -> list[dict[str, Any]]:
    tables = read_credits(brand.program.id, 0, 2**62)
    rows = [row for table in tables for row in table.to_pylist()]
    return sorted(rows, key=lambda row: row["line_id"])


def test_a_line_is_not_credited_before_its_event_was_delivered(staffed: Brand):
    staffed.orders(SALE)
    (line,) = live_lines(staffed)
    assert credit_of_line(line_id=line["line_id"]) is None
    assert pending_deliveries() == 2, "to be credited, and to be told to other systems"


def test_every_line_has_one_credit_on_its_own_day(staffed: Brand):
    for number in range(3):
        staffed.orders(SALE | {"order_key": f"o{number}", "paid_at": f"2025-02-1{number} 10:00"})
    staffed.react()
    lines = {row["line_id"]: row["business_on"] for row in line_facts(staffed)}
    assert {row["line_id"]: row["business_on"] for row in facts(staffed)} == lines
    days = daily_credits(staffed.program.id, 2**62)
    assert [(day, rows) for day, rows, _ in days] == [(day, 1) for day in sorted(lines.values())]


def test_programs_do_not_mix_their_credits(staffed: Brand):
    other = new_brand("other")
    other.sellers({"key": "ann", "store_key": "s1"})
    other.follow("c1", "ann", JAN)
    sell(staffed, store_key="s3")
    sell(other)
    assert credited(staffed) == [("store", None, "s3")]
    assert [row["seller_id"] for row in facts(other)] == [other.seller("ann")]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(1, 9)), max_size=3),
    st.integers(1, 9),
    st.none() | st.just(7),
    st.none() | st.just(8),
)
def test_the_rule_is_serving_else_order_else_store_else_none(
    spans: list[tuple[int, int | None]], at: int, own: int | None, unit: int | None
):
    def day(number: int):
        return moment(f"2025-01-0{number} 00:00")

    periods = [
        (day(start), None if end is None else day(end), 100 + number, 200 + number)
        for number, (start, end) in enumerate(spans)
    ]
    found = credit_of(at=day(at), periods=periods, own_seller_id=own, unit_id=unit)
    served = [
        number
        for number, (start, end) in enumerate(spans)
        if start <= at and (end is None or at < end)
    ]
    if served:
        assert found == (Basis.SERVING, 100 + served[0], 200 + served[0])
    elif own is not None:
        assert found == (Basis.ORDER, own, None)
    else:
        assert found == (Basis.NONE if unit is None else Basis.STORE, None, None)
