from collections.abc import Iterable

from django.conf import settings

from siyu.foundation.crypto import Stored
from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.models import Grant, OrgUnit, Staff
from siyu.rooms.organization.rules import RIGHTS_OF, SCOPE_OF
from siyu.rooms.organization.types import GrantView, Role, StaffView


def staff_of(*, staff_id: int) -> StaffView:
    """A member of staff; raises NotFound."""
    staff = Staff.objects.filter(id=staff_id).first()
    if staff is None:
        raise NotFound("There is no such member of staff.")
    return StaffView(id=staff.id, login=staff.login, name=_name(staff.sealed))


def staff_by_login(*, login: str) -> StaffView:
    """The member of staff of a login; raises NotFound."""
    staff = Staff.objects.filter(login=login).first()
    if staff is None:
        raise NotFound("There is no login {login}.", login=login)
    return staff_of(staff_id=staff.id)


def logins_taken(*, logins: Iterable[str]) -> set[str]:
    """Those of the logins that somebody signs in with, in whatever program."""
    rows = Staff.objects.filter(login__in=any_of(values=logins))
    return set(rows.values_list("login", flat=True))


def names_of_staff(*, staff_ids: Iterable[int]) -> dict[int, str]:
    """Names by id, in one batch."""
    rows = Staff.objects.filter(id__in=set(staff_ids)).values_list("id", "sealed")
    return {staff_id: _name(sealed) for staff_id, sealed in rows}


def staff_with_role(*, program_id: int, role: Role, limit: int = 10) -> list[StaffView]:
    """Members of staff who hold a role in a program, oldest account first."""
    ids = Grant.objects.filter(program_id=program_id, role=role).order_by("staff_id")
    return [
        staff_of(staff_id=staff_id) for staff_id in ids.values_list("staff_id", flat=True)[:limit]
    ]


def grants_of(*, staff_id: int) -> list[GrantView]:
    """The roles that a member of staff holds, oldest program first."""
    rows = Grant.objects.filter(staff_id=staff_id).select_related("program").order_by("program_id")
    return [
        GrantView(
            program_id=row.program_id,
            program_name=row.program.name,
            role=Role(row.role),
            scope=SCOPE_OF[Role(row.role)],
            unit_id=row.unit_id,
        )
        for row in rows
    ]


def viewer_of(*, staff_id: int, program_id: int | None = None, by_link: bool = False) -> Viewer:
    """Who a member of staff is as a viewer of a program, or of the first one held.

    Raises NotAllowed where no role is held there.
    """
    grants = grants_of(staff_id=staff_id)
    chosen = next(
        (grant for grant in grants if program_id in (None, grant.program_id)),
        None,
    )
    if chosen is None or not Staff.objects.filter(id=staff_id, is_active=True).exists():
        raise NotAllowed("You hold no role in this program. Ask headquarters for one.")
    return Viewer(
        staff_id=staff_id,
        program_id=chosen.program_id,
        role=chosen.role,
        scope=chosen.scope,
        rights=RIGHTS_OF[chosen.role],
        unit_ids=_reach(chosen),
        by_link=by_link,
    )


def owner_viewer(*, program_id: int) -> Viewer:
    """The one who owns the machine, as a viewer of a program: the shell's and the worker's."""
    return Viewer(
        staff_id=None,
        program_id=program_id,
        role=Role.ADMINISTRATOR,
        scope=Scope.PROGRAM,
        rights=frozenset(Right),
    )


def _reach(grant: GrantView) -> frozenset[int] | None:
    if grant.scope is Scope.PROGRAM:
        return None
    if grant.scope is Scope.SELF or grant.unit_id is None:
        return frozenset()
    path = OrgUnit.objects.values_list("path", flat=True).get(id=grant.unit_id)
    return frozenset(
        OrgUnit.objects.filter(program_id=grant.program_id, path__startswith=path).values_list(
            "id", flat=True
        )
    )


def _name(sealed: Stored) -> str:
    return settings.SIYU_KEYRING.open(sealed).get("name") or ""
