"""Settlement, payouts and what a seller earns, as the pages tell it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from siyu.foundation.clock import utc_now
from siyu.rooms.settlement.actions import carry_out_payouts
from siyu.rooms.settlement.models import Payee, Payout
from tests.faces.access_matrix import PAYMENT
from tests.faces.conftest import SignIn
from tests.faces.test_headquarters import ENGLISH, read
from tests.faces.two_brands import TwoBrands


@pytest.fixture
def office(both: TwoBrands, sign_in: SignIn) -> Client:
    return sign_in("administrator", headers=ENGLISH)


@pytest.fixture
def maker(both: TwoBrands, sign_in: SignIn) -> Client:
    return sign_in("plum-finance", headers=ENGLISH)


@pytest.fixture
def seller(both: TwoBrands, sign_in: SignIn) -> Client:
    return sign_in("ann", headers=ENGLISH)


def test_a_batch_is_checked_by_another_and_paid(
    both: TwoBrands, office: Client, maker: Client, seller: Client
) -> None:
    address = reverse("payout", args=[both.payouts["plum"]])
    own = read(maker.get(address))
    assert "somebody else has to check it" in own
    assert "Check and pay" not in own
    refused = maker.post(reverse("payout-approve", args=[both.payouts["plum"]]))
    assert refused.status_code == 422
    assert "Who made a batch cannot check it" in read(refused)
    assert Payout.objects.get(id=both.payouts["plum"]).state == "drafted"
    assert "Check and pay" in read(office.get(address))
    office.post(reverse("payout-approve", args=[both.payouts["plum"]]))
    program = both.plum.program
    carry_out_payouts(program_id=program.id, at=utc_now(), today=program.day_of(utc_now()))
    page = read(office.get(address))
    assert "Paid<" in page
    assert "····1234" in page
    assert "622202000001234" not in page
    assert "Done" in read(office.get(reverse("payouts")))
    assert "Paid out" in read(seller.get(reverse("earnings")))


def test_a_statement_opens_down_to_its_orders(both: TwoBrands, office: Client) -> None:
    listed = read(office.get(reverse("closing", args=[both.closings["plum"]])))
    assert reverse("statement", args=[both.statements["ann"]]) in listed
    exported = office.get(reverse("statements-export", args=[both.closings["plum"]]))
    text = b"".join(exported.streaming_content).decode()
    assert "Opening balance,Earned,Reversed,Bonus" in text
    page = read(office.get(reverse("statement", args=[both.statements["ann"]])))
    assert "Closing balance" in page


def test_terms_that_cannot_be_meant_come_back_as_they_were_written(office: Client) -> None:
    given = {"period": "month", "working_days": "1", "begins_on": "never", "withholding": "none"}
    response = office.post(reverse("settlement"), given | {"gap_policy": "literal"})
    assert response.status_code == 422
    assert "Choose a period" in read(response)
    response = office.post(
        reverse("settlement"),
        given | {"gap_policy": "literal", "begins_on": "2026-01-01", "least_payout": "a little"},
    )
    assert response.status_code == 422
    assert 'value="a little"' in read(response)


def test_a_seller_tells_how_she_is_paid_and_sees_it_masked(both: TwoBrands, seller: Client) -> None:
    Payee.objects.filter(owner_id=both.seller("ann")).delete()
    assert "Tell it to be paid" in read(seller.get(reverse("earnings")))
    wrong = seller.post(reverse("own-payment"), PAYMENT | {"number": "110105194912310021"})
    assert wrong.status_code == 422
    assert "do not belong together" in read(wrong)
    seller.post(reverse("own-payment"), PAYMENT)
    page = read(seller.get(reverse("own-payment")))
    assert "····002X" in page
    assert PAYMENT["number"] not in page
    assert PAYMENT["account"] not in page
