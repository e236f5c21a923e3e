from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from siyu.foundation.crypto import mask_phone
from siyu.foundation.errors import Conflict
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of, today_in
from siyu.rooms.sellers.models import Application, Invitation, Seller
from siyu.rooms.sellers.queries.sellers import own_seller
from siyu.rooms.sellers.rules import invitation_state
from siyu.rooms.sellers.types import (
    ApplicationState,
    ApplicationView,
    InvitationState,
    InvitationView,
    SellerKind,
    SellerStatus,
)


def invitations_of(*, viewer: Viewer, page: int, size: int) -> tuple[list[InvitationView], int]:
    """Invitations into org units within the viewer's reach, the newest first; their number."""
    viewer.require(Right.ADMIT_SELLERS)
    rows = invitations_within(viewer=viewer)
    first = (page - 1) * size
    return _views(rows.order_by("-id")[first : first + size]), rows.count()


def own_invitations(*, viewer: Viewer) -> list[InvitationView]:
    """The invitations given out in the viewer's own name, the newest first."""
    rows = Invitation.objects.filter(inviter_id=own_seller(viewer=viewer).id)
    return _views(rows.order_by("-id"))


def program_invited_to(*, code: str) -> str:
    """The name of the program that a code invites to. Raises Conflict where nobody may apply."""
    return program_of(program_id=invitation_to_apply_by(code=code).program_id).name


def applications_waiting(
    *, viewer: Viewer, page: int, size: int
) -> tuple[list[ApplicationView], int]:
    """Who applied into org units within the viewer's reach and waits, the oldest first."""
    viewer.require(Right.ADMIT_SELLERS)
    rows = Application.objects.filter(
        invitation__in=invitations_within(viewer=viewer), state=ApplicationState.WAITING
    )
    first = (page - 1) * size
    shown = rows.select_related("invitation").order_by("id")[first : first + size]
    return [_application(row) for row in shown], rows.count()


def invitations_within(*, viewer: Viewer) -> QuerySet[Invitation]:
    """The invitations within the viewer's reach, as rows for this room."""
    rows = Invitation.objects.filter(program_id=viewer.program_id)
    return rows if viewer.unit_ids is None else rows.filter(unit_id__in=viewer.unit_ids)


def invitation_to_apply_by(*, code: str) -> Invitation:
    """The invitation of a code. Raises Conflict where nobody may apply by it now."""
    row = Invitation.objects.filter(code=code.upper()).first()
    if row is None or _views([row])[0].state is not InvitationState.OPEN:
        raise Conflict(
            "It has ended, was revoked, or all its places are taken. Ask for a new one where you"
            " got it."
        )
    return row


def _views(rows: Iterable[Invitation]) -> list[InvitationView]:
    found = list(rows)
    inviters = Seller.objects.filter(id__in=[row.inviter_id for row in found if row.inviter_id])
    working = set(inviters.filter(status=SellerStatus.ACTIVE).values_list("id", flat=True))
    applied = Application.objects.filter(invitation__in=found).values_list("invitation_id")
    counts = {
        invitation_id: (taken, joined)
        for invitation_id, taken, joined in applied.annotate(
            taken=Count("id", filter=~Q(state=ApplicationState.REFUSED)),
            joined=Count("seller_id"),
        )
    }
    today = {
        program_id: today_in(program_id=program_id)
        for program_id in {row.program_id for row in found}
    }
    views = []
    for row in found:
        taken, joined = counts.get(row.id, (0, 0))
        state = invitation_state(
            taken=taken,
            places=row.places,
            expires_on=row.expires_on,
            today=today[row.program_id],
            is_revoked=row.revoked_at is not None,
            inviter_works=row.inviter_id is None or row.inviter_id in working,
        )
        views.append(
            InvitationView(
                id=row.id,
                code=row.code,
                inviter_id=row.inviter_id,
                unit_id=row.unit_id,
                kind=SellerKind(row.kind),
                origin=row.origin,
                places=row.places,
                taken=taken,
                joined=joined,
                expires_on=row.expires_on,
                state=state,
            )
        )
    return views


def _application(row: Application) -> ApplicationView:
    person = settings.SIYU_KEYRING.open(row.sealed)
    return ApplicationView(
        id=row.id,
        inviter_id=row.invitation.inviter_id,
        unit_id=row.invitation.unit_id,
        kind=SellerKind(row.invitation.kind),
        name=person["name"] or "",
        masked_phone=mask_phone(person["phone"]),
        applied_at=row.applied_at,
    )
