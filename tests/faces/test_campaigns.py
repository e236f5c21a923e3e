"""Campaigns at headquarters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.faces.conftest import SignIn
from tests.faces.test_headquarters import ENGLISH, read, rows_of
from tests.faces.two_brands import TwoBrands, today


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers=ENGLISH)


def test_a_campaign_is_added_compared_exported_and_taken_off(office: Client):
    form = {
        "name": "Tea week",
        "anchor": "solar",
        "anchor_on": str(today() - timedelta(days=5)),
        "first_day": "-2",
        "last_day": "2",
    }
    response = office.post(reverse("campaign-new"), form)
    text = read(office.get(response.headers["Location"]))
    year = (today() - timedelta(days=5)).year
    first = rows_of(text)[0]
    assert (first[0], first[2], first[4]) == (str(year), "12", "¥1,296,300")
    assert [row[0] for row in rows_of(text)] == [str(year - number) for number in range(4)]
    days = re.findall(r'"days": \[([^\]]*)\]', text)
    assert days[0] == '"-2", "-1", "0", "+1", "+2"'
    export = office.get(response.headers["Location"] + ".csv")
    lines = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Year,Day,Date,Orders,Sales,Refunds,New buyers"
    assert len(lines) == 1 + 4 * 5
    assert f"{year},0,{today() - timedelta(days=5)},12,1296300.00,0.00,12" in lines
    number = response.headers["Location"].rpartition("/")[2]
    office.post(reverse("campaign-remove", args=[number]))
    assert "Tea week" not in read(office.get(reverse("campaigns")))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "extra-of-plum"}, "There is a campaign of this name already."),
        ({"anchor": "payday"}, "Choose a festival"),
        ({"anchor_on": "soon"}, "is no date"),
        ({"first_day": "x"}, "whole numbers"),
        ({"first_day": "5"}, "the first first"),
    ],
)
def test_what_cannot_be_added_comes_back_as_it_was(
    office: Client, changed: dict[str, str], told: str
):
    form = {
        "name": "Tea week",
        "anchor": "mid_autumn",
        "anchor_on": "2025-01-01",
        "first_day": "-2",
        "last_day": "2",
    } | changed
    response = office.post(reverse("campaign-new"), form)
    assert response.status_code == 422
    text = read(response)
    assert told in text
    assert f'value="{form["last_day"]}"' in text


def test_who_leads_a_shop_reads_her_own_and_adds_none(both: TwoBrands, sign_in: SignIn):
    store = sign_in("store", headers=ENGLISH)
    assert reverse("campaign-new") not in read(store.get(reverse("campaigns")))
    text = read(store.get(reverse("campaign", args=[both.campaigns["plum"]])))
    assert rows_of(text)[0][4] == "¥6,300"
    assert "Take off the list" not in text
