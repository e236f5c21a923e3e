"""No personal data in logs, whatever goes wrong: every line of the server and the worker."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from siyu.config.worker import work_once
from siyu.rooms.operations.actions import announce, deliver_due
from siyu.rooms.operations.models import Delivery, ImportFile
from siyu.rooms.operations.types import ImportState
from siyu.rooms.organization.actions import issue_link
from tests.faces.conftest import SignIn
from tests.faces.two_brands import Stumbled, TwoBrands, customer_of, mended, seller_of

NAME, PHONE, PASSWORD = "Zephyrine-Quill", "18899887766", "open-sesame-seed"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, at the most talkative level, as it is written in earnest."""
    root = logging.getLogger()
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(root.handlers[0].formatter)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


def test_a_failing_reaction_does_not_quote_the_person(both: TwoBrands, logged: io.StringIO):
    mended.clear()
    announce(Stumbled(program_id=both.plum.program.id, who=f"{NAME} {PHONE}"))
    deliver_due()
    text = logged.getvalue()
    assert "reaction failed" in text, "it is logged"
    assert NAME not in text
    assert PHONE not in text


def test_an_unexpected_failure_is_recorded_by_its_kind_only(both: TwoBrands, logged: io.StringIO):
    announce(Stumbled(program_id=both.plum.program.id, who=NAME))
    waiting = Delivery.objects.order_by("-id")[0]
    # A payload of another version fails in decoding, with the payload in the error.
    waiting.event.payload = f'{{"program_id": 1, "who": ["{NAME}", "{PHONE}"]}}'
    waiting.event.save()
    deliver_due()
    waiting.refresh_from_db()
    for text in (logged.getvalue(), waiting.error):
        assert NAME not in text
        assert PHONE not in text
    assert waiting.error == "ValidationError"


def test_a_failing_import_does_not_quote_its_rows(
    both: TwoBrands, sign_in: SignIn, logged: io.StringIO
):
    office = sign_in("operator")
    rows = f"customer_key,name,phone,born_on\n{PHONE},{NAME},{PHONE},31-31-31\nx,{NAME},nope,\n"
    file = SimpleUploadedFile(f"{NAME}-{PHONE}.csv", rows.encode())
    address = office.post(reverse("imports"), {"kind": "customers", "file": file}).headers[
        "Location"
    ]
    office.get(address)
    office.post(f"{address}/start")
    work_once()
    assert ImportFile.objects.order_by("-id")[0].state == ImportState.DONE
    file = SimpleUploadedFile("again.csv", rows.replace("x,", "y,").encode())
    address = office.post(reverse("imports"), {"kind": "customers", "file": file}).headers[
        "Location"
    ]
    broken = ImportFile.objects.order_by("-id")[0]
    ImportFile.objects.filter(id=broken.id).update(mapping=f"name = {NAME} {PHONE}")
    office.post(f"{address}/start")
    work_once()
    assert ImportFile.objects.get(id=broken.id).state == ImportState.FAILED
    assert "run failed" in logged.getvalue(), "it is logged"
    assert NAME not in logged.getvalue()
    assert PHONE not in logged.getvalue()


def test_searching_unmasking_and_signing_in_leave_no_person_in_the_logs(
    both: TwoBrands, sign_in: SignIn, logged: io.StringIO
):
    person = customer_of("ann", 1)
    ann, office = sign_in("ann"), sign_in("administrator")
    for asked in (person.phone, person.name):
        ann.get(reverse("own-customers"), {"find": asked})
        office.get(reverse("sellers"), {"find": asked, "page": "x"})
    ann.get(reverse("today"))
    ann.get(reverse("customer", args=[both.customer("ann", 1)]))
    ann.post(reverse("customer-phone", args=[both.customer("ann", 1)]), {"reason": f"for {NAME}"})
    ann.get(f"/workbench/customers/{2**63}", {"find": person.name})
    office.get(reverse("sellers"), {"find": seller_of("ann").phone})
    for login in ("ann", PHONE):
        ann.post(reverse("sign-in"), {"login": login, "password": PASSWORD})
    text = logged.getvalue()
    for planted in (person.name, person.phone, NAME, PHONE, PASSWORD, seller_of("ann").phone):
        assert planted not in text


def test_a_link_that_is_still_good_is_not_logged(
    both: TwoBrands, sign_in: SignIn, logged: io.StringIO
):
    """Refused elsewhere, it would sign in whoever reads the log on this machine."""
    issued = issue_link(staff_id=both.staff["ann"], actor_id=None, loopback_only=True)
    browser = sign_in("bob", REMOTE_ADDR="10.0.0.5")
    browser.get(reverse("link", args=[issued.token]))
    browser.post(reverse("link", args=[issued.token]))
    browser.post(reverse("link", args=[issued.token]), headers={"Sec-Fetch-Site": "cross-site"})
    assert issued.token not in logged.getvalue()
