"""Demo brands side by side in one installation, each a program with people of its own."""

from __future__ import annotations

from datetime import date

import pytest

from siyu.foundation.errors import BadInput
from siyu.rooms.organization.models import Program, Staff
from siyu.rooms.organization.queries import owner_viewer, viewer_of
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.queries import sellers_page
from siyu.simulation.demo import demo_people, demo_program_id, make_demo

AS_OF = date(2026, 6, 1)
SCALES = {"demo": 0.05, "winter_chain": 0.002, "koc_platform": 0.00005}


def nothing(name: str, done: int, total: int | None) -> None:
    """Nobody watches."""


@pytest.mark.django_db
def test_every_profile_becomes_a_program_with_its_own_people():
    made = {
        profile: make_demo(as_of=AS_OF, listener=nothing, profile=profile, scale=scale)
        for profile, scale in SCALES.items()
    }
    assert len(set(made.values())) == len(SCALES)
    for profile, program_id in made.items():
        assert demo_program_id(profile=profile) == program_id
        _, sellers = sellers_page(viewer=owner_viewer(program_id=program_id))
        assert sellers > 0
        people = demo_people(program_id=program_id, today=AS_OF, profile=profile)
        for staff, role in (
            (people.headquarters, Role.ADMINISTRATOR),
            (people.manager, Role.STORE_MANAGER),
        ):
            viewer = viewer_of(staff_id=staff.id)
            assert (viewer.program_id, viewer.role) == (program_id, role)


@pytest.mark.django_db
@pytest.mark.parametrize(("profile", "scale"), [("none", 1.0), ("demo", 0.0), ("demo", -1.0)])
def test_what_cannot_be_made_leaves_nothing(profile: str, scale: float):
    with pytest.raises(BadInput):
        make_demo(as_of=AS_OF, listener=nothing, profile=profile, scale=scale)
    assert not Program.objects.exists()
    assert not Staff.objects.exists()
