"""The pages of webhooks: a secret that is shown once, tests, and sending again."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from siyu.rooms.webhooks.models import Endpoint, Message
from siyu.rooms.webhooks.types import MessageState
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers={"Accept-Language": "en"})


def test_a_secret_is_shown_once(both: TwoBrands, office: Client):
    form = {"url": "https://shop.example.com/<x>", "topics": ["task.closed", "test", "nonsense"]}
    text = office.post(reverse("webhooks"), form).content.decode()
    (secret,) = re.findall(r'id="secret">(whsec_[^<]+)<', text)
    again = office.get(reverse("webhooks")).content.decode()
    assert secret not in again
    assert "https://shop.example.com/&lt;x&gt;" in again
    made = Endpoint.objects.get(url=form["url"])
    assert made.topics == ["task.closed"], "tests are sent, not subscribed to"
    assert secret.encode() not in bytes(made.sealed)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"url": "shop.example.com", "topics": "task.closed"}, "whole address"),
        ({"url": "https://shop.example.com"}, "at least one thing"),
    ],
)
def test_what_cannot_be_added_comes_back(
    both: TwoBrands, office: Client, form: dict[str, Any], told: str
):
    before = Endpoint.objects.count()
    response = office.post(reverse("webhooks"), form)
    text = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert told in text
    assert form["url"] in text
    assert Endpoint.objects.count() == before


def test_what_was_given_up_is_sent_again(both: TwoBrands, office: Client):
    message_id = both.webhooks["plum-sent"]
    Message.objects.filter(id=message_id).update(
        state=MessageState.GIVEN_UP, attempts=16, status=500
    )
    page = reverse("webhook", args=[both.webhooks["plum"]])
    text = office.get(page).content.decode()
    assert "Given up" in text
    assert "HTTP 500" in text
    assert office.post(reverse("webhook-again", args=[message_id])).headers["Location"] == page
    found = Message.objects.get(id=message_id)
    assert (found.state, found.attempts) == (MessageState.WAITING, 0)


def test_switching_off_and_on(both: TwoBrands, office: Client):
    endpoint_id = both.webhooks["plum"]
    for value, is_enabled in (("0", False), ("1", True)):
        office.post(reverse("webhook-enable", args=[endpoint_id]), {"is_enabled": value})
        assert Endpoint.objects.get(id=endpoint_id).is_enabled is is_enabled
