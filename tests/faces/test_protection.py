"""What guards every page: tokens in forms, strict headers, and errors that say what to do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from siyu.faces import errors
from siyu.rooms.coaching.types import TaskState
from siyu.rooms.outreach.models import Task
from tests.faces.access_matrix import FORMS, ROWS, Row
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
FORBIDDEN_IN_PAGES = {
    "inline script": r'<script(?![^>]*(?:\bsrc=|type="application/json"))',
    "inline style": r"<style\b|<[^>]*\sstyle\s*=",
    "inline handler": r"<[^>]*\son[a-z]+\s*=",
    "another site": r'<(?:script|link|img|form)\b[^>]*(?:src|href|action)\s*=\s*"(?:https?:)?//',
}


def shown(pages: str) -> list[Row]:
    return [row for row in ROWS if row.method == "GET" and row.expected[pages] == 200]


def address_of(both: TwoBrands, row: Row) -> str:
    things: dict[str, Any] = {"ann": both.seller("ann"), "ann-1": both.tasks["ann-1"]}
    known = {"import": both.imports, "run": both.runs, "reaction": both.reactions}
    known |= {"playbook": both.playbooks, "help": both.helps, "segment": both.segments}
    known |= {"dispatch": both.dispatches, "own": both.dispatches, "api": both.keys}
    known |= {"assignment": both.assignments, "webhook": both.webhooks, "tag": both.tags}
    known |= {"campaign": both.campaigns, "plan": both.plans}
    known |= {"closing": both.closings, "statements": both.closings, "payout": both.payouts}
    whole = {"ledger-account": both.accounts, "ledger-posting": both.postings}
    whole |= {"invitation-revoke": both.invitations}
    whole |= dict.fromkeys(("application-accept", "application-refuse"), both.applications)
    whole |= {"levels-carry": both.plans, "levels-take-back": both.reviews}
    whole |= dict.fromkeys(("statement", "own-statement"), both.statements)
    if row.page in whole:
        return reverse(row.page, args=[whole[row.page][row.thing]])
    known |= {"variant": both.variants, "assistant": both.assistants}
    ids = known.get(row.page.partition("-")[0], {})
    things |= ids
    if row.page.startswith(("customer", "hq-customer")):
        things["ann-1"] = both.customer("ann", 1)
    return reverse(row.page, args=[things.get(row.thing, row.thing)] if row.thing else [])


def own(rows: list[Row]) -> list[Row]:
    things = ("", "ann", "ann-1", "plum", "plum-fresh", "orders")
    return [row for row in rows if row.thing in things]


class TestHeaders:
    @pytest.mark.parametrize("who", ["administrator", "seller"])
    def test_every_page_has_the_strict_policy_and_obeys_it(
        self, both: TwoBrands, sign_in: SignIn, who: str
    ):
        browser = sign_in("ann" if who == "seller" else who)
        for row in own(shown(who)):
            response = browser.get(address_of(both, row))
            assert response.status_code == 200, row
            _check_headers(response, str(row))
            assert "no-store" in response.headers["Cache-Control"], row
            if response.headers["Content-Type"].startswith("text/html"):
                text = response.content.decode()
                for reason, pattern in FORBIDDEN_IN_PAGES.items():
                    assert not re.search(pattern, text, re.IGNORECASE), (row, reason)

    def test_pages_before_signing_in_and_errors_have_it_too(self, db: None):
        for address in ("/", "/sign-in", "/link/made-up", "/nowhere", "/headquarters/overview"):
            _check_headers(Client().get(address), address)
        for address in ("/sign-in", "/link/made-up"):
            assert "no-store" in Client().get(address).headers["Cache-Control"]

    def test_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(self, sign_in: SignIn):
        browser = sign_in("operator")
        response = browser.post(reverse("language"), {"language": "en"})
        assert response.cookies[settings.LANGUAGE_COOKIE_NAME]["httponly"]
        fresh = Client()
        fresh.get("/sign-in")
        assert fresh.cookies["csrftoken"]["samesite"] == "Lax"
        assert settings.SESSION_COOKIE_HTTPONLY
        assert settings.SESSION_COOKIE_SAMESITE == "Lax"


def _check_headers(response: HttpResponse, where: str) -> None:
    directives = response.headers["Content-Security-Policy"].split(";")
    policy = dict(each.strip().split(" ", 1) for each in directives if each.strip())
    assert policy == POLICY, where
    assert "Content-Security-Policy-Report-Only" not in response.headers
    assert response.headers["X-Frame-Options"] == "DENY", where
    assert response.headers["X-Content-Type-Options"] == "nosniff", where
    assert response.headers["Referrer-Policy"] in ("same-origin", "no-referrer"), where


class TestForms:
    @pytest.mark.parametrize(
        "row", [row for row in ROWS if row.method == "POST" and row.page != "link"], ids=str
    )
    def test_a_command_without_a_token_is_refused(self, both: TwoBrands, sign_in: SignIn, row: Row):
        if row not in own([row]):
            return
        who = "ann" if row.expected["seller"] < 400 else "administrator"
        browser = sign_in(who, enforce_csrf_checks=True)
        for headers in ({}, {"X-CSRFToken": "a" * 32}):
            response = browser.post(address_of(both, row), FORMS.get(row.page, {}), headers=headers)
            assert response.status_code == 403
            assert "请返回并刷新后重试" in response.content.decode()
        assert not Task.objects.exclude(state__in=[TaskState.OPEN, TaskState.HELD]).exists()

    def test_a_page_gives_its_token_to_forms_and_to_htmx(self, both: TwoBrands, sign_in: SignIn):
        browser = sign_in("ann", enforce_csrf_checks=True)
        page = browser.get(reverse("today")).content.decode()
        (token,) = re.findall(r"hx-headers:inherited='{\"X-CSRFToken\": \"(\w+)\"}'", page)
        address = reverse("task-delay", args=[both.tasks["ann-0"]])
        sent = {"X-CSRFToken": token, "HX-Request": "true"}
        assert browser.post(address, {"days": "1"}, headers=sent).status_code == 200
        field = {"days": "1", "csrfmiddlewaretoken": token}
        address = reverse("task-delay", args=[both.tasks["ann-1"]])
        assert browser.post(address, field).status_code == 302

    def test_the_token_of_another_site_is_refused(self, both: TwoBrands, sign_in: SignIn):
        browser = sign_in("ann", enforce_csrf_checks=True)
        page = browser.get(reverse("today")).content.decode()
        (token,) = re.findall(r"hx-headers:inherited='{\"X-CSRFToken\": \"(\w+)\"}'", page)
        sent = {"X-CSRFToken": token, "Origin": "https://evil.example"}
        address = reverse("task-delay", args=[both.tasks["ann-0"]])
        assert browser.post(address, {"days": "1"}, headers=sent).status_code == 403


LANGUAGES = ("zh-hans", "en")


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "chinese", "english"),
        [
            (404, "页面不存在", "This page does not exist"),
            (403, "角色", "Your role does not allow this"),
            (410, "链接", "This link no longer works"),
            (422, "请", "Choose one of the answers"),
            (409, "任务", "This task is closed already"),
        ],
    )
    def test_they_speak_both_languages(
        self, both: TwoBrands, sign_in: SignIn, status: int, chinese: str, english: str
    ):
        texts = []
        for language in LANGUAGES:
            browser = sign_in("ann", headers={"Accept-Language": language})
            response = self._fail(both, browser, status)
            text = response.content.decode()
            assert response.status_code == status
            assert f'<html lang="{language}">' in text
            assert 'href="/' in text, "a way on"
            texts.append(text)
        assert chinese in texts[0]
        assert english in texts[1]
        assert not re.search("[\u4e00-\u9fff]", re.sub("简体中文|私域", "", texts[1]))

    def _fail(self, both: TwoBrands, browser: Client, status: int) -> HttpResponse:
        task = both.tasks["ann-1"]
        if status == 409:
            Task.objects.filter(id=task).update(state=TaskState.DONE)
        addresses = {404: "/nowhere", 403: reverse("overview"), 410: "/link/made-up"}
        if status in addresses:
            return browser.get(addresses[status])
        answer = {"outcome": "pigeon" if status == 422 else "call"}
        return browser.post(reverse("task-outcome", args=[task]), answer)

    @pytest.mark.parametrize(
        ("language", "words"), [("zh-hans", "系统出错了"), ("en", "Try again in a minute")]
    )
    def test_our_own_mistakes_are_told_without_details(
        self, rf: RequestFactory, language: str, words: str
    ):
        from django.contrib.auth.models import AnonymousUser
        from django.utils import translation

        request = rf.get("/somewhere")
        request.user = AnonymousUser()
        with translation.override(language):
            response = errors.server_error(request)
        text = response.content.decode()
        assert response.status_code == 500
        assert words in text
        assert "Traceback" not in text

    def test_a_request_to_an_unknown_host_is_refused(self, db: None):
        response = Client().get("/sign-in", headers={"Host": "evil.example"})
        assert response.status_code == 400
        assert "evil.example" not in response.content.decode()

    def test_htmx_gets_a_note_instead_of_a_page(self, both: TwoBrands, sign_in: SignIn):
        browser = sign_in("ann")
        address = reverse("customer", args=[both.customer("amy", 1)])
        text = browser.get(address, headers={"HX-Request": "true"}).content.decode()
        assert 'role="alert"' in text
        assert "<html" not in text


class TestOddAddresses:
    @pytest.mark.parametrize(
        "page", ["sellers", "sellers-export", "imports", "runs", "audit", "overview"]
    )
    @pytest.mark.parametrize("asked", ["0", "-1", "x", "", "1.5", "٣", "9" * 18, "9" * 5_000])
    def test_a_page_number_that_is_none_is_the_first(self, sign_in: SignIn, page: str, asked: str):
        response = sign_in("administrator").get(reverse(page), {"page": asked, "days": asked})
        assert response.status_code == 200

    @pytest.mark.parametrize("asked", ["0", "-1", "x", "", "9" * 18, "9" * 5_000])
    def test_so_it_is_for_sellers(self, sign_in: SignIn, asked: str):
        browser = sign_in("ann")
        assert browser.get(reverse("own-customers"), {"page": asked}).status_code == 200

    @pytest.mark.parametrize("number", [0, 2**63 - 1, 2**63, 10**30])
    def test_ids_that_cannot_be_lead_nowhere(self, sign_in: SignIn, number: int):
        seller, office = sign_in("ann"), sign_in("administrator")
        for path in ("sellers/{}", "imports/{}", "imports/{}/rejects", "runs/{}"):
            assert office.get(f"/headquarters/{path.format(number)}").status_code == 404
        for path in ("customers/{}", "customers/{}/phone", "tasks/{}/outcome", "tasks/{}/skip"):
            assert seller.get(f"/workbench/{path.format(number)}").status_code == 404
        for path in ("runs/{}/again", "imports/{}/start", "reactions/{}/again", "sellers/{}/link"):
            assert office.post(f"/headquarters/{path.format(number)}").status_code == 404
        for path in ("tasks/{}/undo", "customers/{}/consent"):
            assert seller.post(f"/workbench/{path.format(number)}").status_code == 404

    @pytest.mark.parametrize("find", ["%", "_", "'; DROP TABLE x; --", "<script>", "*"])
    def test_odd_searches_find_nothing_and_harm_nothing(self, sign_in: SignIn, find: str):
        for who, page in (("administrator", "sellers"), ("ann", "own-customers")):
            response = sign_in(who).get(reverse(page), {"find": find})
            assert response.status_code == 200
            assert "<script>" not in response.content.decode().replace("<script></", "")
        response = sign_in("ann").get(reverse("own-customers"), {"state": find})
        assert response.status_code == 200

    def test_a_text_that_cannot_be_stored_is_told(self, both: TwoBrands, sign_in: SignIn):
        for who, page in (("administrator", "sellers"), ("ann", "own-customers")):
            assert sign_in(who).get(reverse(page), {"find": "a\x00b"}).status_code == 422
        address = reverse("customer-phone", args=[both.customer("ann", 1)])
        assert sign_in("ann").post(address, {"reason": "a call \x00"}).status_code == 422

    @pytest.mark.parametrize("days", ["", "x", "0", "-1", "15", "1.5", "9" * 5_000])
    def test_a_task_is_put_off_by_sensible_days_only(
        self, both: TwoBrands, sign_in: SignIn, days: str
    ):
        address = reverse("task-delay", args=[both.tasks["ann-0"]])
        assert sign_in("ann").post(address, {"days": days}).status_code == 422
        assert Task.objects.get(id=both.tasks["ann-0"]).state == TaskState.OPEN


class TestLanguage:
    def test_it_is_switched_and_remembered(self, both: TwoBrands, sign_in: SignIn):
        browser = sign_in("ann")
        assert '<html lang="zh-hans">' in browser.get(reverse("today")).content.decode()
        back = reverse("numbers")
        response = browser.post(reverse("language"), {"language": "en", "next": back})
        assert response.headers["Location"] == back
        assert '<html lang="en">' in browser.get(reverse("today")).content.decode()
        elsewhere = sign_in("ann", headers={"Accept-Language": "zh-CN"})
        assert '<html lang="en">' in elsewhere.get(reverse("today")).content.decode()

    def test_before_signing_in_it_is_the_browsers_or_the_chosen_one(self, db: None):
        browser = Client(headers={"Accept-Language": "en-GB,en;q=0.8"})
        assert '<html lang="en">' in browser.get("/sign-in").content.decode()
        browser.post(reverse("language"), {"language": "zh-hans", "next": "/sign-in"})
        assert '<html lang="zh-hans">' in browser.get("/sign-in").content.decode()
        assert '<html lang="zh-hans">' in Client().get("/sign-in").content.decode()

    @pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", ""])
    def test_it_sends_nobody_to_another_site(self, db: None, wanted: str):
        response = Client().post(reverse("language"), {"language": "en", "next": wanted})
        assert response.headers["Location"] == "/"

    def test_an_unknown_language_changes_nothing(self, sign_in: SignIn):
        browser = sign_in("ann")
        response = browser.post(reverse("language"), {"language": "tlh"})
        assert settings.LANGUAGE_COOKIE_NAME not in response.cookies
        assert '<html lang="zh-hans">' in browser.get(reverse("today")).content.decode()
