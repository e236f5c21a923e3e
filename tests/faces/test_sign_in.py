"""Signing in with a password or by a one-tap link, and what neither may do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from siyu.foundation.clock import utc_now
from siyu.rooms.operations.models import AuditEntry
from siyu.rooms.organization.actions import grant_role, issue_link, set_password
from siyu.rooms.organization.models import Grant, SignInLink, Staff
from siyu.rooms.organization.types import Role
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands, customer_of, seller_of

PASSWORD = "correct horse battery"
WRONG = {
    "zh-hans": "登录名或密码不正确，请检查后重试。",
    "en": "Login and password do not match. Check both and try again.",
}
FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "http:///evil.example/",
    "javascript:alert(1)",
    "https://testserver@evil.example/",
    "\t//evil.example/",
    "",
]


@pytest.fixture
def operator(both: TwoBrands) -> str:
    set_password(staff_id=both.staff["operator"], password=PASSWORD, actor_id=None)
    return "operator"


def send(login: str, password: str = PASSWORD, browser: Client | None = None, **more: str) -> Any:
    browser = browser or Client()
    return browser.post(reverse("sign-in"), {"login": login, "password": password, **more})


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


class TestPassword:
    def test_the_right_one_opens_the_first_page(self, operator: str):
        browser = Client()
        response = browser.post(
            reverse("sign-in"), {"login": operator, "password": PASSWORD}, follow=True
        )
        assert response.redirect_chain == [("/", 302), (reverse("overview"), 302)]
        assert response.status_code == 200
        assert browser.session["by_link"] is False

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_a_wrong_one_and_an_unknown_login_are_told_the_same(self, operator: str, language: str):
        texts = []
        for login in (operator, "whoever"):
            browser = Client(headers={"Accept-Language": language})
            response = send(login, "wrong-secret-word", browser)
            text = response.content.decode()
            assert response.status_code == 422
            assert WRONG[language] in text
            assert "wrong-secret-word" not in text
            assert f'value="{login}"' in text
            assert not is_signed_in(browser)
            texts.append(text.split('role="alert"')[1].split("</p>")[0])
        assert texts[0] == texts[1]

    def test_after_five_failures_even_the_right_one_waits(self, operator: str):
        for _ in range(5):
            send(operator, "wrong")
        browser = Client(headers={"Accept-Language": "en"})
        response = send(operator, PASSWORD, browser)
        assert response.status_code == 422
        assert "Wait 15 minutes" in response.content.decode()
        assert not is_signed_in(browser)

    def test_failures_of_one_do_not_lock_another_out(self, both: TwoBrands, operator: str):
        set_password(staff_id=both.staff["analyst"], password=PASSWORD, actor_id=None)
        for _ in range(5):
            send(operator, "wrong")
        assert send("analyst").status_code == 302

    @pytest.mark.parametrize("wanted", FOREIGN)
    def test_nobody_is_sent_to_another_site(self, operator: str, wanted: str):
        response = send(operator, next=wanted)
        assert response.headers["Location"] == "/"

    def test_one_comes_back_to_the_page_that_was_asked_for(self, operator: str):
        browser = Client()
        asked = reverse("sellers") + "?order=fans&page=2"
        first = browser.get(asked)
        wanted = parse_qs(urlsplit(first.headers["Location"]).query)["next"][0]
        assert wanted == asked
        page = browser.get(first.headers["Location"]).content.decode()
        assert 'name="next" value="/headquarters/sellers?order=fans&amp;page=2"' in page
        assert send(operator, browser=browser, next=wanted).headers["Location"] == asked

    def test_a_command_sent_too_late_is_not_opened_as_a_page(self, both: TwoBrands):
        for page in ("runs", "sign-out"):
            response = Client().post(reverse(page))
            assert response.headers["Location"] in ("/sign-in", "/sign-in?next=%2F")
        late = Client().post(
            reverse("task-delay", args=[both.tasks["ann-1"]]), headers={"HX-Request": "true"}
        )
        assert late.status_code == 204
        assert late.headers["HX-Redirect"] == "/sign-in?next=%2F"

    def test_a_session_made_before_signing_in_is_not_taken_over(self, operator: str):
        browser = Client()
        session = browser.session
        session["planted"] = "by somebody else"
        session.save()
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        send(operator, browser=browser)
        assert browser.session.session_key != session.session_key
        assert "planted" not in browser.session

    def test_bad_bytes_in_a_login_are_only_a_wrong_login(self, operator: str):
        for login in ("\x00", "x" * 5_000, "' OR 1=1 --"):
            assert send(login).status_code == 422

    def test_signing_out_ends_the_session(self, both: TwoBrands, operator: str):
        browser = Client()
        send(operator, browser=browser)
        kept = browser.cookies[settings.SESSION_COOKIE_NAME].value
        response = browser.post(reverse("sign-out"), follow=True)
        assert "已退出" in response.content.decode()
        stale = Client()
        stale.cookies[settings.SESSION_COOKIE_NAME] = kept
        assert stale.get(reverse("overview")).status_code == 302

    def test_who_left_is_out_at_once(self, both: TwoBrands, sign_in: SignIn):
        browser = sign_in("operator")
        assert browser.get(reverse("overview")).status_code == 200
        Staff.objects.filter(id=both.staff["operator"]).update(is_active=False)
        assert browser.get(reverse("overview")).headers["Location"].startswith("/sign-in")

    def test_a_role_taken_away_is_gone_at_once(self, both: TwoBrands, sign_in: SignIn):
        browser = sign_in("operator")
        assert browser.get(reverse("imports")).status_code == 200
        given = {"staff_id": both.staff["operator"], "program_id": both.plum.program.id}
        grant_role(**given, role=Role.ANALYST, unit_id=None, actor_id=None)
        assert browser.get(reverse("imports")).status_code == 403
        Grant.objects.filter(**given).delete()
        response = browser.get(reverse("overview"))
        assert response.status_code == 403
        # Whoever is let in nowhere can still leave.
        assert f'action="{reverse("sign-out")}"' in response.content.decode()


def link_for(both: TwoBrands, who: str = "ann", **more: bool) -> str:
    issued = issue_link(staff_id=both.staff[who], actor_id=None, **more)
    return reverse("link", args=[issued.token])


class TestLink:
    def test_looking_never_spends_it(self, both: TwoBrands):
        address, browser = link_for(both), Client()
        for _ in range(3):
            assert browser.get(address).status_code == 200
            assert browser.head(address).status_code == 405
            assert browser.options(address).status_code == 405
        assert not is_signed_in(browser)
        assert not SignInLink.objects.filter(used_at__isnull=False).exists()
        assert browser.post(address).headers["Location"] == "/"
        assert is_signed_in(browser)

    def test_it_works_once(self, both: TwoBrands):
        address = link_for(both)
        assert Client().post(address).status_code == 302
        second = Client()
        response = second.post(address)
        assert response.status_code == 403
        assert not is_signed_in(second)
        assert second.get(address).status_code == 410

    def test_its_address_is_told_to_nobody(self, both: TwoBrands):
        address = link_for(both)
        answers = [Client().get(address), Client().post(address), Client().post(address)]
        answers.append(Client().get(address))
        assert [answer.status_code for answer in answers] == [200, 302, 403, 410]
        for answer in answers:
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "no-store" in answer.headers["Cache-Control"]

    def test_it_expires(self, both: TwoBrands):
        address = link_for(both)
        SignInLink.objects.update(expires_at=utc_now() - timedelta(seconds=1))
        assert Client().get(address).status_code == 410
        browser = Client()
        assert browser.post(address).status_code == 403
        assert not is_signed_in(browser)

    @pytest.mark.parametrize("elsewhere", ["10.0.0.5", "192.168.1.20", "::ffff:10.0.0.5"])
    def test_a_demo_link_works_on_this_machine_only(self, both: TwoBrands, elsewhere: str):
        address = link_for(both, loopback_only=True)
        away = Client(REMOTE_ADDR=elsewhere)
        # A header that anyone can send does not make it this machine.
        headers = {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}
        assert away.get(address, headers=headers).status_code == 410
        assert away.post(address, headers=headers).status_code == 403
        assert not is_signed_in(away)
        here = Client(REMOTE_ADDR="127.0.0.1")
        assert here.post(address).status_code == 302
        assert is_signed_in(here)

    def test_behind_our_proxy_its_word_counts_and_no_other(self, both: TwoBrands, settings: Any):
        settings.SIYU_BEHIND_PROXY = True
        address = link_for(both, loopback_only=True)
        proxied = Client(REMOTE_ADDR="127.0.0.1")
        spoofed = {"X-Forwarded-For": "127.0.0.1, 10.0.0.5"}
        assert proxied.post(address, headers=spoofed).status_code == 403
        assert proxied.post(address, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 302

    def test_another_site_cannot_spend_it(self, both: TwoBrands):
        address, browser = link_for(both), Client()
        response = browser.post(address, headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 403
        assert not is_signed_in(browser)
        assert browser.post(address, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302

    def test_it_takes_the_place_of_whoever_was_signed_in(self, both: TwoBrands, sign_in: SignIn):
        browser = sign_in("operator")
        browser.post(link_for(both))
        assert browser.session["_auth_user_id"] == str(both.staff["ann"])
        assert browser.session["by_link"] is True
        assert browser.get(reverse("overview")).status_code == 403

    def test_it_never_opens_unmasking(self, both: TwoBrands):
        browser = Client()
        browser.post(link_for(both))
        address = reverse("customer-phone", args=[both.customer("ann", 1)])
        for response in (browser.get(address), browser.post(address, {"reason": "a good one"})):
            assert response.status_code == 403
            assert customer_of("ann", 1).phone not in response.content.decode()
            assert "请用密码登录" in response.content.decode()
        assert not AuditEntry.objects.filter(action="unmask phone").exists()

    def test_one_who_signed_in_with_a_password_unmasks(self, both: TwoBrands):
        set_password(staff_id=both.staff["ann"], password=PASSWORD, actor_id=None)
        browser = Client()
        send("ann", browser=browser)
        address = reverse("customer-phone", args=[both.customer("ann", 1)])
        response = browser.post(address, {"reason": "asked to be called back"})
        assert customer_of("ann", 1).phone in response.content.decode()


class TestIssuing:
    def test_a_link_of_headquarters_signs_the_seller_in(self, both: TwoBrands, sign_in: SignIn):
        response = sign_in("operator").post(reverse("seller-link", args=[both.seller("ann")]))
        text = response.content.decode()
        address = text.split('id="sign-in-link">')[1].split("<")[0]
        assert address.startswith("http://testserver/link/")
        assert "no-store" in response.headers["Cache-Control"]
        browser = Client()
        browser.post(urlsplit(address).path)
        assert seller_of("ann").name in browser.get(reverse("today")).content.decode()
        entry = AuditEntry.objects.get(action="issue sign-in link")
        assert entry.actor_id == both.staff["operator"]
        assert entry.subject == f"staff {both.staff['ann']}"

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.SELLER])
    def test_a_seller_who_became_more_lends_nobody_her_rights(
        self, both: TwoBrands, sign_in: SignIn, role: Role
    ):
        given = {"staff_id": both.staff["ann"], "program_id": both.plum.program.id}
        grant_role(**given, role=role, unit_id=both.plum.store("plum-n1"), actor_id=None)
        page = sign_in("operator").get(reverse("seller", args=[both.seller("ann")]))
        address = reverse("seller-link", args=[both.seller("ann")])
        assert address not in page.content.decode()
        assert sign_in("operator").post(address).status_code == 403
        assert not SignInLink.objects.exists()

    def test_a_seller_of_two_programs_gets_no_link_from_one_of_them(
        self, both: TwoBrands, sign_in: SignIn
    ):
        given = {"staff_id": both.staff["ann"], "program_id": both.fern.program.id}
        grant_role(**given, role=Role.SELLER, unit_id=None, actor_id=None)
        response = sign_in("operator").post(reverse("seller-link", args=[both.seller("ann")]))
        assert response.status_code == 403


class TestProgram:
    @pytest.fixture
    def busy(self, both: TwoBrands) -> None:
        """The operator of one program looks at the figures of the other one."""
        grant_role(
            staff_id=both.staff["operator"],
            program_id=both.fern.program.id,
            role=Role.ANALYST,
            unit_id=None,
            actor_id=None,
        )

    def go(self, browser: Client, program_id: int) -> str:
        response = browser.post(reverse("program"), {"program": str(program_id)}, follow=True)
        return response.content.decode()

    def test_one_who_holds_two_roles_goes_from_one_to_the_other(
        self, both: TwoBrands, sign_in: SignIn, busy: None
    ):
        browser = sign_in("operator")
        assert both.fern.program.name in browser.get(reverse("sellers")).content.decode()
        page = self.go(browser, both.fern.program.id)
        assert browser.session["program_id"] == both.fern.program.id
        assert f'<option value="{both.fern.program.id}" selected>' in page
        shown = browser.get(reverse("sellers")).content.decode()
        assert seller_of("dan").name in shown
        assert seller_of("ann").name not in shown
        assert browser.get(reverse("imports")).status_code == 403
        self.go(browser, both.plum.program.id)
        assert seller_of("ann").name in browser.get(reverse("sellers")).content.decode()

    def test_a_program_without_a_role_stays_shut(self, both: TwoBrands, sign_in: SignIn):
        browser = sign_in("operator")
        for wanted in (str(both.fern.program.id), "1", "no number", ""):
            response = browser.post(reverse("program"), {"program": wanted})
            assert response.status_code == 403
        assert seller_of("dan").name not in browser.get(reverse("sellers")).content.decode()

    def test_one_role_needs_no_choice(self, both: TwoBrands, sign_in: SignIn):
        page = sign_in("analyst").get(reverse("overview")).content.decode()
        assert reverse("program") not in page
