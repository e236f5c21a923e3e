"""Tags at headquarters and on a customer's page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from siyu.rooms.customers.models import CustomerTag, Tag
from siyu.rooms.segments.models import Segment
from tests.faces.conftest import SignIn
from tests.faces.test_headquarters import ENGLISH, read, rows_of
from tests.faces.two_brands import TwoBrands


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("administrator", headers=ENGLISH)


@pytest.fixture
def ann(sign_in: SignIn) -> Client:
    return sign_in("ann", headers=ENGLISH)


class TestAtHeadquarters:
    def test_a_tag_claims_what_its_customers_buy(self, both: TwoBrands, office: Client):
        text = read(office.get(reverse("tags")))
        (tea,) = [
            line.partition('value="')[2].partition('"')[0]
            for line in text.split("<option ")
            if ">tea<" in line
        ]
        form = {"name": "loves tea", "claim": tea, "fresh_days": "90"}
        assert office.post(reverse("tag-new"), form).headers["Location"] == reverse("tags")
        text = read(office.get(reverse("tags")))
        assert "Added." in text
        assert ["loves tea", "tea", "90", "–"] in [row[:4] for row in rows_of(text)]
        tag = Tag.objects.get(name="loves tea")
        office.post(reverse("tag-save", args=[tag.id]), {"name": "drinks", "fresh_days": "30"})
        assert ["drinks", "tea", "30", "–"] in [
            row[:4] for row in rows_of(read(office.get(reverse("tags"))))
        ]
        office.post(reverse("tag-retire", args=[tag.id]))
        assert "drinks" not in read(office.get(reverse("tags")))

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"name": ""}, "Give it a name"),
            ({"name": "extra-of-plum"}, "There is a tag of this name already."),
            ({"fresh_days": "0"}, "stays fresh for 1 to"),
            ({"fresh_days": "long"}, "stays fresh for 1 to"),
        ],
    )
    def test_what_cannot_be_added_comes_back(
        self, office: Client, changed: dict[str, str], told: str
    ):
        response = office.post(reverse("tag-new"), {"name": "new", "fresh_days": "90"} | changed)
        assert response.status_code == 422
        assert told in read(response)

    def test_another_programs_category_claims_nothing(self, both: TwoBrands, office: Client):
        form = {"name": "new", "claim": "category-404", "fresh_days": "90"}
        office.post(reverse("tag-new"), form)
        tag = Tag.objects.get(name="new")
        assert (tag.category_id, tag.brand_id) == (None, None)

    def test_who_leads_a_shop_reads_and_changes_nothing(self, sign_in: SignIn):
        text = read(sign_in("store", headers=ENGLISH).get(reverse("tags")))
        assert "extra-of-plum" in text
        assert reverse("tag-new") not in text

    def test_customers_can_be_chosen_by_a_tag(self, both: TwoBrands, office: Client):
        form = {"do": "count", "c-0-0-field": "tag_id", "c-0-0-value": str(both.tags["plum"])}
        text = read(office.post(reverse("segment-conditions"), form))
        assert "extra-of-plum" in text
        assert "<b>0</b>" in text


class TestOnACustomersPage:
    def test_it_is_put_on_and_taken_off(self, both: TwoBrands, ann: Client):
        customer = both.customer("ann", 1)
        page = reverse("customer", args=[customer])
        assert 'aria-pressed="false">extra-of-plum' in read(ann.get(page))
        form = {"tag": both.tags["plum"], "on": "1"}
        response = ann.post(reverse("customer-tag", args=[customer]), form)
        assert response.headers["Location"] == f"{page}#tags"
        assert 'aria-pressed="true">extra-of-plum' in read(ann.get(page))
        CustomerTag.objects.update(tagged_on="2020-01-01")
        assert "still so?" in read(ann.get(page))
        ann.post(reverse("customer-tag", args=[customer]), form | {"on": "0"})
        assert 'aria-pressed="false">extra-of-plum' in read(ann.get(page))

    @pytest.mark.parametrize("tag", ["", "x", "404"])
    def test_a_tag_that_is_none_is_not_found(self, both: TwoBrands, ann: Client, tag: str):
        address = reverse("customer-tag", args=[both.customer("ann", 1)])
        assert ann.post(address, {"tag": tag, "on": "1"}).status_code == 404

    def test_a_segment_shows_as_a_tag_where_it_says_so(self, both: TwoBrands, ann: Client):
        page = reverse("customer", args=[both.customer("ann", 1)])
        assert "tag-rule" not in read(ann.get(page))
        Segment.objects.filter(id=both.segments["plum"]).update(is_tag=True)
        text = read(ann.get(page))
        assert 'tag-rule">extra-of-plum' in text
        assert "since" in text
