from collections.abc import Iterable
from datetime import date

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.models import OrgUnit, Program
from siyu.rooms.organization.types import ProgramView, UnitKind, UnitView


def program_of(*, program_id: int) -> ProgramView:
    """A program; raises NotFound."""
    program = Program.objects.filter(id=program_id).first()
    if program is None:
        raise NotFound("There is no such program.")
    return _view(program)


def today_in(*, program_id: int) -> date:
    """The business day of this moment in a program; raises NotFound."""
    return program_of(program_id=program_id).day_of(utc_now())


def programs() -> list[ProgramView]:
    """Every program, oldest first."""
    return [_view(program) for program in Program.objects.order_by("id")]


def find_program(*, code: str | None) -> ProgramView:
    """The program of a code; without a code, the only one. Raises BadInput with the choices."""
    known = programs()
    chosen = [program for program in known if code is None or program.code == code]
    if len(chosen) == 1:
        return chosen[0]
    codes = ", ".join(program.code for program in known) or "none yet"
    raise BadInput("program", "Name one program with --program; there are: {codes}.", codes=codes)


def units_under(*, viewer: Viewer) -> list[UnitView]:
    """The org units within the viewer's reach, by kind and name."""
    units = OrgUnit.objects.filter(program_id=viewer.program_id)
    if viewer.unit_ids is not None:
        units = units.filter(id__in=viewer.unit_ids)
    return [
        UnitView(
            id=unit.id,
            parent_id=unit.parent_id,
            kind=UnitKind(unit.kind),
            key=unit.key,
            name=unit.name,
            city=unit.city,
        )
        for unit in units.order_by("kind", "name")
    ]


def units_below(*, viewer: Viewer) -> dict[int, tuple[int, ...]]:
    """Each org unit within the viewer's reach with itself and all below it, by id."""
    parents = {unit.id: unit.parent_id for unit in units_under(viewer=viewer)}
    below: dict[int, list[int]] = {unit_id: [] for unit_id in parents}
    for unit_id in parents:
        above: int | None = unit_id
        while above in below:
            below[above].append(unit_id)
            above = parents[above]
    return {unit_id: tuple(sorted(some)) for unit_id, some in below.items()}


def path_to(*, viewer: Viewer, unit_id: int | None) -> list[UnitView]:
    """An org unit and those above it within the viewer's reach, the highest first."""
    by_id = {unit.id: unit for unit in units_under(viewer=viewer)}
    path: list[UnitView] = []
    while unit_id in by_id:
        path.insert(0, by_id[unit_id])
        unit_id = by_id[unit_id].parent_id
    return path


def unit_ids_by_key(*, program_id: int, keys: Iterable[str]) -> dict[str, int]:
    """The ids of stores by their keys, of those that exist."""
    rows = OrgUnit.objects.filter(
        program_id=program_id, kind=UnitKind.STORE, key__in=set(keys)
    ).values_list("key", "id")
    return dict(rows)


def stores_of_units(*, unit_ids: Iterable[int]) -> dict[int, int]:
    """The store that each org unit is or belongs to, by unit; those without one are left out."""
    paths = dict(OrgUnit.objects.filter(id__in=set(unit_ids)).values_list("id", "path"))
    ways = {
        unit_id: [int(each) for each in path.split("/") if each] for unit_id, path in paths.items()
    }
    above = {each for way in ways.values() for each in way}
    stores = set(
        OrgUnit.objects.filter(id__in=above, kind=UnitKind.STORE).values_list("id", flat=True)
    )
    return {
        unit_id: max(stores.intersection(way), key=way.index)
        for unit_id, way in ways.items()
        if stores.intersection(way)
    }


def names_of_units(*, unit_ids: Iterable[int]) -> dict[int, str]:
    """Names by id, in one batch."""
    return dict(OrgUnit.objects.filter(id__in=set(unit_ids)).values_list("id", "name"))


def _view(program: Program) -> ProgramView:
    return ProgramView(
        id=program.id,
        code=program.code,
        name=program.name,
        currency=program.currency,
        zone=program.zone,
        cut_off_hour=program.cut_off_hour,
    )
