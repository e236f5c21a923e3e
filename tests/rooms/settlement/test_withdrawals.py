"""What sellers ask to be paid: once, no more than they have, taken by one batch and given back."""

from __future__ import annotations

from datetime import date

import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed
from siyu.rooms.ledger.types import Purpose
from siyu.rooms.plans.actions import draft_plan, publish_plan
from siyu.rooms.settlement.actions import (
    approve_payout,
    ask_withdrawal,
    cancel_withdrawal,
    carry_out_payouts,
    draft_payout,
    set_payee,
    set_terms,
    withdraw_payout,
)
from siyu.rooms.settlement.models import Withdrawal as Row
from siyu.rooms.settlement.queries import own_payouts, own_withdrawal, payout_items
from siyu.rooms.settlement.types import ItemState, PayeeKind, Withdrawal, Withholding
from tests.rooms.brand import Brand
from tests.rooms.settlement.test_settling import (
    AT,
    PAPER,
    PLAN,
    assert_sound,
    close,
    held,
    known,
    sale,
    shop,
    terms,
    two,
)

__all__ = ["shop"]
PAID_ON = date(2026, 4, 2)


@pytest.fixture
def asked(shop: Brand) -> Brand:
    """S1 has 500.00 available, S2 300.00; both are known, and sellers are paid what they ask."""
    set_terms(viewer=shop.owner, terms=terms(on_request=True))
    shop.orders(sale("O1", 5_000, "2026-03-02"), sale("O2", 3_000, "2026-03-03", seller_key="S2"))
    close(shop, PAID_ON)
    known(shop, "S1")
    known(shop, "S2")
    return shop


def ask(brand: Brand, key: str, minor: int) -> None:
    ask_withdrawal(viewer=brand.seller_viewer(key), amount_minor=minor, at=AT)


def waits(brand: Brand, key: str) -> Withdrawal | None:
    return own_withdrawal(viewer=brand.seller_viewer(key))


def test_a_batch_pays_what_was_asked_for_and_no_more(asked: Brand) -> None:
    ask(asked, "S1", 20_000)
    maker, checker = two(asked)
    payout_id = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    (item,) = payout_items(viewer=maker, payout_id=payout_id)
    assert (item.payee_id, item.gross_minor) == (asked.seller("S1"), 20_000)
    waiting = waits(asked, "S1")
    assert waiting is not None
    assert waiting.in_batch
    approve_payout(viewer=checker, payout_id=payout_id, today=PAID_ON, at=AT)
    carry_out_payouts(program_id=asked.program.id, at=AT, today=PAID_ON)
    assert waits(asked, "S1") is None
    assert held(asked, Purpose.SELLER_AVAILABLE, "S1") == 30_000
    assert held(asked, Purpose.SELLER_AVAILABLE, "S2") == 30_000
    (paid,) = own_payouts(viewer=asked.seller_viewer("S1"))
    assert (paid.gross_minor, paid.net_minor, paid.state) == (20_000, 20_000, ItemState.PAID)
    assert own_payouts(viewer=asked.seller_viewer("S2")) == []
    with pytest.raises(Conflict, match="Nobody"):
        draft_payout(viewer=maker, today=PAID_ON, at=AT)
    assert_sound(asked)


def test_one_asks_once_until_it_is_cancelled_or_paid(asked: Brand) -> None:
    ask(asked, "S1", 20_000)
    with pytest.raises(Conflict, match="asked already"):
        ask(asked, "S1", 100)
    cancel_withdrawal(viewer=asked.seller_viewer("S1"))
    with pytest.raises(Conflict, match="nothing that waits"):
        cancel_withdrawal(viewer=asked.seller_viewer("S1"))
    ask(asked, "S1", 30_000)
    maker, checker = two(asked)
    payout_id = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    with pytest.raises(Conflict, match="batch holds it"):
        cancel_withdrawal(viewer=asked.seller_viewer("S1"))
    approve_payout(viewer=checker, payout_id=payout_id, today=PAID_ON, at=AT)
    ask(asked, "S1", 20_000)
    assert Row.objects.filter(payee_id=asked.seller("S1")).count() == 3


def test_a_batch_that_is_withdrawn_gives_back_what_was_asked(asked: Brand) -> None:
    ask(asked, "S1", 20_000)
    maker, _ = two(asked)
    payout_id = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    withdraw_payout(viewer=maker, payout_id=payout_id)
    waiting = waits(asked, "S1")
    assert waiting is not None
    assert not waiting.in_batch
    again = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    (item,) = payout_items(viewer=maker, payout_id=again)
    assert item.gross_minor == 20_000
    assert own_payouts(viewer=asked.seller_viewer("S1")) == []


def test_a_balance_that_sank_since_is_paid_as_far_as_it_goes(asked: Brand) -> None:
    ask(asked, "S1", 50_000)
    refund = {"refund_minor": 100_000, "refunded_at": "2026-04-10 12:00"}
    asked.orders(sale("O1", 5_000, "2026-03-02", **refund))
    close(asked, date(2026, 5, 1))
    maker, checker = two(asked)
    payout_id = draft_payout(viewer=maker, today=date(2026, 5, 1), at=AT)
    (item,) = payout_items(viewer=maker, payout_id=payout_id)
    assert item.gross_minor == 40_000
    approve_payout(viewer=checker, payout_id=payout_id, today=date(2026, 5, 1), at=AT)
    assert held(asked, Purpose.SELLER_AVAILABLE, "S1") == 0
    assert_sound(asked)


@pytest.mark.parametrize("minor", [-1, 0, 99, 50_001])
def test_an_amount_that_cannot_be_paid_is_refused(asked: Brand, minor: int) -> None:
    with pytest.raises(BadInput) as refused:
        ask(asked, "S1", minor)
    assert refused.value.field == "amount"
    assert not Row.objects.exists()


def test_who_is_not_known_or_is_paid_anyway_asks_for_nothing(shop: Brand) -> None:
    shop.orders(sale("O1", 5_000, "2026-03-02"))
    close(shop, PAID_ON)
    with pytest.raises(Conflict, match="all that is available"):
        ask(shop, "S1", 100)
    set_terms(viewer=shop.owner, terms=terms(on_request=True))
    with pytest.raises(Conflict, match="how you are paid"):
        ask(shop, "S1", 100)
    finance, _ = two(shop)
    with pytest.raises(NotAllowed):
        ask_withdrawal(viewer=finance, amount_minor=100, at=AT)
    assert not Row.objects.exists()


def test_stores_cannot_ask_and_are_paid_in_full(committed_brand: Brand) -> None:
    brand = committed_brand
    brand.sellers({"key": "S1", "login": "s1", "store_key": "N1"})
    text = f'{PLAN}[[shares]]\nname = "the store"\nto = "store"\nrates = [{{ percent = 2 }}]\n'
    plan_id = draft_plan(viewer=brand.owner, text=text)
    publish_plan(viewer=brand.owner, plan_id=plan_id, today=date(2026, 2, 1), at=AT)
    set_terms(viewer=brand.owner, terms=terms(on_request=True))
    brand.orders(sale("O1", 5_000, "2026-03-02"))
    close(brand, PAID_ON)
    known(brand, "S1")
    set_payee(
        viewer=brand.owner,
        owner_id=brand.store("N1"),
        kind=PayeeKind.COMPANY,
        withholding=Withholding.NONE,
        name="Store Ltd",
        number=PAPER,
        account="6222020000005678",
    )
    maker, _ = two(brand)
    payout_id = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    (item,) = payout_items(viewer=maker, payout_id=payout_id)
    assert (item.payee_id, item.gross_minor) == (brand.store("N1"), 10_000)


def test_who_left_cannot_ask_and_is_paid_in_full(asked: Brand) -> None:
    asked.sellers({"key": "S2", "login": "s2", "status": "left"})
    maker, _ = two(asked)
    payout_id = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    (item,) = payout_items(viewer=maker, payout_id=payout_id)
    assert (item.payee_id, item.gross_minor) == (asked.seller("S2"), 30_000)
