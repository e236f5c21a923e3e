"""Commission plans at headquarters: written, checked, signed, published."""

from __future__ import annotations

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from siyu.rooms.plans.models import Plan, Signature
from tests.faces.access_matrix import PLAN
from tests.faces.conftest import SignIn
from tests.faces.test_headquarters import ENGLISH, read
from tests.faces.two_brands import TwoBrands

IN_DOUBT = PLAN + "pays_recruits_purchases = true\n"
FORBIDDEN = PLAN + "joining = { fee = 99 }\n"
LEVELS = (
    PLAN
    + """
[[levels]]
key = "new"
[[levels]]
key = "gold"
name = "Gold seller"
own_sales = 500
keep_own_sales = 100
[carries]
trial_days = 30
levels = { silver = { to = "new" }, top = { to = "gold", earn = 200 } }
"""
)


@pytest.fixture
def office(both: TwoBrands, sign_in: SignIn) -> Client:
    # What is paid by them cannot go, so they become Fern's: Plum begins without any.
    own = Plan.objects.filter(program_id=both.plum.program.id)
    own.update(program_id=both.fern.program.id, number=F("number") + 100)
    return sign_in("administrator", headers=ENGLISH)


def kept(office: Client, text: str) -> str:
    """The address of a draft."""
    return office.post(reverse("plan-new"), {"text": text, "do": "save"}).headers["Location"]


def test_the_first_plan_begins_as_an_example_that_can_be_published(office: Client) -> None:
    assert "No plan yet" in read(office.get(reverse("plans")))
    page = read(office.get(reverse("plan-new")))
    assert "Nothing speaks against publishing it." in page
    text = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    example = text.replace("&quot;", '"')
    page = read(office.get(kept(office, example)))
    assert "Publish" in page
    assert "5% for 22:00–10:00" in page
    assert "¥20,000.00 at most, a month" in page
    plan = Plan.objects.get(state="draft", text=example)
    office.post(reverse("plan-publish", args=[plan.id]))
    plan.refresh_from_db()
    assert plan.state == "published"
    assert "In force" in read(office.get(reverse("plans")))


def test_checking_keeps_nothing(office: Client) -> None:
    before = Plan.objects.count()
    page = read(office.post(reverse("plan-new"), {"text": FORBIDDEN, "do": "check"}))
    assert "The law forbids it. It cannot be published." in page
    assert "CPL-002" in page
    assert "has to pay or to buy for 99." in page
    assert "Publish<" not in page
    assert Plan.objects.count() == before


def test_a_text_that_is_no_plan_comes_back_with_its_place(office: Client) -> None:
    wrong = PLAN.replace("percent = 3", "percent = 300")
    response = office.post(reverse("plan-new"), {"text": wrong, "do": "save"})
    assert response.status_code == 422
    page = read(response)
    assert "shares[0].rates[0].percent" in page
    assert "300% is more than everything." in page
    assert "percent = 300" in page


def test_what_is_in_doubt_is_signed_before_it_is_published(office: Client) -> None:
    address = kept(office, IN_DOUBT)
    plan = Plan.objects.get(text=IN_DOUBT)
    page = read(office.get(address))
    assert "Sign for it" in page
    assert "Publish<" not in page
    refused = office.post(reverse("plan-publish", args=[plan.id]))
    assert refused.status_code == 409
    memo = {"memo_sha256": "1f" * 32, "note": "counsel agrees"}
    office.post(reverse("plan-sign", args=[plan.id]), memo)
    assert Signature.objects.filter(plan=plan).count() == 1
    page = read(office.get(address))
    assert "counsel agrees" in page
    assert "and somebody signed for it" in page
    assert "Publish<" in page
    office.post(reverse("plan-publish", args=[plan.id]))
    page = read(office.get(address))
    assert "readonly" in page
    assert "Withdraw<" in page
    office.post(reverse("plan-withdraw", args=[plan.id]))
    plan.refresh_from_db()
    assert plan.state == "withdrawn"


def test_a_version_is_shown_against_the_one_in_force(office: Client) -> None:
    address = kept(office, PLAN.replace("2099-01-01", "2020-01-01"))
    plan = Plan.objects.get(from_on="2020-01-01")
    assert "Against the version in force" not in read(office.get(address))
    office.post(
        reverse("plan-sign", args=[plan.id]), {"memo_sha256": "0" * 64, "note": "as it was"}
    )
    office.post(reverse("plan-publish", args=[plan.id]))
    page = read(office.get(kept(office, PLAN)))
    assert "+from_on = 2099-01-01" in page
    assert "-from_on = 2020-01-01" in page


def test_levels_and_who_comes_over_to_them_are_told_in_words(office: Client) -> None:
    page = read(office.post(reverse("plan-new"), {"text": LEVELS, "do": "check"}))
    for told in (
        "Asks for nothing.",
        "Who was silver before comes over for good",
        "Gold seller",
        "own sales of ¥500.00 in all",
        "kept with own sales of ¥100.00 a month",
        "Who was top before comes over on trial: own sales of ¥200.00 within 30 days",
    ):
        assert told in page
    plain = read(office.post(reverse("plan-new"), {"text": PLAN, "do": "check"}))
    assert "comes over" not in plain


def test_levels_that_were_carried_over_are_not_carried_again(
    both: TwoBrands, sign_in: SignIn
) -> None:
    office = sign_in("administrator", headers=ENGLISH)
    carry = reverse("levels-carry", args=[both.plans["plum-coming"]])
    assert carry in read(office.get(reverse("levels")))
    office.post(carry)
    page = read(office.get(reverse("levels")))
    assert "Carried over. It can be taken back below until the plan begins." in page
    assert carry not in page
