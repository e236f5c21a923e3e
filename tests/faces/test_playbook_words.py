"""A playbook's page: how often it may ask, and words on trial."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from siyu.rooms.outreach.models import Playbook, Variant
from siyu.rooms.outreach.queries import find_playbook
from siyu.rooms.outreach.types import Calendar, Frequency, OffSeason
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands

WORDS = {"text_zh-hans": "{customer}您好", "text_en": "Hello {customer}", "priority": "3"}
CALENDAR = {
    "most_a_day": "3",
    "rest_days": "30",
    "off_begins": "06-15",
    "off_ends": "8.31",
    "off_most_a_day": "0",
    "off_rest_days": "",
}


@pytest.fixture
def browser(sign_in: SignIn) -> Client:
    return sign_in("operator")


@pytest.fixture
def playbook_id(both: TwoBrands) -> int:
    return both.playbooks["plum"]


def calendar_of(both: TwoBrands, playbook_id: int) -> Calendar:
    found = find_playbook(viewer=both.plum.owner, playbook_id=playbook_id, on=date(2030, 1, 1))
    return found.calendar


def test_the_calendar_is_saved_and_shown_again(both: TwoBrands, browser: Client, playbook_id: int):
    saved = browser.post(reverse("playbook-save", args=[playbook_id]), WORDS | CALENDAR)
    assert saved.status_code == 302
    off = OffSeason(begins=(6, 15), ends=(8, 31), frequency=Frequency(most_a_day=0))
    expected = Calendar(usual=Frequency(most_a_day=3, rest_days=30), off_season=off)
    assert calendar_of(both, playbook_id) == expected
    text = browser.get(reverse("playbook", args=[playbook_id])).content.decode()
    for shown in ('value="06-15"', 'value="08-31"', 'value="30"'):
        assert shown in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"off_ends": ""}, "off_ends"),
        ({"off_begins": "summer"}, "off_begins"),
        ({"off_begins": "02-30"}, "off_begins"),
        ({"most_a_day": "many"}, "most_a_day"),
        ({"rest_days": "400"}, "rest_days"),
        ({"off_most_a_day": "500"}, "off_most_a_day"),
    ],
)
def test_what_cannot_be_read_comes_back_as_it_was_sent(
    both: TwoBrands, browser: Client, playbook_id: int, changes: dict[str, str], field: str
):
    before = calendar_of(both, playbook_id)
    sent = WORDS | CALENDAR | changes
    refused = browser.post(reverse("playbook-save", args=[playbook_id]), sent)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert 'role="alert"' in text
    for name, value in sent.items():
        if name in CALENDAR and value:
            assert f'name="{name}" value="{value}"' in text
    marked = next(tag for tag in text.split("<input") if f'name="{field}"' in tag)
    assert "is-invalid" in marked.partition(">")[0]
    assert calendar_of(both, playbook_id) == before


def test_words_are_tried_used_and_ended(both: TwoBrands, browser: Client, playbook_id: int):
    words = {"variant_name": "Warm", "variant_zh-hans": "好久不见", "variant_en": "Long time"}
    tried = browser.post(
        reverse("playbook-variant", args=[playbook_id]),
        words | {"market": str(both.plum.store("plum-n1"))},
    )
    assert tried.status_code == 302
    text = browser.get(tried.headers["Location"]).content.decode()
    assert "Warm" in text
    variant = Variant.objects.get(name="Warm")
    assert variant.market_id == both.plum.store("plum-n1")
    browser.post(reverse("variant-adopt", args=[variant.id]))
    assert Variant.objects.get(id=variant.id).adopted_on
    browser.post(reverse("variant-end", args=[variant.id]))
    assert Variant.objects.get(id=variant.id).ended_on
    assert browser.post(reverse("variant-end", args=[variant.id])).status_code == 404


def test_words_that_cannot_be_used_come_back(both: TwoBrands, browser: Client, playbook_id: int):
    sent = {"variant_name": "Warm", "variant_zh-hans": "{nobody}", "variant_en": "Long time"}
    refused = browser.post(reverse("playbook-variant", args=[playbook_id]), sent)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "{nobody}" in text
    assert 'value="Warm"' in text
    assert not Variant.objects.filter(name="Warm").exists()
    assert Playbook.objects.filter(id=playbook_id).exists()
