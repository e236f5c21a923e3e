"""Targets and brands at headquarters, and a seller's own month on her phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.faces.conftest import SignIn
from tests.faces.test_headquarters import ENGLISH, read, rows_of
from tests.faces.two_brands import TwoBrands, today

# Everybody ordered five days ago, which may have been last month.
SOLD_THIS_MONTH = (today() - timedelta(days=5)).month == today().month


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers=ENGLISH)


def month(later: int = 0) -> str:
    first = today().replace(day=1)
    for _ in range(later):
        first = (first + timedelta(days=31)).replace(day=1)
    return f"{first:%Y-%m}"


def tiles(text: str) -> list[str]:
    return re.findall(r'class="tile-value">([^<]+)<', text)


class TestTargets:
    def test_what_is_to_be_sold_and_what_was(self, office: Client):
        text = read(office.get(reverse("targets")))
        sold = "¥1,296,300" if SOLD_THIS_MONTH else "¥0"
        assert tiles(text)[:2] == ["¥4,000", sold]
        assert {row[0]: row[1] for row in rows_of(text)} == {
            "plum-North": "¥3,000",
            "plum-South": "¥1,000",
        }

    def test_from_region_to_shop_to_seller(self, both: TwoBrands, office: Client):
        text = read(office.get(reverse("targets")))
        (north,) = re.findall(r'href="(\?[^"]*unit=\d+[^"]*)">plum-North<', text)
        below = read(office.get(reverse("targets") + north.replace("&amp;", "&")))
        assert {row[0]: row[1] for row in rows_of(below)} == {
            "Shop-plum-n1": "¥2,000",
            "Shop-plum-n2": "¥1,000",
        }
        shop = read(office.get(reverse("targets"), {"unit": both.plum.store("plum-n1")}))
        assert {row[0].split()[-1] for row in rows_of(shop)} == {"sk-ann", "sk-amy"}
        assert 'aria-label="Org unit"' in shop

    def test_setting_a_month_breaks_it_down_and_taking_back_undoes_it(self, office: Client):
        empty = read(office.get(reverse("targets"), {"month": month(1)}))
        assert f"No target for {month(1)}" in empty
        form = {"month": month(1), "amount": "8,000", "rule": "equal", "past_months": "4"}
        response = office.post(reverse("targets-set"), form)
        assert response.headers["Location"] == f"{reverse('targets')}?month={month(1)}"
        text = read(office.get(response.headers["Location"]))
        assert "Broken down to 4 sellers." in text
        assert tiles(text)[0] == "¥8,000"
        office.post(reverse("targets-drop"), {"month": month(1)})
        assert "No target for" in read(office.get(reverse("targets"), {"month": month(1)}))

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"amount": "-5"}, "whole amount"),
            ({"amount": "12.5"}, "whole amount"),
            ({"amount": "much"}, "whole amount"),
            ({"amount": "NaN"}, "whole amount"),
            ({"amount": "9" * 40}, "whole amount"),
            ({"amount": "0"}, "above zero"),
            ({"rule": "by guess"}, "how the target is broken down"),
            ({"past_months": "99"}, "Look back"),
            ({"month": "2001-01"}, "this month and the last"),
            ({"month": "2099-01"}, "this month or one of the next eleven"),
            ({"month": "soon"}, "is no month"),
        ],
    )
    def test_what_cannot_be_set_comes_back_with_what_to_mend(
        self, office: Client, changed: dict[str, str], told: str
    ):
        form = {"month": month(), "amount": "8000", "rule": "equal", "past_months": "4"} | changed
        response = office.post(reverse("targets-set"), form)
        assert response.status_code == 422
        text = read(response)
        assert told in text
        assert "¥8,000" not in text

    def test_one_is_set_by_hand_and_follows_the_rule_again(self, both: TwoBrands, office: Client):
        shop = str(both.plum.store("plum-n1"))
        form = {"month": month(), "unit": shop, "amount": "1500"}
        response = office.post(reverse("target-fix", args=[both.seller("ann")]), form)
        text = read(office.get(response.headers["Location"]))
        assert "The others below the same unit share the rest." in text
        assert [row[1] for row in rows_of(text)] == ["¥1,500", "¥500"]
        assert text.count("bg-azure-lt") == 1
        office.post(reverse("target-release", args=[both.seller("ann")]), form)
        text = read(office.get(reverse("targets"), {"unit": shop}))
        assert [row[1] for row in rows_of(text)] == ["¥1,000", "¥1,000"]
        refused = office.post(
            reverse("target-fix", args=[both.seller("ann")]), form | {"amount": "2001"}
        )
        assert refused.status_code == 422
        assert "by hand" in read(refused)

    def test_a_shop_manager_adjusts_her_sellers_but_not_the_month(self, sign_in: SignIn):
        text = read(sign_in("store", headers=ENGLISH).get(reverse("targets")))
        assert "By hand" in text
        assert reverse("targets-set") not in text

    def test_an_analyst_only_reads(self, sign_in: SignIn):
        text = read(sign_in("analyst", headers=ENGLISH).get(reverse("targets")))
        assert "Broken down" in text
        assert "By hand" not in text

    def test_everything_within_reach_can_be_taken_away(self, sign_in: SignIn):
        response = sign_in("store", headers=ENGLISH).get(reverse("targets-export"))
        lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
        assert lines[0] == "Org unit,Number,Target,Set by hand,Net sales,Attained"
        assert [line.split(",")[:3] for line in lines[1:]] == [
            ["Shop-plum-n1", "", "2000.00"],
            ["Shop-plum-n1", "sk-ann", "1000.00"],
            ["Shop-plum-n1", "sk-amy", "1000.00"],
        ]


class TestWhereTargetsAreSeen:
    def test_on_the_overview(self, office: Client):
        text = read(office.get(reverse("overview")))
        assert "of ¥4,000" in text

    def test_at_a_seller(self, both: TwoBrands, office: Client):
        text = read(office.get(reverse("seller", args=[both.seller("ann")])))
        assert "target of ¥1,000" in text

    def test_on_the_phone(self, sign_in: SignIn):
        text = read(sign_in("ann", headers=ENGLISH).get(reverse("numbers")))
        assert "of ¥1,000;" in text
        assert "Still to sell" in text


class TestBrands:
    def test_without_a_brand_it_says_what_to_do(self, office: Client):
        text = read(office.get(reverse("brands")))
        assert "No brand was sold here" in text
        assert "Products need a brand" in text

    @pytest.mark.parametrize("asked", [{"unit": "x"}, {"persona": "unheard"}, {"unit": ""}])
    def test_odd_questions_show_the_whole(self, office: Client, asked: dict[str, str]):
        assert office.get(reverse("brands"), asked).status_code == 200

    def test_another_programs_unit_is_not_found(self, both: TwoBrands, office: Client):
        response = office.get(reverse("brands"), {"unit": both.fern.store("fern-f1")})
        assert response.status_code == 404
