import secrets
from datetime import date

from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.operations.actions import record_audit
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import today_in, units_under
from siyu.rooms.sellers.models import Invitation
from siyu.rooms.sellers.queries import find_seller
from siyu.rooms.sellers.queries.invitations import invitations_within
from siyu.rooms.sellers.types import MOST_PLACES, ORIGIN_LENGTH, SellerKind, SellerStatus

# Without I, L, O, 0 and 1, which are taken for each other when a code is read aloud.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 10


@transaction.atomic
def invite(
    *,
    viewer: Viewer,
    inviter_id: int | None,
    unit_id: int | None,
    kind: SellerKind,
    places: int,
    expires_on: date,
    origin: str = "",
) -> int:
    """Give out an invitation in a seller's name or, without one, in headquarters'; returns its id.

    Without an org unit it leads into the highest one within the viewer's reach. Raises BadInput
    for what cannot be used, NotFound for an inviter out of reach.
    """
    viewer.require(Right.ADMIT_SELLERS)
    into_id = unit_within(viewer=viewer, unit_id=unit_id)
    if not 1 <= places <= MOST_PLACES:
        raise BadInput("places", "Write a number of persons from 1 to {most}.", most=MOST_PLACES)
    if expires_on < today_in(program_id=viewer.program_id):
        raise BadInput("expires_on", "Choose a last day that is not over.")
    if len(origin) > ORIGIN_LENGTH:
        raise BadInput("origin", "Write at most {most} characters.", most=ORIGIN_LENGTH)
    if inviter_id is not None:
        inviter = find_seller(viewer=viewer, seller_id=inviter_id)
        if inviter.status is not SellerStatus.ACTIVE:
            raise BadInput("inviter", "She does not work now; choose somebody who does.")
    invitation = Invitation.objects.create(
        program_id=viewer.program_id,
        code="".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)),
        inviter_id=inviter_id,
        unit_id=into_id,
        kind=kind,
        origin=origin,
        places=places,
        expires_on=expires_on,
        created_by_id=viewer.staff_id,
    )
    record_audit(
        actor_id=viewer.staff_id,
        program_id=viewer.program_id,
        action="invite sellers",
        subject=f"invitation {invitation.id}",
        reason=str(places),
    )
    return invitation.id


@transaction.atomic
def revoke_invitation(*, viewer: Viewer, invitation_id: int) -> None:
    """Let nobody apply by an invitation any more; who applied already can still be accepted.

    Raises NotFound out of reach.
    """
    viewer.require(Right.ADMIT_SELLERS)
    rows = invitations_within(viewer=viewer).select_for_update()
    invitation = rows.filter(id=invitation_id).first()
    if invitation is None:
        raise NotFound("There is no such invitation within your reach.")
    if invitation.revoked_at is not None:
        raise Conflict("This invitation was revoked already.")
    invitation.revoked_at = utc_now()
    invitation.save(update_fields=["revoked_at"])
    record_audit(
        actor_id=viewer.staff_id,
        program_id=viewer.program_id,
        action="revoke invitation",
        subject=f"invitation {invitation_id}",
    )


def unit_within(*, viewer: Viewer, unit_id: int | None) -> int:
    """An org unit within the viewer's reach; the highest one where none is named.

    Raises BadInput for one that is not.
    """
    parents = {unit.id: unit.parent_id for unit in units_under(viewer=viewer)}
    if unit_id is None:
        unit_id = next(each for each, parent_id in parents.items() if parent_id not in parents)
    if unit_id not in parents:
        raise BadInput("unit", "Choose an org unit within your reach.")
    return unit_id
