"""What each role may do and how far it reaches, written by hand."""

import pytest

from siyu.foundation.errors import BadInput, NotAllowed
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Right, Scope
from siyu.rooms.organization.actions import add_staff, grant_role
from siyu.rooms.organization.models import Staff
from siyu.rooms.organization.queries import (
    grants_of,
    owner_viewer,
    staff_with_role,
    units_under,
    viewer_of,
)
from siyu.rooms.organization.types import Role, UnitKind
from tests.rooms.brand import Brand, new_brand

ALL = {
    "see_overview",
    "see_sellers",
    "see_customers",
    "work_tasks",
    "import_files",
    "see_runs",
    "start_runs",
    "issue_links",
    "unmask",
    "see_audit",
    "edit_playbooks",
    "edit_segments",
    "lead_sellers",
    "admit_sellers",
    "dispatch_tasks",
    "manage_keys",
    "set_targets",
    "merge_customers",
    "see_own_numbers",
    "manage_assistants",
    "see_ledger",
    "edit_plans",
    "publish_plans",
    "settle",
    "make_payouts",
    "check_payouts",
    "manage_payments",
}
LEADING = {
    "see_overview",
    "see_sellers",
    "see_customers",
    "lead_sellers",
    "admit_sellers",
    "dispatch_tasks",
    "set_targets",
}
RIGHTS = {
    Role.ADMINISTRATOR: ALL
    - {"work_tasks", "see_own_numbers", "manage_assistants", "manage_payments"},
    Role.OPERATOR: {
        "see_overview",
        "see_sellers",
        "see_customers",
        "import_files",
        "see_runs",
        "start_runs",
        "issue_links",
        "edit_playbooks",
        "edit_segments",
        "lead_sellers",
        "admit_sellers",
        "dispatch_tasks",
        "set_targets",
        "merge_customers",
        "edit_plans",
    },
    Role.ANALYST: {"see_overview", "see_sellers"},
    Role.FINANCE: {
        "see_overview",
        "see_sellers",
        "see_ledger",
        "settle",
        "make_payouts",
        "check_payouts",
    },
    Role.REGION_MANAGER: LEADING,
    Role.STORE_MANAGER: LEADING,
    Role.SELLER: {
        "see_customers",
        "work_tasks",
        "unmask",
        "see_own_numbers",
        "manage_assistants",
        "manage_payments",
    },
    Role.ASSISTANT: {"see_customers", "work_tasks"},
}
NORTH = {"key": "ann", "store_key": "n1", "store_name": "North 1", "region_name": "North"}
NORTH_TWO = {"key": "bob", "store_key": "n2", "region_name": "North"}
SOUTH = {"key": "cat", "store_key": "s1", "region_name": "South"}


@pytest.fixture
def spread(brand: Brand) -> Brand:
    """A brand with two stores in the north and one in the south."""
    brand.sellers(NORTH, NORTH_TWO, SOUTH)
    return brand


def region(brand: Brand, name: str) -> int:
    units = units_under(viewer=brand.owner)
    (found,) = [unit.id for unit in units if unit.kind is UnitKind.REGION and unit.name == name]
    return found


def test_every_right_and_role_is_written_here():
    assert {right.value for right in Right} == ALL
    assert set(RIGHTS) == set(Role)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_has_its_rights_and_no_others(spread: Brand, role: Role):
    viewer = spread.staff("someone", role, spread.store("n1"))
    assert {right.value for right in viewer.rights} == RIGHTS[role]
    for right in Right:
        assert viewer.may(right) == (right.value in RIGHTS[role])
        if right.value in RIGHTS[role]:
            viewer.require(right)
        else:
            with pytest.raises(NotAllowed, match="Your role"):
                viewer.require(right)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OPERATOR, Role.ANALYST])
def test_headquarters_reaches_the_whole_program(spread: Brand, role: Role):
    viewer = spread.staff("someone", role)
    assert (viewer.scope, viewer.unit_ids) == (Scope.PROGRAM, None)
    assert {unit.name for unit in units_under(viewer=viewer)} == {
        "Main",
        "North",
        "South",
        "North 1",
        "n2",
        "s1",
    }


def test_a_region_manager_reaches_the_region_and_its_stores(spread: Brand):
    viewer = spread.staff("rita", Role.REGION_MANAGER, region(spread, "North"))
    assert viewer.scope is Scope.REGION
    assert viewer.unit_ids == {region(spread, "North"), spread.store("n1"), spread.store("n2")}
    assert [unit.name for unit in units_under(viewer=viewer)] == ["North", "North 1", "n2"]


def test_a_store_manager_reaches_one_store(spread: Brand):
    viewer = spread.staff("sam", Role.STORE_MANAGER, spread.store("n1"))
    assert viewer.scope is Scope.STORE
    assert viewer.unit_ids == {spread.store("n1")}
    assert [unit.name for unit in units_under(viewer=viewer)] == ["North 1"]


def test_a_seller_reaches_no_unit(spread: Brand):
    viewer = spread.seller_viewer("ann")
    assert (viewer.role, viewer.scope, viewer.unit_ids) == (Role.SELLER, Scope.SELF, frozenset())
    assert units_under(viewer=viewer) == []


def test_reach_follows_a_store_that_moves_to_another_region(spread: Brand):
    rita = spread.staff("rita", Role.REGION_MANAGER, region(spread, "North"))
    assert rita.staff_id is not None
    spread.sellers(NORTH | {"region_name": "South"})
    now = viewer_of(staff_id=rita.staff_id, program_id=spread.program.id)
    assert now.unit_ids == {region(spread, "North"), spread.store("n2")}
    spread.sellers({"key": "dan", "store_key": "n3", "region_name": "North"})
    later = viewer_of(staff_id=rita.staff_id, program_id=spread.program.id)
    assert spread.store("n3") in (later.unit_ids or ())


def test_a_role_in_a_region_or_store_needs_one_of_the_program(spread: Brand):
    other = new_brand("other")
    other.sellers({"key": "zoe", "store_key": "z1"})
    staff_id = add_staff(login="sam", name="Sam")
    for unit_id in (None, other.store("z1"), 1):
        for role in (Role.REGION_MANAGER, Role.STORE_MANAGER):
            with pytest.raises(BadInput) as refused:
                grant_role(
                    staff_id=staff_id,
                    program_id=spread.program.id,
                    role=role,
                    unit_id=unit_id,
                    actor_id=None,
                )
            assert refused.value.field == "unit"
    assert grants_of(staff_id=staff_id) == []


def test_a_new_role_takes_the_place_of_the_old_one(spread: Brand):
    viewer = spread.staff("sam", Role.ADMINISTRATOR)
    assert viewer.staff_id is not None
    grant_role(
        staff_id=viewer.staff_id,
        program_id=spread.program.id,
        role=Role.ANALYST,
        unit_id=None,
        actor_id=7,
    )
    now = viewer_of(staff_id=viewer.staff_id)
    assert now.role is Role.ANALYST
    assert not now.may(Right.UNMASK)
    assert len(grants_of(staff_id=viewer.staff_id)) == 1
    entry = audit_page(viewer=spread.owner)[0]
    assert (entry.action, entry.actor_id, entry.reason) == ("grant role", 7, "analyst")


class TestTwoPrograms:
    def test_a_person_has_a_role_of_its_own_in_each(self, brand: Brand):
        other, third = new_brand("other"), new_brand("third")
        viewer = brand.staff("sam", Role.ADMINISTRATOR)
        staff_id = viewer.staff_id
        assert staff_id is not None
        grant_role(
            staff_id=staff_id,
            program_id=other.program.id,
            role=Role.ANALYST,
            unit_id=None,
            actor_id=None,
        )
        assert viewer_of(staff_id=staff_id).program_id == brand.program.id
        there = viewer_of(staff_id=staff_id, program_id=other.program.id)
        assert (there.role, there.program_id) == (Role.ANALYST, other.program.id)
        assert not there.may(Right.IMPORT_FILES)
        with pytest.raises(NotAllowed):
            viewer_of(staff_id=staff_id, program_id=third.program.id)
        assert [grant.program_name for grant in grants_of(staff_id=staff_id)] == ["Main", "Other"]

    def test_units_of_the_same_key_are_different_stores(self, brand: Brand):
        other = new_brand("other")
        for one in (brand, other):
            one.sellers({"key": "ann", "store_key": "s1", "region_name": "North"})
        assert brand.store("s1") != other.store("s1")
        manager = brand.staff("sam", Role.STORE_MANAGER, brand.store("s1"))
        assert manager.unit_ids == {brand.store("s1")}

    def test_roles_are_listed_by_program(self, brand: Brand):
        other = new_brand("other")
        brand.staff("one", Role.ANALYST)
        other.staff("two", Role.ANALYST)
        found = staff_with_role(program_id=brand.program.id, role=Role.ANALYST)
        assert [staff.login for staff in found] == ["one"]


def test_without_a_role_nothing_is_seen(brand: Brand):
    staff_id = add_staff(login="nobody", name="No Body")
    with pytest.raises(NotAllowed):
        viewer_of(staff_id=staff_id)
    with pytest.raises(NotAllowed):
        viewer_of(staff_id=1)


def test_who_left_is_no_viewer(brand: Brand):
    viewer = brand.staff("sam", Role.ADMINISTRATOR)
    assert viewer.staff_id is not None
    Staff.objects.filter(id=viewer.staff_id).update(is_active=False)
    with pytest.raises(NotAllowed):
        viewer_of(staff_id=viewer.staff_id, program_id=brand.program.id)


def test_the_owner_of_the_machine_may_everything_in_one_program(brand: Brand):
    owner = owner_viewer(program_id=brand.program.id)
    assert all(owner.may(right) for right in Right)
    assert (owner.staff_id, owner.scope) == (None, Scope.PROGRAM)
    stranger = owner_viewer(program_id=brand.program.id + 1)
    assert units_under(viewer=stranger) == []
