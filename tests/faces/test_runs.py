"""Runs at headquarters: the night started, watched, run again; and what stops it."""

from __future__ import annotations

import html
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.analytics.engine import NIGHTLY
from siyu.config.worker import work_once
from siyu.faces.headquarters import runs
from siyu.rooms.operations.actions import announce
from siyu.rooms.operations.models import Run
from siyu.rooms.operations.queries import failing_deliveries
from siyu.rooms.operations.types import RunState
from siyu.rooms.organization.types import Role
from tests.faces.conftest import SignIn
from tests.faces.two_brands import Stumbled, TwoBrands, mended, today
from tests.rooms.brand import new_brand

STEPS = {
    "Credit and other reactions",
    "Feed the warehouse",
    "Portraits of customers",
    "Health of sellers",
    "Draw the lists",
}


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("operator", headers={"Accept-Language": "en"})


def read(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())


def steps_of(text: str) -> dict[str, str]:
    """The state of each step shown."""
    return dict(re.findall(r'<tr><td>([^<]+)</td><td><span class="badge[^>]*>(\w+)<', text))


def test_a_finished_night_shows_its_steps(both: TwoBrands, office: Client):
    listed = read(office.get(reverse("runs")))
    assert "Nightly run" in listed
    assert str(today()) in listed
    text = read(office.get(reverse("run", args=[both.runs["plum"]])))
    assert "duckdb" in text.lower() or "Engine" in listed
    steps = steps_of(text)
    assert set(steps) >= STEPS
    assert set(steps.values()) == {"Done"}
    assert "hx-trigger" not in text
    assert "Run again" in text


def test_the_list_is_filtered_by_kind(office: Client):
    nights = read(office.get(reverse("runs"), {"kind": "nightly"}))
    files = read(office.get(reverse("runs"), {"kind": "import"}))
    assert "file-of-plum" not in nights
    assert "file-of-plum" in files
    assert str(today()) not in files.partition("<tbody>")[2]


def test_every_step_of_a_night_has_words():
    assert {result.name for result in NIGHTLY} < runs.STEPS.keys()


def test_a_failing_reaction_stops_the_night_until_it_is_mended(both: TwoBrands, sign_in: SignIn):
    """The whole way: run, failure with its reason, retry, run again, lists."""
    mended.clear()
    brand = new_brand("moss")
    announce(Stumbled(program_id=brand.program.id, who="stumble-moss"))
    both.staff["newcomer"] = brand.staff("newcomer", Role.ADMINISTRATOR).staff_id or 0
    office = sign_in("newcomer", headers={"Accept-Language": "en"})
    address = office.post(reverse("runs")).headers["Location"]
    waiting = read(office.get(address))
    assert 'hx-trigger="every 1s"' in waiting
    assert "Waiting for the worker" in waiting
    assert "Run again" not in waiting

    assert work_once()
    failed = read(office.get(address))
    assert "Reactions still fail; see Failed reactions, then run again." in failed
    assert steps_of(failed) == {"Credit and other reactions": "Failed"}

    mended.append("stumble-moss")
    (waiting_one,) = failing_deliveries(viewer=brand.owner)
    office.post(reverse("reaction-again", args=[waiting_one.id]))
    assert office.post(f"{address}/again").headers["Location"] == address
    assert work_once()
    done = read(office.get(address))
    assert set(steps_of(done).values()) == {"Done"}
    assert set(steps_of(done)) >= STEPS
    assert "Reactions still fail" not in done
    overview = read(office.get(reverse("overview")))
    assert "No figures yet" not in overview
    assert "Nothing was sold in these days." in overview


def test_another_programs_failing_reaction_stops_no_night(both: TwoBrands, sign_in: SignIn):
    mended.clear()
    brand = new_brand("moss")
    both.staff["newcomer"] = brand.staff("newcomer", Role.ADMINISTRATOR).staff_id or 0
    office = sign_in("newcomer", headers={"Accept-Language": "en"})
    address = office.post(reverse("runs")).headers["Location"]
    assert work_once()
    assert set(steps_of(read(office.get(address))).values()) == {"Done"}


def test_the_same_night_is_one_run(both: TwoBrands, office: Client):
    before = Run.objects.count()
    first = office.post(reverse("runs")).headers["Location"]
    assert office.post(reverse("runs")).headers["Location"] == first
    assert first == reverse("run", args=[both.runs["plum"]])
    assert Run.objects.count() == before
    assert Run.objects.get(id=both.runs["plum"]).state == RunState.QUEUED


def test_an_import_that_is_in_is_not_run_again(both: TwoBrands, office: Client):
    """Its file was removed; a second try could only fail and hide what the first one did."""
    run_id = Run.objects.get(kind="import", program_id=both.plum.program.id).id
    address = reverse("run-again", args=[run_id])
    assert address not in read(office.get(reverse("run", args=[run_id])))
    for refused in (address, reverse("import-start", args=[both.imports["plum"]])):
        response = office.post(refused)
        assert response.status_code == 409
        assert "upload the file again" in read(response)
    work_once()
    assert Run.objects.get(id=run_id).state == RunState.DONE
    page = read(office.get(reverse("import", args=[both.imports["plum"]])))
    assert re.search(r"Rejected</p><p class=\"tile-value\">1<", page)


def test_before_the_first_run_it_says_what_to_do(both: TwoBrands, sign_in: SignIn):
    viewer = new_brand("moss").staff("newcomer", Role.OPERATOR)
    both.staff["newcomer"] = viewer.staff_id or 0
    text = read(sign_in("newcomer", headers={"Accept-Language": "en"}).get(reverse("runs")))
    assert "Nothing has run yet" in text
