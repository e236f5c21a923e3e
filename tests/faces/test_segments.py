"""The pages of segments: what a form holds after each button, words, files, odd input."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.rooms.operations.models import AuditEntry
from siyu.rooms.outreach.actions import add_playbook
from siyu.rooms.outreach.models import Playbook
from siyu.rooms.outreach.queries import find_playbook
from siyu.rooms.segments.actions import archive_segment
from siyu.rooms.segments.queries import find_segment
from tests.faces.conftest import SignIn
from tests.faces.two_brands import CROWD_OF_BOB, CUSTOMERS_EACH, TwoBrands, customer_of, today

BUYERS = {"c-0-0-field": "orders", "c-0-0-test": "at_least", "c-0-0-number": "1"}
EVERYONE = 4 * CUSTOMERS_EACH + CROWD_OF_BOB
LONG = "9" * 5_000


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers={"Accept-Language": "en"})


def read(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())


def fields(text: str) -> list[str]:
    """The field of each condition on the page, by name of its select."""
    found = []
    for select in re.findall(r'<select[^>]*name="c-\d+-\d+-field".*?</select>', text, re.DOTALL):
        chosen = re.search(r'value="(\w+)" selected', select)
        found.append(chosen[1] if chosen else "")
    return found


def after(office: Client, form: dict[str, Any], command: str) -> list[str]:
    response = office.post(reverse("segment-conditions"), form | {"do": command})
    assert response.status_code == 200
    return fields(read(response))


class TestForm:
    def test_the_count_is_of_the_conditions(self, both: TwoBrands, office: Client):
        text = read(office.post(reverse("segment-conditions"), BUYERS))
        # Number 0 of each seller and Bob's crowd never ordered.
        assert f"<b>{4 * (CUSTOMERS_EACH - 1)}</b>" in text
        nobody = {"c-1-0-field": "orders", "c-1-0-test": "at_most", "c-1-0-number": "0"}
        assert "<b>0</b>" in read(office.post(reverse("segment-conditions"), BUYERS | nobody))
        turned = BUYERS | {"c-0-0-not": "1"}
        count = EVERYONE - 4 * (CUSTOMERS_EACH - 1)
        assert f"<b>{count}</b>" in read(office.post(reverse("segment-conditions"), turned))

    def test_buttons_add_and_remove_conditions(self, both: TwoBrands, office: Client):
        two = BUYERS | {"c-0-1-field": "is_top", "c-4-2-field": "gender", "c-4-2-value": "female"}
        assert after(office, two, "count") == ["orders", "is_top", "gender"]
        assert after(office, two, "and") == ["orders", "is_top", "gender", "state"]
        assert after(office, two, "or-0") == ["orders", "is_top", "state", "gender"]
        assert after(office, two, "drop-0-0") == ["is_top", "gender"]
        assert after(office, two, "drop-1-0") == ["orders", "is_top"]

    @pytest.mark.parametrize(
        "command", ["", "drop", "drop-9-9", "or-x", f"drop-{LONG}-0", "nothing"]
    )
    def test_a_button_that_is_none_changes_nothing(
        self, both: TwoBrands, office: Client, command: str
    ):
        assert after(office, BUYERS, command) == ["orders"]

    @pytest.mark.parametrize(
        "line",
        [
            {"c-0-0-field": "orders", "c-0-0-number": "many"},
            {"c-0-0-field": "orders", "c-0-0-number": "2.5"},
            {"c-0-0-field": "orders", "c-0-0-number": "-1"},
            {"c-0-0-field": "orders", "c-0-0-number": "NaN"},
            {"c-0-0-field": "spend_minor", "c-0-0-number": LONG},
            {"c-0-0-field": "category_id", "c-0-0-value": LONG},
            {"c-0-0-field": "category_id", "c-0-0-value": "1", "c-0-0-days": "731"},
            {"c-0-0-field": "state"},
            {"c-0-0-field": "password"},
            {"c-0-0-field": "product_id", "c-0-0-number": "no such thing"},
            {"c-0-0-field": "product_id", "c-0-0-number": ",".join(map(str, range(600)))},
            {},
        ],
    )
    def test_what_cannot_be_asked_is_said_and_nothing_saved(
        self, both: TwoBrands, office: Client, line: dict[str, str]
    ):
        response = office.post(reverse("segment-new"), line | {"do": "save", "name": "Refused"})
        assert response.status_code == 422
        assert "ondition" in read(response)
        assert "Refused" not in read(office.get(reverse("segments")))

    def test_a_product_key_with_a_blank_is_read(self, both: TwoBrands, office: Client):
        line = {"c-0-0-field": "product_id", "c-0-0-number": " goods ，goods;"}
        text = read(office.post(reverse("segment-conditions"), line))
        assert f"<b>{4 * (CUSTOMERS_EACH - 1)}</b>" in text


class TestSegment:
    def test_it_is_told_in_words_and_keeps_its_form(self, both: TwoBrands, office: Client):
        form = BUYERS | {
            "do": "save",
            "name": "Tea",
            "c-1-0-field": "spend_minor",
            "c-1-0-test": "at_most",
            "c-1-0-number": "1,234.50",
            "c-1-1-field": "state",
            "c-1-1-value": ["new", "lost"],
            "c-1-1-not": "1",
        }
        response = office.post(reverse("segment-new"), form, follow=True)
        text = read(response)
        told = "Orders in all ≥ 1 and (Spend in all ≤ ¥1,235 or not Life-cycle state: New, Lost)"
        assert told in text.replace("New、Lost", "New, Lost")
        assert fields(text) == ["orders", "spend_minor", "state"]
        assert 'value="1234.50"' in text

    def test_the_file_names_customers_by_their_outside_keys(self, both: TwoBrands, office: Client):
        address = reverse("segment-export", args=[both.segments["plum"]])
        content = b"".join(office.get(address).streaming_content).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(content)))
        sellers = ("ann", "amy", "bob", "cat")
        wanted = {
            customer_of(seller, number).key
            for seller in sellers
            for number in range(1, CUSTOMERS_EACH)
        }
        assert {row["Customer"] for row in rows} == wanted
        assert not any(customer_of("ann", 1).name in str(row) for row in rows)
        newest = AuditEntry.objects.order_by("-position")[0]
        assert newest.action == "export segment"

    def test_an_analyst_reads_sizes_and_no_people(self, both: TwoBrands, sign_in: SignIn):
        analyst = sign_in("analyst", headers={"Accept-Language": "en"})
        text = read(analyst.get(reverse("segment", args=[both.segments["plum"]])))
        assert "Orders in all ≥ 1" in text
        assert "c-0-0-field" not in text
        assert "The most valuable of them" not in text


class TestPlaybook:
    def test_a_playbook_of_a_segment_put_away_never_widens(self, both: TwoBrands, office: Client):
        owner, segment_id = both.plum.owner, both.segments["plum"]
        playbook = Playbook.objects.get(program_id=both.plum.program.id, signal="due")
        playbook.segment_id, playbook.is_enabled = segment_id, False
        playbook.save()
        archive_segment(viewer=owner, segment_id=segment_id)
        page = read(office.get(reverse("playbook", args=[playbook.id])))
        chosen = re.search(r'<option value="(\d+)" selected>', page)
        assert chosen
        assert chosen[1] == str(segment_id)
        form = {"priority": "5", "is_enabled": "on", "text_zh-hans": "您好", "text_en": "Hello"}
        for given in ({"segment": chosen[1]}, {}, {"segment": "abc"}, {"segment": LONG}):
            address = reverse("playbook-save", args=[playbook.id])
            assert office.post(address, form | given).status_code == 422
        kept = find_playbook(viewer=owner, playbook_id=playbook.id, on=today())
        assert (kept.segment_id, kept.is_enabled) == (segment_id, False)

    def test_its_name_is_what_sellers_read(self, both: TwoBrands, office: Client):
        owner, segment_id = both.plum.owner, both.segments["plum"]
        playbook_id = add_playbook(viewer=owner, segment_id=segment_id)
        form = {"priority": "5", "text_zh-hans": "您好", "text_en": "Hello"}
        address = reverse("playbook-save", args=[playbook_id])
        assert office.post(address, form | {"name": " "}).status_code == 422
        assert office.post(address, form | {"name": "Come back"}).status_code == 302
        assert "Come back" in read(office.get(reverse("playbooks")))
        assert find_segment(viewer=owner, segment_id=segment_id).name == "extra-of-plum"
