from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from siyu.foundation.errors import BadInput, Conflict
from siyu.foundation.ids import new_ids
from siyu.rooms.operations.actions import insert_rows, record_audit
from siyu.rooms.operations.types import Scope
from siyu.rooms.organization.models import Grant, OrgUnit, Staff
from siyu.rooms.organization.rules import SCOPE_OF
from siyu.rooms.organization.types import Role


@transaction.atomic
def add_staff(*, login: str, name: str) -> int:
    """A new member of staff without a password; returns the id. Raises Conflict, BadInput."""
    if not login.strip():
        raise BadInput("login", "The login must not be empty.")
    if Staff.objects.filter(login=login).exists():
        raise Conflict("The login {login} is taken; choose another.", login=login)
    sealed = settings.SIYU_KEYRING.seal({"name": name})
    staff = Staff(login=login, sealed=sealed)
    staff.set_unusable_password()
    staff.save()
    return staff.id


@transaction.atomic
def set_password(*, staff_id: int, password: str, actor_id: int | None) -> None:
    """Set a password. Raises BadInput with the reasons where it is too weak."""
    staff = Staff.objects.get(id=staff_id)
    try:
        validate_password(password, user=staff)
    except ValidationError as error:
        raise BadInput("password", "{reasons}", reasons=" ".join(error.messages)) from error
    staff.set_password(password)
    staff.save(update_fields=["password"])
    record_audit(
        actor_id=actor_id, program_id=None, action="set password", subject=f"staff {staff_id}"
    )


@transaction.atomic
def grant_role(
    *, staff_id: int, program_id: int, role: Role, unit_id: int | None, actor_id: int | None
) -> None:
    """Give a member of staff a role in a program, in place of the one held there.

    Raises BadInput where the role needs an org unit of the program and none is given.
    """
    if SCOPE_OF[role] in (Scope.REGION, Scope.STORE):
        units = OrgUnit.objects.filter(program_id=program_id)
        if unit_id is None or not units.filter(id=unit_id).exists():
            raise BadInput("unit", "This role needs an org unit of the program.")
    Grant.objects.update_or_create(
        staff_id=staff_id, program_id=program_id, defaults={"role": role, "unit_id": unit_id}
    )
    record_audit(
        actor_id=actor_id,
        program_id=program_id,
        action="grant role",
        subject=f"staff {staff_id}",
        reason=role.value,
    )


@transaction.atomic
def withdraw_role(*, staff_id: int, program_id: int, role: Role, actor_id: int | None) -> None:
    """Take a role from a member of staff, if it is the one held in that program.

    Who is signed in loses it with the next page.
    """
    held = Grant.objects.filter(staff_id=staff_id, program_id=program_id, role=role)
    if held.delete()[0]:
        record_audit(
            actor_id=actor_id,
            program_id=program_id,
            action="withdraw role",
            subject=f"staff {staff_id}",
            reason=role.value,
        )


@transaction.atomic
def create_seller_staff(
    *, program_id: int, sellers: Sequence[tuple[str, str, int]]
) -> dict[str, int]:
    """Sign-in accounts for sellers, each (login, name, unit id); returns ids by login.

    Accounts start without a password. Each login must be free (``logins_taken``), so that no file
    ties a seller to the account of another person.
    """
    keyring = settings.SIYU_KEYRING
    ids = new_ids(len(sellers))
    insert_rows(
        model=Staff,
        columns=("id", "login", "password", "sealed", "is_active", "language"),
        rows=[
            (staff_id, login, make_password(None), keyring.seal({"name": name}), True, "")
            for staff_id, (login, name, _) in zip(ids, sellers, strict=True)
        ],
    )
    insert_rows(
        model=Grant,
        columns=("id", "staff_id", "program_id", "role", "unit_id"),
        rows=[
            (grant_id, staff_id, program_id, Role.SELLER.value, unit_id)
            for grant_id, staff_id, (_, _, unit_id) in zip(
                new_ids(len(sellers)), ids, sellers, strict=True
            )
        ],
    )
    return {login: staff_id for staff_id, (login, _, _) in zip(ids, sellers, strict=True)}


def change_language(*, staff_id: int, language: str) -> None:
    """Remember the language that a member of staff reads."""
    Staff.objects.filter(id=staff_id).update(language=language)


def reseal_staff() -> int:
    """Seal every name under the current key; returns how many were sealed anew."""
    keyring = settings.SIYU_KEYRING
    changed = 0
    for staff in Staff.objects.all().iterator():
        if keyring.version_of(staff.sealed) != keyring.current:
            staff.sealed = keyring.seal(keyring.open(staff.sealed))
            staff.save(update_fields=["sealed"])
            changed += 1
    return changed
