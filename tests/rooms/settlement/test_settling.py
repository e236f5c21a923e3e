"""Closing periods, statements, and payouts that two persons make and check."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import settings

from siyu.foundation.crypto import Keyring, new_root
from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.commissions.queries import prove_accruals
from siyu.rooms.ledger.queries import balances_of, prove_ledger
from siyu.rooms.ledger.types import Account, Purpose
from siyu.rooms.operations.actions import wait_until_stable
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.plans.actions import draft_plan, publish_plan
from siyu.rooms.settlement.actions import (
    approve_payout,
    carry_out_payouts,
    close_due,
    draft_payout,
    identify,
    reseal_payees,
    set_payee,
    set_terms,
    withdraw_payout,
)
from siyu.rooms.settlement.queries import (
    closings_of,
    find_statement,
    own_payee,
    own_statements,
    payees_of,
    payout_items,
    payouts_of,
    statement_lines,
    statements_page,
)
from siyu.rooms.settlement.types import (
    GapPolicy,
    ItemState,
    PayeeKind,
    PayoutState,
    PeriodKind,
    Terms,
    Withholding,
)
from tests.rooms.arrow_rows import Row
from tests.rooms.brand import Brand

AT = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
PAPER = "11010519491231002X"
PLAN = """
name = "guides"
from_on = 2026-03-01
[release]
days = 10
received_after_days = 0
[[shares]]
name = "own sales"
rates = [{ percent = 10 }]
"""


def terms(**more: Any) -> Terms:
    given: dict[str, Any] = {
        "period": PeriodKind.MONTH,
        "working_days": 1,
        "begins_on": date(2026, 3, 1),
        "least_payout_minor": 100,
        "withholding": Withholding.PER_PAYMENT,
        "gap_policy": GapPolicy.LITERAL,
    }
    return Terms(**(given | more))


@pytest.fixture
def shop(committed_brand: Brand) -> Brand:
    brand = committed_brand
    brand.sellers({"key": "S1", "login": "s1"}, {"key": "S2", "login": "s2"})
    plan_id = draft_plan(viewer=brand.owner, text=PLAN)
    publish_plan(viewer=brand.owner, plan_id=plan_id, today=date(2026, 2, 1), at=AT)
    set_terms(viewer=brand.owner, terms=terms())
    return brand


def sale(order: str, yuan: int, day: str, **more: Any) -> Row:
    line = {"order_key": order, "line_key": "1", "seller_key": "S1", "unit_price": str(yuan)}
    return {**line, "ordered_at": f"{day} 12:00", **more}


def close(brand: Brand, today: date) -> list[int]:
    brand.react()
    wait_until_stable()
    return close_due(program_id=brand.program.id, today=today, at=AT, viewer=brand.owner)


def known(brand: Brand, key: str, account: str = "6222020000001234") -> None:
    viewer = brand.seller_viewer(key)
    identify(viewer=viewer, name="Zhang San", number=PAPER, account=account)


def two(brand: Brand) -> tuple[Viewer, Viewer]:
    return brand.staff("fay", Role.FINANCE), brand.staff("finn", Role.FINANCE)


def held(brand: Brand, purpose: Purpose, key: str | None = None) -> int:
    account = Account(purpose, brand.seller(key) if key else 0)
    return balances_of(program_id=brand.program.id, accounts=[account])[account]


def statement(brand: Brand, key: str) -> tuple[int, ...]:
    newest = closings_of(viewer=brand.owner)[0]
    shown, _ = statements_page(viewer=brand.owner, closing_id=newest.id)
    (own,) = (each for each in shown if each.payee_id == brand.seller(key))
    return (
        own.opening_minor,
        own.earned_minor,
        own.reversed_minor,
        own.bonus_minor,
        own.withheld_minor,
        own.paid_minor,
        own.closing_minor,
    )


def assert_sound(brand: Brand) -> None:
    assert prove_ledger(program_id=brand.program.id).disagreements == []
    assert prove_accruals(program_id=brand.program.id) == []


def test_a_period_is_closed_when_it_is_over_and_once(shop: Brand) -> None:
    shop.orders(sale("O1", 100, "2026-03-05"), sale("O2", 50, "2026-03-25"))
    assert close(shop, date(2026, 3, 31)) == []
    assert close(shop, date(2026, 4, 1)) == [1]
    assert statement(shop, "S1") == (0, 1_000, 0, 0, 0, 0, 1_000)
    assert held(shop, Purpose.SELLER_AVAILABLE, "S1") == 1_000
    assert held(shop, Purpose.COMMISSION_PAYABLE, "S1") == 500
    assert close(shop, date(2026, 4, 1)) == []
    assert close(shop, date(2026, 6, 1)) == [2, 3]
    assert statement(shop, "S1") == (1_500, 0, 0, 0, 0, 0, 1_500)
    assert_sound(shop)


def test_a_refund_after_closing_goes_into_the_next_period_and_debt_is_worked_off(
    shop: Brand,
) -> None:
    shop.orders(sale("O1", 100, "2026-03-05"))
    close(shop, date(2026, 4, 1))
    shop.orders(
        sale("O1", 100, "2026-03-05", refund_minor=10_000, refunded_at="2026-04-20 09:00"),
        sale("O2", 30, "2026-04-02"),
    )
    close(shop, date(2026, 5, 1))
    assert statement(shop, "S1") == (1_000, 300, -1_000, 0, 0, 0, 300)
    assert_sound(shop)


def test_who_was_paid_and_owes_is_paid_again_only_for_more(shop: Brand) -> None:
    maker, checker = two(shop)
    known(shop, "S1")
    shop.orders(sale("O1", 100, "2026-03-05"))
    close(shop, date(2026, 4, 1))
    pay(shop, maker, checker)
    shop.orders(sale("O1", 100, "2026-03-05", refund_minor=10_000, refunded_at="2026-04-20 09:00"))
    close(shop, date(2026, 5, 1))
    assert statement(shop, "S1") == (1_000, 0, -1_000, 0, 0, -1_000, -1_000)
    with pytest.raises(Conflict, match="Nobody"):
        draft_payout(viewer=maker, today=date(2026, 5, 2), at=AT)
    shop.orders(sale("O2", 150, "2026-05-02"))
    close(shop, date(2026, 6, 1))
    assert statement(shop, "S1") == (-1_000, 1_500, 0, 0, 0, 0, 500)
    assert_sound(shop)


def pay(brand: Brand, maker: Viewer, checker: Viewer, today: date = date(2026, 4, 2)) -> int:
    payout_id = draft_payout(viewer=maker, today=today, at=AT)
    approve_payout(viewer=checker, payout_id=payout_id, today=today, at=AT)
    carry_out_payouts(program_id=brand.program.id, at=AT, today=today)
    return payout_id


def test_tax_is_withheld_by_the_month_and_what_failed_comes_back(shop: Brand) -> None:
    maker, checker = two(shop)
    known(shop, "S1")
    known(shop, "S2", account="6222020000000000")
    shop.orders(sale("O1", 30_000, "2026-03-05"), sale("O2", 30_000, "2026-03-05", seller_key="S2"))
    close(shop, date(2026, 4, 1))
    payout_id = pay(shop, maker, checker)
    by_payee = {each.payee_id: each for each in payout_items(viewer=maker, payout_id=payout_id)}
    paid, failed = by_payee[shop.seller("S1")], by_payee[shop.seller("S2")]
    assert (paid.gross_minor, paid.tax_minor, paid.state) == (300_000, 44_000, ItemState.PAID)
    assert (failed.state, failed.reason) == (ItemState.FAILED, "The account is closed.")
    assert held(shop, Purpose.SELLER_WITHDRAWN, "S1") == 256_000
    assert held(shop, Purpose.SELLER_AVAILABLE, "S2") == 300_000
    assert held(shop, Purpose.TAX_WITHHELD) == 44_000
    assert held(shop, Purpose.CLEARING) == 0
    assert payouts_of(viewer=maker)[0].state is PayoutState.DONE
    shop.orders(sale("O3", 25_000, "2026-03-05"))
    close(shop, date(2026, 5, 1))
    assert statement(shop, "S1") == (300_000, 250_000, 0, 0, -44_000, -256_000, 250_000)
    assert statement(shop, "S2") == (300_000, 0, 0, 0, 0, 0, 300_000)
    draft = draft_payout(viewer=maker, today=date(2026, 4, 3), at=AT, payee_ids=[shop.seller("S1")])
    (item,) = payout_items(viewer=maker, payout_id=draft)
    assert item.tax_minor == 44_000
    assert_sound(shop)


def test_who_makes_a_batch_cannot_check_it(shop: Brand) -> None:
    maker, checker = two(shop)
    known(shop, "S1")
    shop.orders(sale("O1", 100, "2026-03-05"))
    close(shop, date(2026, 4, 1))
    payout_id = draft_payout(viewer=maker, today=date(2026, 4, 2), at=AT)
    with pytest.raises(Conflict, match="cannot check"):
        approve_payout(viewer=maker, payout_id=payout_id, today=date(2026, 4, 2), at=AT)
    with pytest.raises(Conflict, match="two persons"):
        approve_payout(viewer=shop.owner, payout_id=payout_id, today=date(2026, 4, 2), at=AT)
    with pytest.raises(NotAllowed):
        approve_payout(
            viewer=shop.staff("ann", Role.ANALYST), payout_id=payout_id, today=AT.date(), at=AT
        )
    assert carry_out_payouts(program_id=shop.program.id, at=AT, today=AT.date()) == 0
    assert held(shop, Purpose.SELLER_AVAILABLE, "S1") == 1_000
    approve_payout(viewer=checker, payout_id=payout_id, today=date(2026, 4, 2), at=AT)
    with pytest.raises(Conflict, match="already"):
        approve_payout(viewer=checker, payout_id=payout_id, today=date(2026, 4, 2), at=AT)
    assert_sound(shop)


def test_a_batch_whose_balances_changed_is_not_paid(shop: Brand) -> None:
    maker, checker = two(shop)
    known(shop, "S1")
    shop.orders(sale("O1", 100, "2026-03-05"))
    close(shop, date(2026, 4, 1))
    payout_id = draft_payout(viewer=maker, today=date(2026, 4, 2), at=AT)
    with pytest.raises(Conflict, match="waits"):
        draft_payout(viewer=maker, today=date(2026, 4, 2), at=AT)
    shop.orders(sale("O1", 100, "2026-03-05", refund_minor=100, refunded_at="2026-04-20 09:00"))
    close(shop, date(2026, 5, 1))
    with pytest.raises(Conflict, match="make it anew"):
        approve_payout(viewer=checker, payout_id=payout_id, today=date(2026, 5, 2), at=AT)
    withdraw_payout(viewer=maker, payout_id=payout_id)
    assert held(shop, Purpose.SELLER_AVAILABLE, "S1") == 990
    pay(shop, maker, checker, date(2026, 5, 2))
    assert held(shop, Purpose.SELLER_WITHDRAWN, "S1") == 990


def test_where_a_batch_goes_cannot_be_changed_behind_the_checker(shop: Brand) -> None:
    maker, checker = two(shop)
    known(shop, "S1")
    shop.orders(sale("O1", 100, "2026-03-05"))
    close(shop, date(2026, 4, 1))
    today = date(2026, 4, 2)
    payout_id = draft_payout(viewer=maker, today=today, at=AT)
    known(shop, "S1", account="6222020000009999")
    with pytest.raises(Conflict, match="where has changed"):
        approve_payout(viewer=checker, payout_id=payout_id, today=today, at=AT)
    withdraw_payout(viewer=maker, payout_id=payout_id)
    payout_id = draft_payout(viewer=maker, today=today, at=AT)
    approve_payout(viewer=checker, payout_id=payout_id, today=today, at=AT)
    # An account that ends so comes back: the change must not reach what was checked.
    known(shop, "S1", account="6222020000000000")
    carry_out_payouts(program_id=shop.program.id, at=AT, today=today)
    (item,) = payout_items(viewer=maker, payout_id=payout_id)
    assert item.state is ItemState.PAID


def test_nobody_is_paid_whose_identity_is_not_known(shop: Brand) -> None:
    maker, _ = two(shop)
    shop.orders(sale("O1", 100, "2026-03-05"))
    close(shop, date(2026, 4, 1))
    with pytest.raises(Conflict, match="Nobody"):
        draft_payout(viewer=maker, today=date(2026, 4, 2), at=AT)
    with pytest.raises(BadInput) as wrong:
        identify(
            viewer=shop.seller_viewer("S1"),
            name="Zhang San",
            number="110105194912310021",
            account="6222020000001234",
        )
    assert wrong.value.field == "number"
    assert own_payee(viewer=shop.seller_viewer("S1")) is None
    known(shop, "S1")
    own = own_payee(viewer=shop.seller_viewer("S1"))
    assert own is not None
    assert (own.masked_number, own.masked_account) == ("····002X", "····1234")
    assert "Zhang" not in own.name or "San" not in own.name


def test_a_company_invoices_and_nothing_is_withheld(shop: Brand) -> None:
    maker, checker = two(shop)
    with pytest.raises(BadInput, match="invoice"):
        trader(shop, Withholding.PER_PAYMENT)
    trader(shop, Withholding.NONE)
    with pytest.raises(Conflict, match="Finance"):
        known(shop, "S1")
    shop.orders(sale("O1", 30_000, "2026-03-05"))
    close(shop, date(2026, 4, 1))
    pay(shop, maker, checker)
    assert held(shop, Purpose.SELLER_WITHDRAWN, "S1") == 300_000


def trader(brand: Brand, withholding: Withholding) -> None:
    set_payee(
        viewer=brand.owner,
        owner_id=brand.seller("S1"),
        kind=PayeeKind.COMPANY,
        withholding=withholding,
        name="Plum Trading",
        number="91330100MA2ABCDE1X",
        account="6222020000001234",
    )


def test_every_figure_opens_down_to_its_order_and_only_for_its_owner(shop: Brand) -> None:
    shop.orders(sale("O1", 100, "2026-03-05"), sale("O2", 20, "2026-03-06", seller_key="S2"))
    close(shop, date(2026, 4, 1))
    (own,) = own_statements(viewer=shop.seller_viewer("S1"))
    (line,) = statement_lines(viewer=shop.seller_viewer("S1"), statement_id=own.id)
    assert (line.order_key, line.rule_name, line.rate_text) == ("O1", "own sales", "10%")
    assert (line.base_minor, line.amount_minor) == (10_000, 1_000)
    with pytest.raises(NotFound):
        find_statement(viewer=shop.seller_viewer("S2"), statement_id=own.id)
    with pytest.raises(NotAllowed):
        find_statement(viewer=shop.staff("ann", Role.ANALYST), statement_id=own.id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"working_days": 0}, "working_days"),
        ({"least_payout_minor": -1}, "least_payout"),
    ],
)
def test_terms_that_cannot_be_meant_are_named(
    shop: Brand, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as found:
        set_terms(viewer=shop.owner, terms=terms(**wrong))
    assert found.value.field == field


def test_the_first_day_stays_after_the_first_closing(shop: Brand) -> None:
    close(shop, date(2026, 4, 1))
    with pytest.raises(Conflict):
        set_terms(viewer=shop.owner, terms=terms(begins_on=date(2026, 1, 1)))
    set_terms(viewer=shop.owner, terms=terms(period=PeriodKind.WEEK))
    assert close(shop, date(2026, 4, 13)) == [2, 3]
    assert [each.ends_on for each in closings_of(viewer=shop.owner)] == [
        date(2026, 4, 12),
        date(2026, 4, 5),
        date(2026, 3, 31),
    ]


def test_identities_are_sealed_anew_under_a_new_key(
    shop: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(shop, "S1")
    old: Keyring = settings.SIYU_KEYRING
    both = Keyring(roots={**old.roots, old.current + 1: new_root()}, index_key=old.index_key)
    monkeypatch.setattr(settings, "SIYU_KEYRING", both)
    assert (reseal_payees(), reseal_payees()) == (1, 0)
    seller_id = shop.seller("S1")
    only_new = Keyring(roots={both.current: both.roots[both.current]}, index_key=old.index_key)
    monkeypatch.setattr(settings, "SIYU_KEYRING", only_new)
    assert payees_of(owner_ids=[seller_id])[seller_id].masked_account == "····1234"
