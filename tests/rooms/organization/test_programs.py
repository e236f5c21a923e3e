import pytest
from django.conf import settings

from siyu.foundation.crypto import Keyring, new_root
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.organization.actions import (
    add_staff,
    change_language,
    create_program,
    ensure_units,
    reseal_staff,
)
from siyu.rooms.organization.models import Staff
from siyu.rooms.organization.queries import (
    find_program,
    names_of_staff,
    names_of_units,
    owner_viewer,
    program_of,
    programs,
    staff_by_login,
    staff_of,
    unit_ids_by_key,
    units_under,
)
from siyu.rooms.organization.types import ProgramView, UnitKind, UnitView

pytestmark = pytest.mark.django_db


def new_program(code: str = "main", **more: object) -> ProgramView:
    told = {"name": "Tea", "currency": "CNY", "zone": "Asia/Shanghai", **more}
    return create_program(code=code, **told)  # type: ignore[arg-type]


def units(program: ProgramView) -> dict[str, UnitView]:
    found = units_under(viewer=owner_viewer(program_id=program.id))
    return {unit.key or "top": unit for unit in found}


class TestPrograms:
    def test_a_program_comes_with_its_headquarters(self):
        program = new_program(cut_off_hour=3)
        assert program_of(program_id=program.id) == program
        assert (program.currency, program.zone, program.cut_off_hour) == ("CNY", "Asia/Shanghai", 3)
        (top,) = units(program).values()
        assert (top.kind, top.name, top.parent_id) == (UnitKind.HEADQUARTERS, "Tea", None)

    @pytest.mark.parametrize(
        ("wrong", "field"), [({"currency": "RMB"}, "currency"), ({"zone": "Peking"}, "timezone")]
    )
    def test_an_unknown_currency_or_zone_opens_nothing(self, wrong: dict[str, str], field: str):
        with pytest.raises(BadInput) as refused:
            new_program(**wrong)
        assert refused.value.field == field
        assert programs() == []

    def test_a_code_is_taken_once(self):
        new_program()
        with pytest.raises(Conflict, match="main"):
            new_program(name="Another")
        assert [program.name for program in programs()] == ["Tea"]

    def test_the_only_program_needs_no_name(self):
        with pytest.raises(BadInput, match="none yet"):
            find_program(code=None)
        program = new_program()
        assert find_program(code=None) == find_program(code="main") == program
        other = new_program("other")
        assert find_program(code="other") == other
        for code in (None, "third"):
            with pytest.raises(BadInput, match="main, other") as refused:
                find_program(code=code)
            assert refused.value.field == "program"

    def test_an_unknown_program_is_not_found(self):
        with pytest.raises(NotFound):
            program_of(program_id=1)


class TestUnits:
    def test_stores_and_regions_come_to_be_once(self):
        program = new_program()
        stores = [("s1", "First", "North", "Beijing"), ("s2", None, "North", None)]
        ids = ensure_units(program_id=program.id, stores=stores)
        assert ids == ensure_units(program_id=program.id, stores=stores)
        found = units(program)
        assert len(found) == 4
        assert (found["s1"].name, found["s1"].city) == ("First", "Beijing")
        assert (found["s2"].name, found["s2"].city) == ("s2", "")
        assert found["s1"].parent_id == found["s2"].parent_id == found["North"].id
        assert found["North"].parent_id == found["top"].id

    def test_what_is_not_told_stays(self):
        program = new_program()
        ensure_units(program_id=program.id, stores=[("s1", "First", "North", "Beijing")])
        before = units(program)["s1"]
        ensure_units(program_id=program.id, stores=[("s1", None, None, None)])
        assert units(program)["s1"] == before

    def test_what_is_told_anew_changes(self):
        program = new_program()
        ids = ensure_units(program_id=program.id, stores=[("s1", "First", "North", "Beijing")])
        ensure_units(program_id=program.id, stores=[("s1", "Best", "South", None)])
        found = units(program)
        assert (found["s1"].id, found["s1"].name) == (ids["s1"], "Best")
        assert found["s1"].city == "Beijing"
        assert found["s1"].parent_id == found["South"].id
        assert "North" in found

    def test_a_store_without_a_region_belongs_to_headquarters(self):
        program = new_program()
        ensure_units(program_id=program.id, stores=[("s1", None, None, None)])
        found = units(program)
        assert found["s1"].parent_id == found["top"].id

    def test_names_and_keys_in_one_batch(self):
        program = new_program()
        ids = ensure_units(program_id=program.id, stores=[("s1", "First", "s1", None)])
        assert unit_ids_by_key(program_id=program.id, keys=["s1", "s2"]) == ids
        assert names_of_units(unit_ids=[ids["s1"], 1]) == {ids["s1"]: "First"}


class TestStaff:
    def test_a_name_is_sealed_and_comes_back(self):
        staff_id = add_staff(login="ann", name="安小姐")
        assert staff_of(staff_id=staff_id).name == "安小姐"
        assert staff_by_login(login="ann").id == staff_id
        assert names_of_staff(staff_ids=[staff_id, 1]) == {staff_id: "安小姐"}
        assert "安".encode() not in bytes(Staff.objects.get().sealed)

    def test_a_login_is_taken_once(self):
        add_staff(login="ann", name="Ann")
        with pytest.raises(Conflict):
            add_staff(login="ann", name="Another")
        for empty in ("", "  "):
            with pytest.raises(BadInput):
                add_staff(login=empty, name="Nobody")

    def test_an_unknown_login_is_not_found(self):
        with pytest.raises(NotFound):
            staff_by_login(login="ann")
        with pytest.raises(NotFound):
            staff_of(staff_id=1)

    def test_a_language_is_remembered(self):
        staff_id = add_staff(login="ann", name="Ann")
        change_language(staff_id=staff_id, language="en")
        assert Staff.objects.get(id=staff_id).language == "en"

    def test_names_are_sealed_anew_under_a_new_key(self, monkeypatch: pytest.MonkeyPatch):
        staff_id = add_staff(login="ann", name="Ann")
        old: Keyring = settings.SIYU_KEYRING
        both = Keyring(roots={**old.roots, old.current + 1: new_root()}, index_key=old.index_key)
        monkeypatch.setattr(settings, "SIYU_KEYRING", both)
        assert (reseal_staff(), reseal_staff()) == (1, 0)
        newest = Keyring(roots={both.current: both.roots[both.current]}, index_key=old.index_key)
        monkeypatch.setattr(settings, "SIYU_KEYRING", newest)
        assert staff_of(staff_id=staff_id).name == "Ann"
