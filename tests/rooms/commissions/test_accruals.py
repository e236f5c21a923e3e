"""What is booked for orders, refunds and credits, and what must not be booked twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from siyu.rooms.commissions.actions import accrue_due
from siyu.rooms.commissions.queries import prove_accruals
from siyu.rooms.commissions.types import Booked
from siyu.rooms.ledger.queries import balances_of, prove_ledger
from siyu.rooms.ledger.types import Account, Purpose
from siyu.rooms.operations.actions import wait_until_stable
from siyu.rooms.plans.actions import draft_plan, publish_plan
from tests.rooms.arrow_rows import Row
from tests.rooms.brand import Brand

TODAY = date(2026, 3, 20)
AT = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
DIRECT = '[[shares]]\nname = "own sales"\nrates = [{ percent = 10 }]\n'


def publish(brand: Brand, text: str = DIRECT, from_on: str = "2026-03-01") -> int:
    text = f'name = "guides"\nfrom_on = {from_on}\n{text}'
    plan_id = draft_plan(viewer=brand.owner, text=text)
    publish_plan(viewer=brand.owner, plan_id=plan_id, today=date(2026, 2, 1), at=AT)
    return plan_id


def accrue(brand: Brand, today: date = TODAY) -> Booked:
    brand.react()
    wait_until_stable()
    return accrue_due(program_id=brand.program.id, today=today, at=AT)


def payable(brand: Brand, owner_id: int) -> int:
    account = Account(Purpose.COMMISSION_PAYABLE, owner_id)
    return balances_of(program_id=brand.program.id, accounts=[account])[account]


def assert_sound(brand: Brand) -> None:
    assert prove_ledger(program_id=brand.program.id).disagreements == []
    assert prove_accruals(program_id=brand.program.id) == []


@pytest.fixture
def shop(committed_brand: Brand) -> Brand:
    brand = committed_brand
    brand.sellers({"key": "S1", "store_key": "N1"}, {"key": "S2", "store_key": "N1"})
    brand.products({"key": "P1"}, {"key": "P2"})
    return brand


def sale(order: str = "O1", *, fen: int = 10_000, at: str = "2026-03-05 12:00", **more: Any) -> Row:
    line = {"order_key": order, "line_key": "1", "seller_key": "S1", "product_key": "P1"}
    return {**line, "unit_price": str(fen / 100), "ordered_at": at, **more}


def test_a_sold_line_is_paid_for_once(shop: Brand) -> None:
    publish(shop)
    shop.orders(sale())
    assert accrue(shop) == Booked(orders=1, lines=1, amount_minor=1_000)
    assert accrue(shop) == Booked(orders=0, lines=0, amount_minor=0)
    assert payable(shop, shop.seller("S1")) == 1_000
    assert_sound(shop)


def test_what_was_sold_before_the_plan_began_is_not_paid_for(shop: Brand) -> None:
    publish(shop)
    shop.orders(sale(at="2026-02-28 23:59"), sale("O2", at="2026-03-01 00:00"))
    assert accrue(shop).amount_minor == 1_000
    assert_sound(shop)


def test_freight_is_not_paid_for(shop: Brand) -> None:
    publish(shop)
    shop.orders(sale(freight_minor=1_200))
    assert accrue(shop).amount_minor == 1_000


def test_a_refund_takes_back_its_part_and_a_second_run_nothing(shop: Brand) -> None:
    publish(shop)
    shop.orders(sale(fen=9_999))
    assert accrue(shop).amount_minor == 1_000
    shop.orders(sale(fen=9_999, refund_minor=3_333, refunded_at="2026-03-09 12:00"))
    assert accrue(shop).amount_minor == -333
    assert accrue(shop).lines == 0
    assert payable(shop, shop.seller("S1")) == 667
    shop.orders(sale(fen=9_999, refund_minor=9_999, refunded_at="2026-03-09 12:00"))
    assert accrue(shop).amount_minor == -667
    assert payable(shop, shop.seller("S1")) == 0
    assert_sound(shop)


def test_a_cancelled_order_and_a_corrected_one_are_booked_by_their_difference(shop: Brand) -> None:
    publish(shop)
    shop.orders(sale(), sale("O2", fen=20_000))
    assert accrue(shop).amount_minor == 3_000
    shop.orders(sale(status="cancelled"), sale("O2", fen=25_000))
    assert accrue(shop).amount_minor == -1_000 + 500
    assert_sound(shop)


def test_an_order_that_moved_to_another_day_is_paid_for_there(shop: Brand) -> None:
    publish(shop)
    shop.orders(sale())
    accrue(shop)
    shop.orders(sale(at="2026-02-05 12:00"))
    assert accrue(shop).amount_minor == -1_000
    assert payable(shop, shop.seller("S1")) == 0
    assert_sound(shop)


def test_who_served_is_credited_late_and_the_first_one_gives_it_back(shop: Brand) -> None:
    publish(shop)
    shop.customers({"key": "C1"})
    shop.orders(sale(customer_key="C1"))
    accrue(shop)
    shop.follow("C1", "S2", "2026-03-01 09:00")
    assert accrue(shop).amount_minor == 0
    assert payable(shop, shop.seller("S1")) == 0
    assert payable(shop, shop.seller("S2")) == 1_000
    assert_sound(shop)


def test_an_old_order_stays_on_the_plan_of_its_day(shop: Brand) -> None:
    publish(shop)
    shop.orders(sale(), sale("O2", at="2026-03-10 00:00"))
    publish(shop, DIRECT.replace("10", "20"), from_on="2026-03-10")
    assert accrue(shop).amount_minor == 1_000 + 2_000
    shop.orders(sale(fen=20_000))
    assert accrue(shop).amount_minor == 1_000
    assert_sound(shop)


def test_limits_of_an_order_and_a_month_are_booked_by_their_difference(shop: Brand) -> None:
    publish(
        shop,
        DIRECT.replace(
            'own sales"',
            "own sales\"\nlimits = [{ per = 'order', most = 15 }, { per = 'month', most = 20 }]",
        ),
    )
    lines = [sale(fen=10_000), sale(fen=10_000, line_key="2")]
    shop.orders(*lines)
    assert accrue(shop).amount_minor == 1_500
    shop.orders(sale("O2", at="2026-03-31 23:00"))
    assert accrue(shop).amount_minor == 500
    shop.orders(sale("O3", at="2026-04-01 00:00"))
    assert accrue(shop).amount_minor == 1_000
    shop.orders(lines[0], {**lines[1], "refund_minor": 10_000, "refunded_at": "2026-03-09 12:00"})
    assert accrue(shop).amount_minor == 0
    shop.orders(
        *({**line, "refund_minor": 10_000, "refunded_at": "2026-03-09 12:00"} for line in lines)
    )
    assert accrue(shop).amount_minor == -1_000
    assert payable(shop, shop.seller("S1")) == 2_000
    assert_sound(shop)


def test_a_bonus_that_was_reached_is_taken_back_with_the_refund(shop: Brand) -> None:
    bonus = "[[bonuses]]\nname = 'push'\nsteps = [{ at = 150, amount = 8 }]\n"
    publish(shop, DIRECT + bonus)
    shop.orders(sale())
    assert accrue(shop).amount_minor == 1_000
    shop.orders(sale("O2"))
    assert accrue(shop).amount_minor == 1_800
    shop.orders(sale("O2", refund_minor=6_000, refunded_at="2026-03-09 12:00"))
    assert accrue(shop).amount_minor == -600 - 800
    assert_sound(shop)


def test_the_store_and_who_invited_are_paid_and_a_store_without_seller_too(shop: Brand) -> None:
    shop.sellers({"key": "S3", "store_key": "N1", "invited_by_key": "S1"})
    publish(
        shop,
        DIRECT + "[[shares]]\nname = 'store'\nto = 'store'\nrates = [{ percent = 1 }]\n",
    )
    shop.orders(
        sale(seller_key="S3"),
        sale("O2", seller_key=None, store_key="N1"),
        sale("O3", seller_key=None),
    )
    assert accrue(shop).amount_minor == 1_000 + 100 + 100
    assert payable(shop, shop.store("N1")) == 200
    assert payable(shop, shop.seller("S1")) == 0
    assert_sound(shop)


def test_an_order_with_a_limit_that_moved_twice_is_paid_for_once(shop: Brand) -> None:
    publish(
        shop, DIRECT.replace('own sales"', "own sales\"\nlimits = [{ per = 'order', most = 5 }]")
    )
    shop.orders(sale())
    assert accrue(shop).amount_minor == 500
    shop.orders(sale(at="2026-03-08 12:00"))
    assert accrue(shop).amount_minor == 0
    shop.orders(sale(at="2026-03-08 12:00", fen=4_000))
    assert accrue(shop).amount_minor == -100
    shop.orders(sale(at="2026-03-11 12:00", fen=20_000))
    assert accrue(shop).amount_minor == 100
    assert payable(shop, shop.seller("S1")) == 500
    assert_sound(shop)
