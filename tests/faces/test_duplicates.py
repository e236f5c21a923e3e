"""Customers of one phone number are merged on a page, and taken apart again."""

from __future__ import annotations

import re

from django.urls import reverse

from siyu.rooms.customers.queries import find_by_phone, merges_of
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands

PHONE = "13700009999"


def test_a_group_is_merged_into_the_chosen_one_and_undone(both: TwoBrands, sign_in: SignIn):
    brand = both.plum
    brand.customers(*({"key": f"twin-{k}", "phone": PHONE, "name": f"李{k}"} for k in range(3)))
    ids = sorted(find_by_phone(viewer=brand.owner, phone=PHONE))
    browser = sign_in("operator")
    page = browser.get(reverse("duplicates")).content.decode()
    assert "137****9999" in page
    assert PHONE not in page
    told = {"kept": str(ids[1]), "customer": [str(each) for each in ids], "reason": "同一个人"}
    assert browser.post(reverse("duplicates-merge"), told).status_code == 302
    assert find_by_phone(viewer=brand.owner, phone=PHONE) == [ids[1]]
    page = browser.get(reverse("duplicates")).content.decode()
    assert "137****9999" not in page
    merges = re.findall(r'name="merge" value="(\d+)"', page)
    assert {int(each) for each in merges} == {each.id for each in merges_of(viewer=brand.owner)}
    for each in merges:
        assert browser.post(reverse("duplicates-undo"), {"merge": each}).status_code == 302
    assert sorted(find_by_phone(viewer=brand.owner, phone=PHONE)) == ids


def test_a_form_without_a_choice_is_refused(both: TwoBrands, sign_in: SignIn):
    answer = sign_in("operator").post(reverse("duplicates-merge"), {"customer": "5"})
    assert answer.status_code == 422
    assert merges_of(viewer=both.plum.owner) == []
