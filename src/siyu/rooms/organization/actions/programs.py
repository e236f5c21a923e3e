from collections.abc import Iterable

from django.db import transaction

from siyu.foundation.clock import zone as known_zone
from siyu.foundation.errors import Conflict
from siyu.foundation.ids import new_id
from siyu.foundation.money import exponent
from siyu.rooms.operations.actions import write_stamp
from siyu.rooms.organization.models import OrgUnit, Program
from siyu.rooms.organization.queries.programs import program_of
from siyu.rooms.organization.types import ProgramView, UnitKind


@transaction.atomic
def create_program(
    *, code: str, name: str, currency: str, zone: str, cut_off_hour: int = 0
) -> ProgramView:
    """A new program with its headquarters.

    Raises BadInput for an unknown currency or zone, Conflict where the code is taken.
    """
    exponent(currency)
    known_zone(zone)
    if Program.objects.filter(code=code).exists():
        raise Conflict("There is a program {code} already; choose another code.", code=code)
    program = Program.objects.create(
        code=code, name=name, currency=currency, zone=zone, cut_off_hour=cut_off_hour
    )
    root_id = new_id()
    OrgUnit.objects.create(
        id=root_id,
        program=program,
        kind=UnitKind.HEADQUARTERS,
        key="",
        name=name,
        path=f"/{root_id}/",
        stamp=write_stamp(),
    )
    return program_of(program_id=program.id)


@transaction.atomic
def ensure_units(
    *, program_id: int, stores: Iterable[tuple[str, str | None, str | None, str | None]]
) -> dict[str, int]:
    """The ids of stores by key; stores and regions that are new are created.

    Each store is (key, name, region name, city); None leaves what is known as it is.
    """
    known = {(unit.kind, unit.key): unit for unit in OrgUnit.objects.filter(program_id=program_id)}
    root = known[(UnitKind.HEADQUARTERS, "")]
    stamp = write_stamp()
    found: dict[str, int] = {}
    for key, name, region, city in stores:
        parent = root
        if region:
            parent = known.get((UnitKind.REGION, region)) or _create(
                root, UnitKind.REGION, region, region, "", stamp
            )
            known[(UnitKind.REGION, region)] = parent
        store = known.get((UnitKind.STORE, key))
        if store is None:
            store = _create(parent, UnitKind.STORE, key, name or key, city or "", stamp)
            known[(UnitKind.STORE, key)] = store
        else:
            _mend(store, parent if region else None, name, city, stamp)
        found[key] = store.id
    return found


def _create(parent: OrgUnit, kind: UnitKind, key: str, name: str, city: str, stamp: int) -> OrgUnit:
    unit_id = new_id()
    return OrgUnit.objects.create(
        id=unit_id,
        program_id=parent.program_id,
        parent=parent,
        kind=kind,
        key=key,
        name=name,
        city=city,
        path=f"{parent.path}{unit_id}/",
        stamp=stamp,
    )


def _mend(
    store: OrgUnit, parent: OrgUnit | None, name: str | None, city: str | None, stamp: int
) -> None:
    before = (store.name, store.city, store.parent_id)
    store.name, store.city = name or store.name, city or store.city
    if parent is not None and parent.id != store.parent_id:
        store.parent, store.path = parent, f"{parent.path}{store.id}/"
    if before != (store.name, store.city, store.parent_id):
        store.stamp = stamp
        store.save()
