"""Spreadsheets: asked for on a page, made by the worker, taken away by who asked."""

from __future__ import annotations

import csv
import html
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from siyu.rooms.operations.actions import run_queued
from siyu.rooms.operations.models import AuditEntry, Run
from siyu.rooms.organization.models import Grant
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands, seller_of

ENGLISH = {"Accept-Language": "en"}
SELLERS = "/headquarters/sellers.csv"


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers=ENGLISH)


def work() -> None:
    """Carry out what is queued; what the brands' making left is done first."""
    while run_queued():
        pass


def ask(browser: Client, address: str = SELLERS) -> Run:
    answer = browser.post(reverse("spreadsheets-start"), {"address": address})
    assert answer.headers["Location"] == reverse("spreadsheets")
    return Run.objects.filter(kind="export").latest("queued_at")


def page_of(browser: Client) -> str:
    return html.unescape(browser.get(reverse("spreadsheets")).content.decode())


def taken(browser: Client, run: Run) -> list[tuple[Any, ...]]:
    answer = browser.get(reverse("spreadsheet", args=[run.id]))
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    book = load_workbook(io.BytesIO(content))
    return [row for sheet in book for row in sheet.iter_rows(values_only=True)]


def exported(browser: Client, address: str = SELLERS) -> list[list[str]]:
    answer = browser.get(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def plain(cell: Any) -> Any:
    """A cell as a number where it is one, as text otherwise."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return "" if cell is None else str(cell)


def test_it_holds_what_the_csv_holds(both: TwoBrands, office: Client):
    run = ask(office)
    assert "Waiting" in page_of(office)
    assert office.get(reverse("spreadsheet", args=[run.id])).status_code == 404, "not yet"
    work()
    run.refresh_from_db()
    assert run.state == "done", run.error
    shown = page_of(office)
    assert reverse("spreadsheet", args=[run.id]) in shown
    rows, lines = taken(office, run), exported(office)
    assert len(rows) == len(lines) > 2
    assert list(rows[0]) == lines[0]
    for row, line in zip(rows[1:], lines[1:], strict=True):
        assert [plain(cell) for cell in row] == [plain(cell.removeprefix("'")) for cell in line]
    assert any(isinstance(cell, int | float) for cell in rows[1]), "numbers stay numbers"


def test_it_is_made_with_the_reach_of_who_asked(both: TwoBrands, office: Client, sign_in: SignIn):
    manager = sign_in("store", headers=ENGLISH)
    run = ask(manager)
    work()
    names = {cell for row in taken(manager, run) for cell in row}
    assert {seller_of("ann").key, seller_of("amy").key} <= names
    assert not {seller_of("bob").key, seller_of("cat").key} & names
    assert office.get(reverse("spreadsheet", args=[run.id])).status_code == 404
    assert reverse("spreadsheet", args=[run.id]) not in page_of(office)


def test_who_lost_the_right_gets_nothing(both: TwoBrands, office: Client):
    run = ask(office)
    Grant.objects.filter(staff_id=run.requested_by_id).delete()
    work()
    run.refresh_from_db()
    assert run.state == "failed"
    assert office.get(reverse("spreadsheet", args=[run.id])).status_code in (403, 404)


def test_who_sees_less_now_keeps_no_file_of_more(both: TwoBrands, sign_in: SignIn):
    region = sign_in("region", headers=ENGLISH)
    run = ask(region)
    work()
    assert taken(region, run)
    grant = Grant.objects.get(staff_id=run.requested_by_id)
    grant.role, grant.unit_id = "store_manager", both.plum.store("plum-n1")
    grant.save()
    assert region.get(reverse("spreadsheet", args=[run.id])).status_code == 404


def test_the_same_again_is_the_same_run(both: TwoBrands, office: Client):
    first = ask(office)
    assert ask(office).id == first.id
    work()
    assert ask(office).id == first.id
    work()
    assert len(taken(office, first)) > 2


def test_a_segment_s_export_is_noted_for_the_audit(both: TwoBrands, office: Client):
    address = reverse("segment-export", args=[both.segments["plum"]])
    before = AuditEntry.objects.filter(action__contains="export").count()
    run = ask(office, address)
    work()
    assert len(taken(office, run)) > 1
    assert AuditEntry.objects.filter(action__contains="export").count() == before + 1


@pytest.mark.parametrize("address", ["", "/headquarters/sellers", "/nowhere", "https://a.b/c"])
def test_only_exports_can_be_asked_for(office: Client, address: str):
    answer = office.post(reverse("spreadsheets-start"), {"address": address})
    assert 400 <= answer.status_code < 500
    assert not Run.objects.filter(kind="export").exists()


def test_another_program_s_export_is_refused(both: TwoBrands, office: Client):
    run = ask(office, reverse("segment-export", args=[both.segments["fern"]]))
    work()
    run.refresh_from_db()
    assert run.state == "failed"
    assert "It could not be made" in page_of(office)
