"""Customers at headquarters: the table, the list, one of them, and who may read what."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from siyu.rooms.operations.queries import audit_page
from tests.faces.conftest import SignIn
from tests.faces.two_brands import CROWD_OF_BOB, CUSTOMERS_EACH, TwoBrands, customer_of

ENGLISH = {"Accept-Language": "en"}


def read(answer) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers=ENGLISH)


def tiles(page: str) -> list[str]:
    return re.findall(r'tile-value">([^<]*)<', page)


@pytest.mark.parametrize(
    ("who", "sellers", "crowd"), [("administrator", 4, 1), ("region", 3, 1), ("store", 2, 0)]
)
def test_the_table_counts_those_within_reach(
    both: TwoBrands, sign_in: SignIn, who: str, sellers: int, crowd: int
):
    page = read(sign_in(who, headers=ENGLISH).get(reverse("hq-customers")))
    everyone, buyers, *_money = tiles(page)
    assert int(everyone) == sellers * CUSTOMERS_EACH + crowd * CROWD_OF_BOB
    assert int(buyers) == sellers * (CUSTOMERS_EACH - 1)
    cells = re.findall(r'state=\w+"[^>]*>(\d+)</a></td>', page)
    assert sum(map(int, cells)) == int(buyers)


def test_a_cell_leads_to_its_customers_with_masked_names(both: TwoBrands, office: Client):
    page = read(office.get(reverse("hq-customers"), {"worth": "high"}))
    assert page.count("F**") == int(re.findall(r"· (\d+) customer", page)[0])
    assert "Friend-" not in page
    nobody = read(office.get(reverse("hq-customers"), {"worth": "high", "state": "lost"}))
    assert "Nobody stands here" in nobody


@pytest.mark.parametrize("by", ["phone", "key"])
def test_a_customer_is_found_by_whole_phone_or_number_within_reach(
    both: TwoBrands, sign_in: SignIn, by: str
):
    for who, found in (("administrator", True), ("store", False), ("outsider", False)):
        browser = sign_in(who, headers=ENGLISH)
        asked = getattr(customer_of("cat", 1), by)
        page = read(browser.get(reverse("hq-customers"), {"find": asked}))
        address = reverse("hq-customer", args=[both.customer("cat", 1)])
        assert (address in page) == found
        part = read(browser.get(reverse("hq-customers"), {"find": asked[:-1]}))
        assert address not in part


def test_one_customer_with_who_serves_her_what_she_bought_and_what_was_done(
    both: TwoBrands, office: Client, sign_in: SignIn
):
    sign_in("ann").post(reverse("task-outcome", args=[both.tasks["ann-1"]]), {"outcome": "call"})
    page = read(office.get(reverse("hq-customer", args=[both.customer("ann", 1)])))
    person = customer_of("ann", 1)
    assert person.masked_phone in page
    assert person.name not in page
    assert "Guide-Ann" in page
    assert "Goods-of-plum" in page
    assert "¥100" in page
    assert "<td>Guide-Ann</td>" in page, "who contacted her"


def test_a_phone_is_shown_for_a_reason_that_is_logged(both: TwoBrands, office: Client):
    person = customer_of("ann", 1)
    address = reverse("hq-customer-phone", args=[both.customer("ann", 1)])
    refused = office.post(address, {"reason": " "})
    assert refused.status_code == 422
    assert person.phone not in read(refused)
    assert person.phone in read(office.post(address, {"reason": "asked to be called"}))
    newest = audit_page(viewer=both.plum.owner)[0]
    assert (newest.action, newest.reason) == ("unmask phone", "asked to be called")


def test_a_seller_has_her_own_page_of_customers(both: TwoBrands, sign_in: SignIn):
    for who in ("ann", "assistant"):
        assert sign_in(who).get(reverse("hq-customers")).status_code == 403
