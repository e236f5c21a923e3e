"""A seller's customers: found, filtered, paged; the page of one; the number behind the mask."""

from __future__ import annotations

import html
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.rooms.customers.models import Customer
from siyu.rooms.operations.models import AuditEntry
from siyu.rooms.operations.queries import verify_audit
from tests.faces.conftest import SignIn
from tests.faces.two_brands import (
    CROWD_OF_BOB,
    CUSTOMERS_EACH,
    TwoBrands,
    crowd_of_bob,
    customer_of,
    seller_of,
)

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ann(sign_in: SignIn) -> Client:
    return sign_in("ann", headers={"Accept-Language": "en"})


@pytest.fixture
def bob(sign_in: SignIn) -> Client:
    return sign_in("bob", headers={"Accept-Language": "en"})


def read(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())


def names(text: str) -> list[str]:
    return re.findall(r'class="row-name">([^<]+)<', text)


def found(browser: Client, **query: object) -> list[str]:
    return names(read(browser.get(reverse("own-customers"), query)))


class TestLayers:
    def test_every_buyer_stands_in_one_cell_and_her_list_opens(self, ann: Client):
        page = read(ann.get(reverse("own-layers")))
        cells = re.findall(r'layer=((?:high|middle|low)-\w+)"[^>]*>(\d+)<', page)
        listed = [name for layer, _count in cells for name in found(ann, layer=layer)]
        # Number 0 is a friend who never ordered.
        assert sorted(listed) == [customer_of("ann", k).name for k in range(1, CUSTOMERS_EACH)]
        assert sum(int(count) for _layer, count in cells) == len(listed)

    def test_a_layer_that_is_none_shows_all(self, ann: Client):
        everyone = [customer_of("ann", k).name for k in range(CUSTOMERS_EACH)]
        assert sorted(found(ann, layer="rich")) == everyone
        assert found(ann, layer="good-and-quiet") == []


class TestSearch:
    def test_by_the_whole_phone_number(self, ann: Client):
        wanted = customer_of("ann", 2)
        spaced = f"{wanted.phone[:3]} {wanted.phone[3:7]}-{wanted.phone[7:]}"
        for asked in (wanted.phone, f" {wanted.phone} ", spaced):
            assert found(ann, find=asked) == [wanted.name]

    @pytest.mark.parametrize("cut", [slice(0, 10), slice(1, 11), slice(4, 11), slice(7, 11)])
    def test_not_by_a_part_of_it(self, ann: Client, cut: slice):
        assert found(ann, find=customer_of("ann", 2).phone[cut]) == []

    @pytest.mark.parametrize("whose", ["amy", "bob", "cat", "dan"])
    def test_not_those_of_others(self, both: TwoBrands, ann: Client, whose: str):
        other = customer_of(whose, 1)
        for asked in (other.phone, other.name, other.key):
            assert found(ann, find=asked) == []

    def test_by_name_or_a_part_of_it(self, ann: Client):
        own = [customer_of("ann", number).name for number in range(CUSTOMERS_EACH)]
        for asked in ("Friend", "friend", "ANN", "nd-A"):
            assert found(ann, find=asked) == own
        assert found(ann, find=own[2]) == [own[2]]

    def test_one_who_came_after_the_night_is_found_too(self, both: TwoBrands, ann: Client):
        phone = "18812345678"
        both.plum.customers({"key": "ck-late", "name": "Late-Comer", "phone": phone})
        both.plum.follow("ck-late", seller_of("ann").key, "2025-06-01 10:00", is_serving=True)
        for asked in (phone, "Late"):
            text = read(ann.get(reverse("own-customers"), {"find": asked}))
            assert names(text) == ["Late-Comer"]
        page = read(ann.get(reverse("customer", args=[both.plum.customer("ck-late")])))
        assert "The portrait is drawn in the next nightly run." in page

    def test_what_is_not_found_says_what_to_do(self, ann: Client):
        text = read(ann.get(reverse("own-customers"), {"find": "<b>Nobody</b>"}))
        assert "No customer of yours is called" in text
        assert "Phone numbers must be complete." in text
        raw = ann.get(reverse("own-customers"), {"find": "<b>Nobody</b>"}).content.decode()
        assert "<b>Nobody" not in raw

    def test_the_full_number_is_never_in_the_list(self, ann: Client):
        for query in ({}, {"find": "Friend"}):
            text = read(ann.get(reverse("own-customers"), query))
            for number in range(CUSTOMERS_EACH):
                assert customer_of("ann", number).phone not in text


class TestList:
    def test_by_state(self, ann: Client):
        everybody = {customer_of("ann", number).name for number in range(CUSTOMERS_EACH)}
        prospects = found(ann, state="prospect")
        new = found(ann, state="new")
        assert prospects == [customer_of("ann", 0).name]
        assert {*prospects, *new} == everybody
        assert found(ann, state="lost") == []
        text = read(ann.get(reverse("own-customers"), {"state": "lost"}))
        assert "No customer is in this state." in text

    def test_page_by_page_each_once(self, bob: Client):
        first = read(bob.get(reverse("own-customers")))
        assert f"{CUSTOMERS_EACH + CROWD_OF_BOB} customers" in first
        more = re.search(r'hx-get="(\?[^"]+)"', first)
        assert more
        second = read(bob.get(reverse("own-customers") + more[1], headers=PART))
        assert "<html" not in second
        assert "Show more" not in second
        seen = names(first) + names(second)
        people = [*crowd_of_bob(), *(customer_of("bob", n) for n in range(CUSTOMERS_EACH))]
        assert len(names(first)) == 30
        assert sorted(seen) == sorted(person.name for person in people)

    def test_a_page_beyond_the_last_is_empty(self, bob: Client):
        assert found(bob, page=3) == []

    def test_the_filter_goes_with_the_page(self, bob: Client):
        first = read(bob.get(reverse("own-customers"), {"state": "prospect"}))
        more = re.search(r'hx-get="(\?[^"]+)"', first)
        assert more
        assert "state=prospect" in more[1]


class TestPage:
    def test_it_tells_who_she_is_and_what_she_bought(self, both: TwoBrands, ann: Client):
        text = read(ann.get(reverse("customer", args=[both.customer("ann", 1)])))
        person = customer_of("ann", 1)
        assert person.name in text
        assert person.phone not in text
        assert f"{person.phone[:3]}****{person.phone[-4:]}" in text
        assert "Goods-of-plum" in text
        assert "¥100.00" in text
        assert "last time 5 days ago" in text
        assert "Mostly buys tea" in text
        assert "First order 5 days ago" in text

    def test_who_never_bought_has_an_empty_state(self, both: TwoBrands, ann: Client):
        text = read(ann.get(reverse("customer", args=[both.customer("ann", 0)])))
        assert "No purchase yet." in text

    def test_consent_is_taken_back_and_given_again(self, both: TwoBrands, ann: Client):
        customer_id = both.customer("ann", 1)
        address = reverse("customer-consent", args=[customer_id])
        for opted_out, told, action in (
            ("1", "Noted: no more messages.", "opt out"),
            ("0", "Noted: messages are welcome again.", "opt in"),
        ):
            response = ann.post(address, {"opted_out": opted_out}, follow=True)
            assert told in read(response)
            assert Customer.objects.get(id=customer_id).opted_out is (opted_out == "1")
            entry = AuditEntry.objects.order_by("-position").first()
            assert entry
            assert entry.action == action
            assert entry.subject == f"customer {customer_id}"
            assert entry.actor_id == both.staff["ann"]


class TestUnmasking:
    def test_it_takes_a_reason_and_leaves_an_entry(self, both: TwoBrands, ann: Client):
        person, customer_id = customer_of("ann", 1), both.customer("ann", 1)
        address = reverse("customer-phone", args=[customer_id])
        form = read(ann.get(address))
        assert "The reason is logged." in form
        assert person.phone not in form
        before = AuditEntry.objects.count()
        text = read(ann.post(address, {"reason": "  asked to be called back "}))
        assert person.phone in text
        (entry,) = AuditEntry.objects.filter(position__gt=before)
        assert (entry.action, entry.subject) == ("unmask phone", f"customer {customer_id}")
        assert (entry.actor_id, entry.reason) == (both.staff["ann"], "asked to be called back")
        assert entry.program_id == both.plum.program.id
        assert verify_audit() is None

    @pytest.mark.parametrize("reason", ["", "   ", "abc", " a  "])
    def test_without_a_reason_nothing_is_shown_or_logged(
        self, both: TwoBrands, ann: Client, reason: str
    ):
        before = AuditEntry.objects.count()
        address = reverse("customer-phone", args=[both.customer("ann", 1)])
        response = ann.post(address, {"reason": reason})
        assert response.status_code == 422
        assert "why you need the number" in read(response)
        assert customer_of("ann", 1).phone not in read(response)
        assert AuditEntry.objects.count() == before

    def test_headquarters_reads_who_why_and_when_but_no_number(
        self, both: TwoBrands, ann: Client, sign_in: SignIn
    ):
        customer_id = both.customer("ann", 1)
        address = reverse("customer-phone", args=[customer_id])
        ann.post(address, {"reason": "parcel came back"})
        text = read(sign_in("administrator").get(reverse("audit")))
        assert "parcel came back" in text
        assert f"customer {customer_id}" in text
        assert seller_of("ann").name in text
        assert customer_of("ann", 1).phone not in text
        assert customer_of("ann", 1).name not in text

    def test_a_look_does_not_unmask(self, both: TwoBrands, ann: Client):
        address = reverse("customer-phone", args=[both.customer("ann", 1)])
        response = ann.get(address, {"reason": "asked to be called back"})
        assert customer_of("ann", 1).phone not in read(response)


class TestNumbers:
    def test_they_are_ones_own(self, ann: Client):
        text = read(ann.get(reverse("numbers")))
        assert re.search(r"<b>¥300</b>\s*<span>Sales, 30 days", text)
        assert re.search(r"<b>3</b>\s*<span>Orders, 30 days", text)
        assert re.search(r"<b>¥100</b>\s*<span>Average order", text)
        assert re.search(r"Friends</dt><dd>4<", text)
        assert re.search(r"Ever ordered</dt><dd>3<", text)
