"""From the link of an invitation to a seller who signs in, as pages show it."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from siyu.rooms.sellers.queries import applications_waiting, invitations_of, teacher_of
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands, seller_of

ENGLISH = {"Accept-Language": "en"}
PHONE = "13600136000"
FORM = {"name": "Newcomer Ng", "phone": PHONE, "agreed": "1", "form_key": "of-one-form"}


def waiting(both: TwoBrands) -> int:
    return applications_waiting(viewer=both.plum.owner, page=1, size=5)[1]


def newest(both: TwoBrands) -> int:
    return applications_waiting(viewer=both.plum.owner, page=1, size=5)[0][-1].id


def test_the_page_of_an_invitation_names_the_program_and_no_person_and_keeps_what_was_typed(
    both: TwoBrands,
):
    browser, address = Client(headers=ENGLISH), reverse("join", args=[both.codes["plum"]])
    page = browser.get(address)
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert "Sell for Plum" in page.content.decode()
    assert seller_of("ann").name not in page.content.decode()
    for missing, told in (
        ("name", "Write a name"),
        ("phone", "11 digits"),
        ("agreed", "Agree to how"),
    ):
        answer = browser.post(address, FORM | {missing: ""})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert told in text
        assert missing == "name" or 'value="Newcomer Ng"' in text
    assert waiting(both) == 1


def test_over_places_nobody_in_a_list(both: TwoBrands):
    browser = Client(headers=ENGLISH)
    address = reverse("join", args=[both.codes["plum"]])
    for name, phone in (("One", PHONE), ("Two", "13600136001")):
        answer = browser.post(address, FORM | {"name": name, "phone": phone, "form_key": name})
    assert answer.status_code == 410
    assert "This invitation is over" in answer.content.decode()
    assert waiting(both) == 2
    again = browser.post(address, FORM | {"form_key": "One"})
    assert again.status_code == 200  # a second tap on the last place is no refusal
    assert waiting(both) == 2
    elsewhere = reverse("join", args=[both.codes["fern"]])
    assert browser.post(elsewhere, FORM | {"form_key": "One"}).status_code == 200
    for nobodys in ("ABCDEFGHJK", "\0"):
        assert browser.post(reverse("join", args=[nobodys]), FORM).status_code == 410


def test_from_the_link_to_a_seller_who_signs_in(both: TwoBrands, sign_in: SignIn):
    applied = Client(headers=ENGLISH).post(reverse("join", args=[both.codes["plum"]]), FORM)
    assert applied.status_code == 200
    assert "Your application has arrived" in applied.content.decode()
    office = sign_in("operator", headers=ENGLISH)
    page = office.get(reverse("invitations")).content.decode()
    assert "Newcomer Ng" in page
    assert "136****6000" in page
    assert PHONE not in page
    accepted = office.post(
        reverse("application-accept", args=[newest(both)]), {"kind": "koc"}, follow=True
    )
    text = accepted.content.decode()
    assert "Accepted." in text
    assert f"{seller_of('ann').name}</a>" in text  # invited and taught by
    seller_id = int(accepted.redirect_chain[-1][0].rpartition("/")[2])
    linked = office.post(reverse("seller-link", args=[seller_id])).content.decode()
    (link,) = re.findall(r"/link/[\w-]+", linked)
    newcomer = Client(headers=ENGLISH)
    assert newcomer.post(link, follow=True).status_code == 200
    own = newcomer.get(reverse("own-invitations")).content.decode()
    assert seller_of("ann").name in own
    assert "No link now" in own
    assert "Newcomer Ng" in sign_in("ann").get(reverse("own-invitations")).content.decode()


def test_refused_with_a_reason_and_what_was_chosen_stays(both: TwoBrands, sign_in: SignIn):
    office = sign_in("operator", headers=ENGLISH)
    form = {"kind": "koc", "places": "0", "expires_on": "2099-12-31", "origin": "fair of spring"}
    answer = office.post(reverse("invitation-new"), form)
    assert answer.status_code == 422
    assert "from 1 to 500" in answer.content.decode()
    assert "fair of spring" in answer.content.decode()
    for wrong in ({"places": "2", "expires_on": "soon"}, {"places": "2", "unit": "7"}):
        assert office.post(reverse("invitation-new"), form | wrong).status_code == 422
    unknown = form | {"places": "2", "inviter": "nobody-has-this"}
    assert office.post(reverse("invitation-new"), unknown).status_code == 422
    assert invitations_of(viewer=both.plum.owner, page=1, size=5)[1] == 1


def test_a_number_that_a_seller_has_is_told_to_headquarters_only(both: TwoBrands, sign_in: SignIn):
    form = FORM | {"phone": seller_of("amy").phone}
    sent = Client(headers=ENGLISH).post(reverse("join", args=[both.codes["plum"]]), form)
    assert sent.status_code == 200
    office = sign_in("operator", headers=ENGLISH)
    answer = office.post(reverse("application-accept", args=[newest(both)]), follow=True)
    assert "alert-danger" in answer.content.decode()
    assert "has this phone number already" in answer.content.decode()
    assert waiting(both) == 2


def test_a_teacher_is_set_by_number_and_wrong_ones_are_told(both: TwoBrands, sign_in: SignIn):
    office = sign_in("operator", headers=ENGLISH)
    address = reverse("seller-teacher", args=[both.seller("ann")])
    for wrong in (seller_of("ann").key, "nobody-has-this", seller_of("dan").key):
        answer = office.post(address, {"teacher": wrong})
        assert answer.status_code == 422
        assert 'id="teacher-error"' in answer.content.decode()
    saved = office.post(address, {"teacher": seller_of("amy").key}, follow=True)
    assert seller_of("amy").name in saved.content.decode()
    ann = both.seller("ann")
    assert teacher_of(viewer=both.plum.owner, seller_id=ann) == both.seller("amy")
    office.post(address, {"teacher": ""})
    assert teacher_of(viewer=both.plum.owner, seller_id=ann) is None
