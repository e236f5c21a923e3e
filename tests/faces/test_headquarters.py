"""Headquarters: the overview, the sellers and their export, failed reactions, the audit log."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from typing import ClassVar

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.foundation.clock import utc_now
from siyu.rooms.operations.actions import deliver_due
from siyu.rooms.operations.models import Delivery
from siyu.rooms.organization.types import Role
from tests.faces.conftest import SignIn
from tests.faces.two_brands import (
    CROWD_OF_FERN,
    SELLERS_OF,
    TwoBrands,
    mended,
    seller_of,
    today,
)
from tests.rooms.brand import new_brand

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers=ENGLISH)


@pytest.fixture
def fern(sign_in: SignIn) -> Client:
    return sign_in("outsider", headers=ENGLISH)


@pytest.fixture
def newcomer(both: TwoBrands, sign_in: SignIn) -> Client:
    """The administrator of a program in which nothing has happened."""
    viewer = new_brand("moss", name="Moss").staff("newcomer", Role.ADMINISTRATOR)
    both.staff["newcomer"] = viewer.staff_id or 0
    return sign_in("newcomer", headers=ENGLISH)


def read(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())


def rows_of(text: str) -> list[list[str]]:
    """The cells of a page's table, without their tags."""
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in body.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


class TestOverview:
    def test_an_empty_program_says_what_to_do(self, newcomer: Client):
        text = read(newcomer.get(reverse("overview")))
        assert "No figures yet" in text
        assert f'href="{reverse("imports")}"' in text
        assert "data-chart" not in text

    def test_an_analyst_is_not_sent_to_imports(self, both: TwoBrands, sign_in: SignIn):
        viewer = new_brand("moss").staff("reader", Role.ANALYST)
        both.staff["reader"] = viewer.staff_id or 0
        text = read(sign_in("reader", headers=ENGLISH).get(reverse("overview")))
        assert "No figures yet" in text
        assert reverse("imports") not in text

    def test_figures_their_trend_and_the_stores(self, office: Client):
        text = read(office.get(reverse("overview")))
        values = re.findall(r'class="tile-value">([^<]+)<', text)
        # Of today: nothing sold yet, and the share of the month's target.
        assert values[:2] == ["¥0", "0"]
        assert values[-4:] == ["¥1,296,300", "12", "¥108,025", "12"]
        rows = rows_of(text)
        assert [row[0] for row in rows] == ["Shop-plum-n1", "Shop-plum-n2", "Shop-plum-s1"]
        assert [row[1] for row in rows] == ["¥6,300", "¥90,000", "¥1,200,000"]
        assert '<script id="chart-data" type="application/json">' in text
        assert "vendor/echarts" in text

    @pytest.mark.parametrize("days", [7, 30, 90])
    def test_a_period_is_compared_with_the_one_before(self, office: Client, days: int):
        text = read(office.get(reverse("overview"), {"days": days}))
        assert f'<option value="{days}" selected>' in text
        first = today() - timedelta(days=days)
        assert f'"days": ["{first:%m-%d}"' in text

    def test_chinese(self, sign_in: SignIn):
        text = read(sign_in("administrator").get(reverse("overview")))
        assert "成交额" in text
        assert "Sales" not in text


class TestWhySalesMoved:
    def test_an_empty_program_says_what_to_do(self, newcomer: Client):
        assert "No figures yet" in read(newcomer.get(reverse("drivers")))

    def test_the_change_is_split_and_told_by_region(self, office: Client):
        text = read(office.get(reverse("drivers")))
        regions = {row[0]: row[1:4] for row in rows_of(text)}
        assert regions == {
            "plum-North": ["¥0", "¥96,300", "+¥96,300"],
            "plum-South": ["¥0", "¥1,200,000", "+¥1,200,000"],
        }
        assert "Net sales +¥1,296,300" in " ".join(re.sub(r"<[^>]+>", " ", text).split())
        assert '<script id="waterfall-data" type="application/json">' in text

    def test_a_region_opens_its_stores(self, office: Client):
        text = read(office.get(reverse("drivers")))
        (north,) = re.findall(r'href="(\?[^"]*unit=\d+[^"]*)">plum-North<', text)
        below = read(office.get(reverse("drivers") + north))
        assert [row[0] for row in rows_of(below)] == ["Shop-plum-n2", "Shop-plum-n1"]
        assert "Shop-plum-s1" not in below
        assert "unit=" not in below.partition("<tbody>")[2], "a store has nothing below it"

    @pytest.mark.parametrize("cut", ["seller_age", "customer_age", "kind", "category"])
    def test_every_cut_adds_up_to_the_whole(self, office: Client, cut: str):
        text = read(office.get(reverse("drivers"), {"cut": cut, "against": "year"}))
        now = [int(row[2].strip("¥").replace(",", "")) for row in rows_of(text)]
        assert sum(now) == 1_296_300

    def test_dates_that_are_none_are_refused_by_name(self, office: Client):
        answer = office.get(reverse("drivers"), {"from": "soon"})
        assert answer.status_code == 422
        assert "soon is no date" in read(answer)
        for far in ({"from": "0001-01-01"}, {"from": "0202-01-01", "against": "year"}):
            assert office.get(reverse("drivers"), far).status_code == 422
        long = office.get(reverse("drivers"), {"from": "1991-01-01", "to": "2026-01-31"})
        assert "1100 at most" in read(long)
        turned = office.get(reverse("drivers"), {"from": "2026-02-01", "to": "2026-01-01"})
        assert turned.status_code == 422

    @pytest.mark.parametrize("unit", ["1", "x", "9" * 30])
    def test_a_unit_that_is_not_there(self, office: Client, unit: str):
        answer = office.get(reverse("drivers"), {"unit": unit})
        assert answer.status_code == (404 if unit == "1" else 200)


class TestSellersWhoNeedHelp:
    def cards(self, browser: Client) -> dict[str, str]:
        """Each card of the list, by the seller's name, without its tags."""
        parts = read(browser.get(reverse("help"))).split('<article class="card help-card">')[1:]
        texts = [" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in parts]
        return {text.split()[0]: text for text in texts}

    def test_an_empty_program_says_so(self, newcomer: Client):
        assert "Nobody needs help today" in read(newcomer.get(reverse("help")))

    def test_each_card_says_who_why_and_what_it_is_worth(self, office: Client):
        cards = self.cards(office)
        assert list(cards) == ["Guide-Cat", "Guide-Bob", "Guide-Amy", "Guide-Ann"]
        assert "Falling off Shop-plum-s1 ¥4,000 a month" in cards["Guide-Cat"]
        assert "3 visits in 30 days, 9.5 expected of her · 6 days left" in cards["Guide-Cat"]

    def test_a_task_is_done_noted_and_undone(self, both: TwoBrands, sign_in: SignIn):
        store = sign_in("store", headers=ENGLISH)
        assert set(self.cards(store)) == {"Guide-Ann", "Guide-Amy"}
        task = both.helps["ann"]
        form = {"outcome": "visit", "note": "<b>came back</b>"}
        answer = store.post(reverse("help-finish", args=[task]), form, follow=True)
        assert "&lt;b&gt;came back" in answer.content.decode()
        (row,) = rows_of(read(answer))
        assert row[1:3] == ["Falling off", "Met"]
        assert set(self.cards(store)) == {"Guide-Amy"}
        store.post(reverse("help-undo", args=[task]))
        assert set(self.cards(store)) == {"Guide-Ann", "Guide-Amy"}

    def test_a_choice_that_is_none_is_refused(self, both: TwoBrands, office: Client):
        for page in ("help-finish", "help-skip"):
            answer = office.post(reverse(page, args=[both.helps["bob"]]), {"outcome": "shout"})
            assert answer.status_code == 422
            assert "Choose one of" in read(answer)
        assert "Guide-Bob" in self.cards(office)


class TestWhoCouldCarryMore:
    def test_with_too_few_sellers_it_says_so(self, newcomer: Client):
        assert "Nobody to compare yet" in read(newcomer.get(reverse("concentration")))

    def test_the_middle_with_what_would_lift_each(self, office: Client):
        text = read(office.get(reverse("concentration")))
        rows = rows_of(text)
        assert [row[0].split()[0] for row in rows] == ["Guide-Amy", "Guide-Bob"]
        assert rows[0][3:6] == ["Larger orders", "¥2,000", "¥400,000"]
        assert rows[0][6] == "+¥1,194,000"
        assert '<script id="share-data" type="application/json">' in text

    def test_a_manager_sees_the_own_sellers_and_no_shares_of_the_program(self, sign_in: SignIn):
        text = read(sign_in("store", headers=ENGLISH).get(reverse("concentration")))
        assert "share-data" not in text
        assert "Guide-Bob" not in text


class TestPlaybooks:
    WORDS: ClassVar = {"text_zh-hans": "{customer}您好", "text_en": "Hello {customer}"}

    def detail(self, office: Client) -> str:
        text = read(office.get(reverse("playbooks")))
        return re.findall(r"<td>New friend</td>.*?href=\"([^\"]+)\"", text, re.S)[0]

    def test_they_stand_in_their_order_with_their_work(self, office: Client):
        rows = rows_of(read(office.get(reverse("playbooks"))))
        assert [row[0] for row in rows] == list("1234567")
        assert {row[2] for row in rows} == {"In use"}
        assert all(row[7] == "Not yet" for row in rows)

    def test_words_place_and_use_are_saved(self, office: Client):
        address = self.detail(office)
        form = {"priority": "7", **self.WORDS}
        answer = office.post(f"{address}/save", form, follow=True)
        text = read(answer)
        assert "Saved." in text
        assert self.WORDS["text_zh-hans"] in text
        assert "checked" not in text
        assert "Off" in read(office.get(reverse("playbooks")))

    def test_what_cannot_be_used_comes_back_as_it_was_written(self, office: Client):
        address = self.detail(office)
        form = {"priority": "3", **self.WORDS, "text_en": "Hello {nobody}, how are you?"}
        answer = office.post(f"{address}/save", form)
        text = read(answer)
        assert answer.status_code == 422
        assert "it names nobody" in text
        assert "Hello {nobody}, how are you?" in text
        wrong = office.post(f"{address}/launch", {"horizon_days": "x", "planned_days": "30"})
        assert wrong.status_code == 422
        assert "x is no whole number" in read(wrong)

    def test_a_launch_begins_tomorrow(self, office: Client):
        address = self.detail(office)
        form = {"horizon_days": "7", "planned_days": "30"}
        assert "Launched" in read(office.post(f"{address}/launch", form, follow=True))
        late = office.post(f"{address}/launch", {"horizon_days": "15", "planned_days": "30"})
        assert "The horizon must be 1 to 14 days" in read(late)


class TestSellers:
    def test_they_are_listed_page_by_page_each_once(self, fern: Client):
        first = read(fern.get(reverse("sellers")))
        second = read(fern.get(reverse("sellers"), {"page": 2}))
        assert f"{CROWD_OF_FERN + 1} sellers" in first
        assert "Page 1 of 2" in first
        assert "Page 2 of 2" in second
        assert len(rows_of(first)) == 20
        keys = [row[0].split()[-1] for row in rows_of(first) + rows_of(second)]
        assert len(keys) == len(set(keys)) == CROWD_OF_FERN + 1
        assert rows_of(read(fern.get(reverse("sellers"), {"page": 3}))) == []

    @pytest.mark.parametrize(
        ("order", "column"),
        [("gmv_minor", 3), ("fans", 4), ("active", 5), ("slowing", 6), ("silent", 7)],
    )
    def test_every_column_sorts_both_ways(self, office: Client, order: str, column: int):
        for way, mark in (("down", "descending"), ("up", "ascending")):
            text = read(office.get(reverse("sellers"), {"order": order, "way": way}))
            shown = [int(row[column].strip("¥").replace(",", "")) for row in rows_of(text)]
            assert shown == sorted(shown, reverse=way == "down")
            assert text.count(f'aria-sort="{mark}"') == 1

    def test_states_are_counted_and_chosen(self, fern: Client):
        text = read(fern.get(reverse("sellers")))
        counts = dict(re.findall(r"life=(\w+)[^>]*>[^<]*<b>([^<]+)</b>", text))
        assert (counts["first_sale"], counts["trained"]) == ("1", str(CROWD_OF_FERN))
        first = read(fern.get(reverse("sellers"), {"life": "first_sale"}))
        assert [row[2] for row in rows_of(first)] == ["First sale"]
        none = read(fern.get(reverse("sellers"), {"life": "slowing"}))
        assert "No seller is in this state" in none

    def test_the_order_goes_with_the_page(self, fern: Client):
        text = read(fern.get(reverse("sellers"), {"order": "fans", "way": "up"}))
        (following,) = re.findall(r'href="(\?[^"]*page=2[^"]*)"', text)
        assert "order=fans" in following
        assert "way=up" in following
        export = re.findall(rf'href="{reverse("sellers-export")}(\?[^"]*)"', text)
        assert export == ["?order=fans&way=up"]

    def test_found_by_number_or_whole_phone(self, office: Client):
        bob = seller_of("bob")
        for asked in (bob.key, bob.phone):
            (row,) = rows_of(read(office.get(reverse("sellers"), {"find": asked})))
            assert row[0] == f"{bob.name} {bob.key}"
        for asked in (bob.name, bob.phone[:9], "nobody"):
            text = read(office.get(reverse("sellers"), {"find": asked}))
            assert "Nobody found" in text
            assert "Names are encrypted and cannot be searched." in text

    def test_one_in_a_drawer_or_on_a_page(self, both: TwoBrands, office: Client):
        address = reverse("seller", args=[both.seller("bob")])
        page, drawer = read(office.get(address)), read(office.get(address, headers=PART))
        for text in (page, drawer):
            assert seller_of("bob").name in text
            assert seller_of("bob").phone not in text
            assert f"{seller_of('bob').phone[:3]}****{seller_of('bob').phone[-4:]}" in text
            assert "¥90,000" in text
        assert "<html" in page
        assert "<html" not in drawer

    def test_before_the_first_night_they_say_so(self, newcomer: Client):
        text = read(newcomer.get(reverse("sellers")))
        assert "No sellers yet" in text
        assert rows_of(text) == []


class TestExport:
    def rows(self, browser: Client, **query: str) -> list[list[str]]:
        response = browser.get(reverse("sellers-export"), query)
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert 'filename="sellers.csv"' in response.headers["Content-Disposition"]
        data = b"".join(response.streaming_content)
        assert data.startswith("\ufeff".encode()), "Excel reads Chinese by it"
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))

    def test_it_holds_every_seller_in_the_order_of_the_page(self, fern: Client):
        headings, *rows = self.rows(fern)
        assert headings[:4] == ["Number", "Store", "Standing", "Sales, 30 days"]
        assert len(rows) == CROWD_OF_FERN + 1
        dan = [seller_of("dan").key, "Shop-fern-f1", "First sale", "15000000.00", "4"]
        assert rows[0][:5] == dan
        assert [row[0] for row in self.rows(fern, way="up")[1:]][-1] == seller_of("dan").key

    def test_it_speaks_the_readers_language(self, sign_in: SignIn):
        headings, *_ = self.rows(sign_in("administrator"))
        assert headings[:2] == ["编号", "门店"]

    def test_it_names_no_person(self, office: Client):
        told = str(self.rows(office))
        for name in SELLERS_OF["plum"]:
            assert seller_of(name).key in told
            assert seller_of(name).name not in told
            assert seller_of(name).phone not in told

    def test_no_cell_is_a_formula(self, both: TwoBrands, office: Client):
        link = '=HYPERLINK("http://evil.example")'
        both.plum.sellers({"key": seller_of("ann").key, "store_key": "plum-n1", "store_name": link})
        stores = {row[0]: row[1] for row in self.rows(office)}
        assert stores[seller_of("ann").key] == f"'{link}"

    def test_it_reaches_as_far_as_the_page(self, sign_in: SignIn):
        _, *rows = self.rows(sign_in("store"))
        assert {row[0] for row in rows} == {seller_of("ann").key, seller_of("amy").key}


class TestFailedReactions:
    @pytest.fixture(autouse=True)
    def mend_nothing(self) -> None:
        mended.clear()

    def test_they_are_shown_with_what_went_wrong(self, office: Client):
        (row,) = rows_of(read(office.get(reverse("reactions"))))
        assert row[0].startswith("Stumbled")
        assert row[1] == "tests.faces.two_brands.trip"
        assert row[2] == "1"
        assert row[3] == "Could not go on for stumble-plum."
        assert "1 reaction waits for another try." in read(office.get(reverse("runs")))

    def test_one_that_fails_again_stays(self, both: TwoBrands, office: Client):
        response = office.post(
            reverse("reaction-again", args=[both.reactions["plum"]]), follow=True
        )
        assert "It is tried again now." in read(response)
        assert deliver_due() == 1
        (row,) = rows_of(read(office.get(reverse("reactions"))))
        assert row[2] == "2"
        waiting = Delivery.objects.get(id=both.reactions["plum"])
        assert waiting.due_at > utc_now()

    def test_one_that_goes_through_is_gone(self, both: TwoBrands, office: Client):
        mended.append("stumble-plum")
        office.post(reverse("reaction-again", args=[both.reactions["plum"]]))
        assert deliver_due() == 1
        text = read(office.get(reverse("reactions")))
        assert "All reactions went through" in text
        assert "reaction waits" not in read(office.get(reverse("runs")))
        again = office.post(reverse("reaction-again", args=[both.reactions["plum"]]))
        assert again.status_code == 404

    def test_only_who_may_start_runs_sees_the_button(self, office: Client, sign_in: SignIn):
        button = "Try now"
        assert button in read(office.get(reverse("reactions")))
        assert button in read(sign_in("operator", headers=ENGLISH).get(reverse("reactions")))
