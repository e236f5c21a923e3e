"""The pages of dispatches: the form, the progress, the file, and what sellers report."""

from __future__ import annotations

import csv
import html
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.rooms.dispatch.models import Assignment, Dispatch
from siyu.rooms.operations.models import AuditEntry, Run
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands, customer_of, seller_of

ENGLISH = {"Accept-Language": "en"}
PARTIAL = ENGLISH | {"HX-Request": "true", "HX-Request-Type": "partial"}
DUE = (datetime.now(tz=UTC) + timedelta(days=2)).strftime("%Y-%m-%dT18:00")
ERRAND = {"key": "new", "title": "Dress the window", "body": "By the plan.", "due_at": DUE}


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers=ENGLISH)


@pytest.fixture
def ann(sign_in: SignIn) -> Client:
    return sign_in("ann", headers=ENGLISH)


def read(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())


def sent() -> Dispatch | None:
    return Dispatch.objects.filter(title=ERRAND["title"]).first()


class TestForm:
    def test_what_is_sent_is_queued_for_the_worker(self, both: TwoBrands, office: Client):
        form = ERRAND | {"segment": str(both.segments["plum"]), "per_seller": "20", "words": "Hi"}
        form |= {"asks_reason": "on"}
        response = office.post(reverse("dispatch-new"), form)
        made = sent()
        assert made
        assert response.headers["Location"] == reverse("dispatch", args=[made.id])
        assert (made.segment_id, made.asks_reason) == (both.segments["plum"], True)
        assert made.due_at.strftime("%H:%M") == "10:00", "entered in Shanghai's time"
        assert Run.objects.filter(key=f"dispatch:{made.id}", state="queued").exists()
        page = read(office.get(reverse("dispatch", args=[made.id])))
        assert "Being handed out" in page
        assert "every 1s" in page
        office.post(reverse("dispatch-new"), form)
        assert Dispatch.objects.filter(title=ERRAND["title"]).count() == 1, "sent twice"
        office.post(reverse("dispatch-new"), form | {"body": "Changed."})
        assert Dispatch.objects.filter(title=ERRAND["title"]).count() == 2, "gone back and changed"

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"title": " "}, "1 to 60 characters"),
            ({"due_at": "soon"}, "date and a time"),
            ({"due_at": "9999-12-31T23:59"}, "90 days"),
            ({"due_at": "0001-01-01T00:00"}, "date and a time"),
            ({"due_at": "2020-01-01T10:00"}, "has passed"),
            ({"segment": "PLUM", "per_seller": "9" * 30}, "1 to 200 customers"),
            ({"segment": "PLUM", "per_seller": "-1"}, "1 to 200 customers"),
            ({"segment": "PLUM", "words": "Hi {nobody}"}, "may only name"),
            ({"units": ["1"]}, "within your reach"),
        ],
    )
    def test_what_cannot_be_sent_comes_back_as_it_was(
        self, both: TwoBrands, office: Client, changed: dict[str, Any], told: str
    ):
        form = ERRAND | {"per_seller": "20"} | changed
        if "segment" in form:
            form["segment"] = str(both.segments["plum"])
        response = office.post(reverse("dispatch-new"), form | {"body": "Keep <this>."})
        assert response.status_code == 422
        text = read(response)
        assert told in text
        assert "Keep <this>." in text
        assert sent() is None

    def test_a_segment_of_another_program_is_none(self, both: TwoBrands, office: Client):
        form = ERRAND | {"segment": str(both.segments["fern"]), "per_seller": "20"}
        assert office.post(reverse("dispatch-new"), form).status_code == 404
        assert sent() is None

    def test_the_reach_follows_the_form(self, both: TwoBrands, office: Client):
        address = reverse("dispatch-reach")
        assert "<b>4</b> sellers" in office.post(address, {}).content.decode()
        shop = {"units": [str(both.plum.store("plum-n1"))]}
        assert "<b>2</b> sellers" in office.post(address, shop).content.decode()
        chosen = office.post(address, {"segment": str(both.segments["plum"])}).content.decode()
        assert "<b>12</b> customers" in chosen
        part = office.post(address, shop | {"segment": str(both.segments["plum"])})
        assert "<b>6</b> customers" in part.content.decode()


class TestProgress:
    def test_stores_and_people_stand_with_their_progress(self, both: TwoBrands, office: Client):
        address = reverse("dispatch", args=[both.dispatches["plum"]])
        Assignment.objects.filter(id=both.assignments["ann"]).update(
            state="done", outcome="call", reason="price", opened_at=datetime.now(tz=UTC)
        )
        text = read(office.get(address))
        for mark in ("Shop-plum-n1", "Shop-plum-s1", "plum-North", "Too expensive", "In progress"):
            assert mark in text
        people = read(office.get(address, {"unit": both.plum.store("plum-n1")}))
        assert seller_of("ann").name in people
        assert seller_of("bob").name not in people
        odd = office.get(address, {"unit": "9" * 5_000})
        assert odd.status_code == 200

    def test_a_reminder_is_seen_and_waits_an_hour(
        self, both: TwoBrands, office: Client, ann: Client
    ):
        address = reverse("dispatch-remind", args=[both.dispatches["plum"]])
        assert office.post(address).status_code == 302
        assert "Reminder" in read(ann.get(reverse("today")))
        assert office.post(address).status_code == 409

    def test_the_file_holds_every_assignment_and_is_noted(self, both: TwoBrands, office: Client):
        before = AuditEntry.objects.filter(action="export dispatch").count()
        response = office.get(reverse("dispatch-export", args=[both.dispatches["plum"]]))
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {row["Customer"] for row in rows} == {
            customer_of(name, 1).key for name in ("ann", "amy", "bob", "cat")
        }
        assert {row["State"] for row in rows} == {"Assigned"}
        assert AuditEntry.objects.filter(action="export dispatch").count() == before + 1

    def test_what_is_taken_back_is_gone_for_sellers(
        self, both: TwoBrands, office: Client, ann: Client
    ):
        address = reverse("own-dispatch", args=[both.dispatches["plum"]])
        assert ann.get(address).status_code == 200
        office.post(reverse("dispatch-cancel", args=[both.dispatches["plum"]]))
        assert ann.get(address).status_code == 404
        assert "extra-of-plum" not in read(ann.get(reverse("today")))


class TestReport:
    def test_today_leads_to_it_and_to_look_is_noted(self, both: TwoBrands, ann: Client):
        dispatch_id = both.dispatches["plum"]
        address = reverse("own-dispatch", args=[dispatch_id])
        assert address in read(ann.get(reverse("today")))
        text = read(ann.get(address))
        assert customer_of("ann", 1).name in text
        opened = reverse("own-dispatch-opened", args=[dispatch_id])
        assert opened in text
        ann.post(opened)
        seen = Assignment.objects.exclude(opened_at=None).values_list("id", flat=True)
        assert list(seen) == [both.assignments["ann"]]

    def test_a_report_can_be_undone(self, both: TwoBrands, ann: Client):
        finish = reverse("assignment-finish", args=[both.assignments["ann"]])
        form = {"outcome": "call", "note": "Loves <it>"}
        text = read(ann.post(finish, form, headers=PARTIAL))
        assert "Loves <it>" in text
        assert "All of it is done" in text
        history = read(ann.get(reverse("customer", args=[both.customer("ann", 1)])))
        assert "extra-of-plum" in history
        assert "Loves <it>" in history
        undone = ann.post(reverse("assignment-undo", args=[both.assignments["ann"]]))
        assert undone.status_code == 302
        assert Assignment.objects.get(id=both.assignments["ann"]).state == "open"

    @pytest.mark.parametrize(
        "form",
        [{}, {"outcome": "telepathy"}, {"outcome": "call", "note": "x" * 501}],
    )
    def test_a_report_that_lacks_something_stays_open_with_what_was_written(
        self, both: TwoBrands, ann: Client, form: dict[str, str]
    ):
        finish = reverse("assignment-finish", args=[both.assignments["ann"]])
        response = ann.post(finish, {"note": "Keep this"} | form, headers=PARTIAL)
        assert response.status_code == 422
        assert response.headers["HX-Retarget"] == "#sheet"
        assert form.get("note", "Keep this") in read(response)
        assert Assignment.objects.get(id=both.assignments["ann"]).state == "open"

    def test_a_call_back_needs_the_customers_reason(self, both: TwoBrands, ann: Client):
        Dispatch.objects.filter(id=both.dispatches["plum"]).update(asks_reason=True)
        finish = reverse("assignment-finish", args=[both.assignments["ann"]])
        sheet = read(ann.get(finish, headers=PARTIAL))
        assert "Too expensive" in sheet
        assert "Goods-of-plum" in sheet
        assert ann.post(finish, {"outcome": "call"}).status_code == 422
        assert ann.post(finish, {"outcome": "call", "reason": "price"}).status_code == 302
        assert Assignment.objects.get(id=both.assignments["ann"]).reason == "price"
