"""By whom stores are run, and what a plan pays her for their sales."""

from __future__ import annotations

import pytest

from siyu.rooms.organization.models import Dealer
from siyu.rooms.organization.queries import dealers_of_stores, names_of_dealers
from siyu.rooms.organization.types import Role
from siyu.rooms.settlement.queries import owner_names
from tests.rooms.brand import Brand, new_brand
from tests.rooms.commissions.test_accruals import accrue, assert_sound, payable, publish, sale

PLAN = """
[[shares]]
name = "dealer"
to = "dealer"
rates = [{ percent = 5 }]
limits = [{ per = "month", most = 12 }]
"""
RUN_BY = {"store_key": "N1", "dealer_key": "D1", "dealer_name": "North Trading"}


@pytest.fixture
def shop(committed_brand: Brand) -> Brand:
    """S1 and S2 sell in stores of one dealer, S3 in a store of nobody."""
    brand = committed_brand
    brand.sellers(
        {"key": "S1"} | RUN_BY,
        {"key": "S2", "store_key": "N2", "dealer_key": "D1"},
        {"key": "S3", "store_key": "N3"},
    )
    brand.products({"key": "P1"})
    return brand


def dealer(brand: Brand, store: str) -> int | None:
    store_id = brand.store(store)
    return dealers_of_stores(unit_ids=[store_id]).get(store_id)


def test_a_dealer_is_paid_for_all_her_stores_up_to_her_limit_and_for_no_other(shop: Brand):
    publish(shop, PLAN)
    own = dealer(shop, "N1")
    assert own is not None
    assert (dealer(shop, "N2"), dealer(shop, "N3")) == (own, None)
    shop.orders(sale("O1"), sale("O3", seller_key="S3"))
    accrue(shop)
    assert payable(shop, own) == 500
    shop.orders(sale("O2", seller_key="S2", fen=20_000, at="2026-03-09 12:00"))
    accrue(shop)
    assert payable(shop, own) == 1_200
    assert owner_names(viewer=shop.owner, owner_ids=[own]) == {own: "North Trading"}
    assert_sound(shop)


def test_what_was_booked_stays_with_the_dealer_of_then(shop: Brand):
    publish(shop, PLAN)
    before = dealer(shop, "N1")
    shop.orders(sale("O1"))
    accrue(shop)
    shop.sellers({"key": "S1", "store_key": "N1", "dealer_key": "D2"})
    after = dealer(shop, "N1")
    assert after not in (None, before)
    shop.orders(
        sale("O1", refund_minor=2_000, refunded_at="2026-03-09 12:00"),
        sale("O2", at="2026-03-06 12:00"),
    )
    accrue(shop)
    assert (payable(shop, before or 0), payable(shop, after or 0)) == (400, 500)
    assert_sound(shop)


def test_a_dealer_without_a_store_is_refused_and_a_blank_one_stays(shop: Brand):
    refused = shop.sellers({"key": "S1", "dealer_key": "D9"})
    assert [(each.code, each.column) for each in refused.rejects] == [("no_store", "dealer_key")]
    assert not Dealer.objects.filter(key="D9").exists()
    own = dealer(shop, "N1")
    shop.sellers({"key": "S1", "store_key": "N1"})
    assert dealer(shop, "N1") == own


def test_dealers_are_told_within_the_program_only(shop: Brand):
    own = dealer(shop, "N1") or 0
    manager = shop.staff("manager", Role.STORE_MANAGER, shop.store("N1"))
    assert names_of_dealers(viewer=shop.owner, dealer_ids=[own]) == {own: "North Trading"}
    assert names_of_dealers(viewer=manager, dealer_ids=[own]) == {}
    assert names_of_dealers(viewer=new_brand("other").owner, dealer_ids=[own]) == {}


def test_a_key_that_is_a_phone_number_is_not_kept_in_clear(shop: Brand):
    shop.sellers({"key": "S4", "store_key": "N4", "dealer_key": "13800138000"})
    kept = Dealer.objects.get(id=dealer(shop, "N4"))
    assert "13800138000" not in kept.key + kept.name
    assert kept.name == "138****8000"
