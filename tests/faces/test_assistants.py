"""A seller lets somebody help, and what that person sees and does."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from siyu.rooms.sellers.queries import assistants_of
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands, customer_of, today

ENGLISH = {"Accept-Language": "en"}


def read(answer) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def ann(sign_in: SignIn) -> Client:
    return sign_in("ann", headers=ENGLISH)


@pytest.fixture
def helper(sign_in: SignIn) -> Client:
    return sign_in("assistant", by_link=True, headers=ENGLISH)


def test_a_seller_adds_a_helper_and_sends_the_link(both: TwoBrands, ann: Client):
    page = read(ann.post(reverse("assistants"), {"name": "Aunt Wu"}, follow=True))
    assert "Aunt Wu" in page
    newest = assistants_of(viewer=both.plum.owner, seller_id=both.seller("ann"))[0]
    shown = read(ann.post(reverse("assistant-link", args=[newest.id])))
    (token,) = re.findall(r"/link/([\w-]+)<", shown)
    browser = Client(headers=ENGLISH)
    assert browser.post(reverse("link", args=[token])).status_code == 302
    assert "Guide-Ann" in read(browser.get(reverse("today")))
    assert "Helps Guide-Ann" in read(browser.get(reverse("me")))
    ann.post(reverse("assistant-end", args=[newest.id]))
    assert browser.get(reverse("today")).status_code == 403
    ann.post(reverse("assistant-return", args=[newest.id]))
    assert browser.get(reverse("today")).status_code == 403, "what she had open stays closed"
    again = assistants_of(viewer=both.plum.owner, seller_id=both.seller("ann"))[0]
    shown = read(ann.post(reverse("assistant-link", args=[again.id])))
    (token,) = re.findall(r"/link/([\w-]+)<", shown)
    assert browser.post(reverse("link", args=[token])).status_code == 302
    assert browser.get(reverse("today")).status_code == 200


def test_a_missing_name_is_told_beside_its_field(both: TwoBrands, ann: Client):
    answer = ann.post(reverse("assistants"), {"name": " "})
    assert answer.status_code == 422
    assert "Write a name of 1 to 40 characters." in read(answer)


def test_a_helper_works_the_list_and_it_is_noted_who_did(
    both: TwoBrands, ann: Client, helper: Client
):
    before = read(helper.get(reverse("today")))
    assert customer_of("ann", 1).name in before
    assert customer_of("bob", 1).name not in before
    answer = helper.post(reverse("task-outcome", args=[both.tasks["ann-1"]]), {"outcome": "call"})
    assert answer.status_code == 302
    assert "extra-of-plum" in read(ann.get(reverse("today")))
    customer = reverse("customer", args=[both.customer("ann", 1)])
    assert "· extra-of-plum" in read(ann.get(customer))
    assert "· extra-of-plum" not in read(helper.get(customer))
    ann.post(reverse("task-undo", args=[both.tasks["ann-1"]]))
    assert "· extra-of-plum" not in read(ann.get(customer))


def test_a_helper_is_led_to_no_closed_door(both: TwoBrands, helper: Client):
    customer = reverse("customer", args=[both.customer("ann", 1)])
    assert reverse("customer-phone", args=[both.customer("ann", 1)]) not in read(
        helper.get(customer)
    )
    for name in ("today", "own-customers", "me"):
        page = read(helper.get(reverse(name)))
        assert reverse("numbers") not in page
        assert reverse("assistants") not in page
        assert reverse("blocks") not in page


def test_headquarters_sees_who_helps(both: TwoBrands, sign_in: SignIn):
    page = read(sign_in("operator").get(reverse("seller", args=[both.seller("ann")])))
    assert "extra-of-plum" in page
    assert "extra-of-plum" not in read(
        sign_in("operator").get(reverse("seller", args=[both.seller("amy")]))
    )


def test_an_operator_ends_an_assistant(both: TwoBrands, sign_in: SignIn, helper: Client):
    answer = sign_in("operator").post(
        reverse("assistant-dismiss", args=[both.assistants["plum"]]),
        {"seller": both.seller("ann")},
        follow=True,
    )
    assert "Guide-Ann" in read(answer)
    assert "extra-of-plum" not in read(answer)
    assert helper.get(reverse("today")).status_code == 403


def test_who_contacted_a_customer_elsewhere_stays_unnamed(both: TwoBrands, sign_in: SignIn):
    sign_in("ann").post(reverse("task-outcome", args=[both.tasks["ann-1"]]), {"outcome": "call"})
    yesterday = today() - timedelta(days=1)
    both.plum.follow(customer_of("ann", 1).key, "sk-cat", f"{yesterday} 10:00", is_serving=True)
    customer = reverse("customer", args=[both.customer("ann", 1)])
    page = read(sign_in("cat", headers=ENGLISH).get(customer))
    assert "Called" in page
    assert "Guide-Ann" not in page
