"""A company that collects for sellers: it is paid, it invoices, and everybody keeps a balance."""

from __future__ import annotations

from datetime import date

import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.ledger.types import Purpose
from siyu.rooms.organization.types import Role
from siyu.rooms.settlement.actions import (
    approve_payout,
    carry_out_payouts,
    draft_payout,
    set_collector,
    set_payee,
)
from siyu.rooms.settlement.models import Payee, PayoutItem
from siyu.rooms.settlement.queries import (
    collected_by,
    collector_of,
    own_collector,
    payout_items,
)
from siyu.rooms.settlement.types import PayeeKind, Withholding
from tests.rooms.brand import Brand, new_brand
from tests.rooms.settlement.test_settling import (
    AT,
    PAPER,
    assert_sound,
    close,
    held,
    known,
    pay,
    sale,
    shop,
    trader,
    two,
)

__all__ = ["shop"]
PAID_ON = date(2026, 4, 2)


def collect(brand: Brand, key: str = "S2", company: str | None = "S1") -> None:
    company_id = brand.seller(company) if company else None
    set_collector(viewer=brand.owner, owner_id=brand.seller(key), company_id=company_id, at=AT)


@pytest.fixture
def sold(shop: Brand) -> Brand:
    """S1 is a company with 3,000.00 available, S2 has told nothing and has 2,000.00."""
    trader(shop, Withholding.NONE)
    shop.orders(sale("O1", 30_000, "2026-03-05"), sale("O2", 20_000, "2026-03-05", seller_key="S2"))
    close(shop, PAID_ON)
    return shop


def test_who_is_collected_for_is_paid_through_the_company_without_tax(sold: Brand) -> None:
    collect(sold)
    maker, checker = two(sold)
    payout_id = pay(sold, maker, checker, PAID_ON)
    items = {each.payee_id: each for each in payout_items(viewer=maker, payout_id=payout_id)}
    assert {each.net_minor for each in items.values()} == {300_000, 200_000}
    assert {each.tax_minor for each in items.values()} == {0}
    assert len({bytes(row.sealed) for row in PayoutItem.objects.all()}) == 1
    assert held(sold, Purpose.SELLER_WITHDRAWN, "S2") == 200_000
    assert held(sold, Purpose.SELLER_WITHDRAWN, "S1") == 300_000
    assert_sound(sold)


def test_without_a_company_nobody_is_paid_for_her(sold: Brand) -> None:
    collect(sold)
    collect(sold, company=None)
    maker, checker = two(sold)
    pay(sold, maker, checker, PAID_ON)
    assert held(sold, Purpose.SELLER_WITHDRAWN, "S2") == 0
    assert held(sold, Purpose.SELLER_AVAILABLE, "S2") == 200_000


def test_a_batch_that_waits_is_made_anew_when_the_collector_changes(sold: Brand) -> None:
    known(sold, "S2")
    maker, checker = two(sold)
    payout_id = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    collect(sold)
    with pytest.raises(Conflict, match="make it anew"):
        approve_payout(viewer=checker, payout_id=payout_id, today=PAID_ON, at=AT)
    assert carry_out_payouts(program_id=sold.program.id, at=AT, today=PAID_ON) == 0
    assert held(sold, Purpose.SELLER_AVAILABLE, "S2") == 200_000


def test_the_company_and_its_sellers_are_told(sold: Brand) -> None:
    collect(sold)
    company, seller = sold.seller("S1"), sold.seller("S2")
    assert collector_of(viewer=sold.owner, owner_id=seller) == company
    assert collected_by(viewer=sold.owner, company_id=company) == [seller]
    assert own_collector(viewer=sold.seller_viewer("S2")) == "Plum Trading"
    assert own_collector(viewer=sold.seller_viewer("S1")) == ""
    assert collected_by(viewer=new_brand("other").owner, company_id=company) == []


def test_only_a_known_company_collects_and_not_for_itself_or_in_rows(shop: Brand) -> None:
    with pytest.raises(Conflict, match="company"):
        collect(shop)
    known(shop, "S1")
    with pytest.raises(Conflict, match="company"):
        collect(shop)
    Payee.objects.all().delete()
    trader(shop, Withholding.NONE)
    with pytest.raises(Conflict, match="company"):
        collect(shop, "S1", "S1")
    collect(shop)
    set_payee(
        viewer=shop.owner,
        owner_id=shop.seller("S2"),
        kind=PayeeKind.COMPANY,
        withholding=Withholding.NONE,
        name="Fern Trading",
        number="91330100MA2ABCDE2X",
        account="6222020000001111",
    )
    with pytest.raises(Conflict, match="collects for this company"):
        collect(shop, "S1", "S2")
    collect(shop, company=None)
    collect(shop, "S1", "S2")
    with pytest.raises(Conflict, match="collects for this company"):
        collect(shop, "S2", "S1")


def test_who_may_set_it_and_for_whom(sold: Brand) -> None:
    for viewer in (sold.seller_viewer("S2"),):
        with pytest.raises(NotAllowed):
            set_collector(
                viewer=viewer, owner_id=sold.seller("S2"), company_id=sold.seller("S1"), at=AT
            )
    other = new_brand("other").owner
    for company_id in (sold.seller("S1"), None):
        with pytest.raises(NotFound):
            set_collector(viewer=other, owner_id=sold.seller("S2"), company_id=company_id, at=AT)
    assert collector_of(viewer=sold.owner, owner_id=sold.seller("S2")) is None


def test_who_told_where_money_goes_cannot_check_it(sold: Brand) -> None:
    maker, checker = two(sold)
    set_collector(viewer=checker, owner_id=sold.seller("S2"), company_id=sold.seller("S1"), at=AT)
    payout_id = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    shown = {each.payee_id: each for each in payout_items(viewer=maker, payout_id=payout_id)}
    other = shown[sold.seller("S2")]
    assert (other.name, other.masked_account) == ("Plum Trading", "····1234")
    with pytest.raises(Conflict, match="cannot check it"):
        approve_payout(viewer=checker, payout_id=payout_id, today=PAID_ON, at=AT)
    third = sold.staff("fred", Role.FINANCE)
    approve_payout(viewer=third, payout_id=payout_id, today=PAID_ON, at=AT)


def test_who_told_an_identity_cannot_check_it(shop: Brand) -> None:
    maker, checker = two(shop)
    set_payee(
        viewer=checker,
        owner_id=shop.seller("S1"),
        kind=PayeeKind.PERSON,
        withholding=Withholding.PER_PAYMENT,
        name="Zhang San",
        number=PAPER,
        account="6222020000001111",
    )
    shop.orders(sale("O1", 5_000, "2026-03-05"))
    close(shop, PAID_ON)
    payout_id = draft_payout(viewer=maker, today=PAID_ON, at=AT)
    with pytest.raises(Conflict, match="cannot check it"):
        approve_payout(viewer=checker, payout_id=payout_id, today=PAID_ON, at=AT)
    assert held(shop, Purpose.SELLER_AVAILABLE, "S1") == 50_000


def test_a_company_that_collects_stays_a_company(sold: Brand) -> None:
    collect(sold)
    with pytest.raises(BadInput, match="stays a company"):
        set_payee(
            viewer=sold.owner,
            owner_id=sold.seller("S1"),
            kind=PayeeKind.PERSON,
            withholding=Withholding.PER_PAYMENT,
            name="Zhang San",
            number=PAPER,
            account="6222020000001111",
        )
    assert Payee.objects.get(owner_id=sold.seller("S1")).kind == PayeeKind.COMPANY


def test_what_a_company_collected_is_no_income_of_the_person(sold: Brand) -> None:
    collect(sold)
    maker, checker = two(sold)
    pay(sold, maker, checker, PAID_ON)
    collect(sold, company=None)
    known(sold, "S2")
    sold.orders(sale("O3", 8_000, "2026-03-05", seller_key="S2"))
    close(sold, date(2026, 5, 1))
    payout_id = draft_payout(viewer=maker, today=date(2026, 4, 3), at=AT)
    (item,) = payout_items(viewer=maker, payout_id=payout_id)
    assert (item.payee_id, item.gross_minor, item.tax_minor) == (sold.seller("S2"), 80_000, 0)
