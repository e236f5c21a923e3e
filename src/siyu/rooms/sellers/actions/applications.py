import unicodedata
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from siyu.foundation.clock import utc_now
from siyu.foundation.crypto import phone_in
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.foundation.ids import new_id
from siyu.rooms.operations.actions import record_audit, write_stamp
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.actions import create_seller_staff
from siyu.rooms.organization.queries import owner_viewer, program_of
from siyu.rooms.sellers.actions.invitations import unit_within
from siyu.rooms.sellers.models import Application, Invitation, Seller, Teaching
from siyu.rooms.sellers.queries.invitations import invitation_to_apply_by, invitations_within
from siyu.rooms.sellers.types import INVITED, ApplicationState, SellerKind, SellerStatus

_LONGEST_NAME, _LONGEST_KEY = 40, 40
_LONGEST_WAIT = timedelta(days=60)


@transaction.atomic
def apply_to_sell(*, code: str, name: str, phone: str, form_key: str) -> None:
    """Apply by an invitation; the same form sent again, by its ``form_key``, changes nothing.

    Raises BadInput for a name or number that is none, Conflict where the invitation lets nobody
    apply.
    """
    rows = Invitation.objects.select_for_update(of=("self",)).filter(code=code.upper())
    if Application.objects.filter(invitation__in=list(rows), form_key=form_key).exists():
        return
    invitation = invitation_to_apply_by(code=code)
    name, number = name.strip(), phone_in(unicodedata.normalize("NFKC", phone).strip())
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise BadInput("name", "Write a name of 1 to 40 characters.")
    if number is None:
        raise BadInput("phone", "Write a mobile number of 11 digits.")
    if not 1 <= len(form_key) <= _LONGEST_KEY:
        raise BadInput("form_key", "This form is not whole. Reload the page and try again.")
    ring = settings.SIYU_KEYRING
    index = ring.blind_index("phone", number)
    if not Application.objects.filter(invitation=invitation, phone_index=index).exists():
        Application.objects.create(
            invitation=invitation,
            sealed=ring.seal({"name": name, "phone": number}),
            phone_index=index,
            form_key=form_key,
            state=ApplicationState.WAITING,
        )


@transaction.atomic
def accept_application(
    *,
    viewer: Viewer,
    application_id: int,
    unit_id: int | None = None,
    kind: SellerKind | None = None,
) -> int:
    """Make who applied a seller with an account; her inviter teaches her. Returns the seller's id.

    Org unit and kind are those of the invitation unless others are named. What the same number
    applied for by other invitations is closed. Raises NotFound out of reach, BadInput for an org
    unit out of reach, Conflict where it was decided already or where a seller has the number.
    """
    application = _waiting(viewer, application_id)
    invitation = application.invitation
    into_id = unit_within(viewer=viewer, unit_id=invitation.unit_id if unit_id is None else unit_id)
    _check_new(viewer.program_id, application)
    person = settings.SIYU_KEYRING.open(application.sealed)
    program = program_of(program_id=viewer.program_id)
    login = f"{program.code}-{new_id()}"
    staff = create_seller_staff(
        program_id=program.id, sellers=[(login, person["name"] or "", into_id)]
    )
    seller = Seller.objects.create(
        program_id=program.id,
        source=INVITED,
        source_key=settings.SIYU_KEYRING.safe_key(person["phone"] or ""),
        staff_id=staff[login],
        unit_id=into_id,
        kind=kind or invitation.kind,
        status=SellerStatus.ACTIVE,
        joined_on=program.day_of(utc_now()),
        origin=invitation.origin,
        invited_by=invitation.inviter,
        inviter_key=invitation.inviter.source_key if invitation.inviter else "",
        sealed=settings.SIYU_KEYRING.seal(person),
        phone_index=application.phone_index,
        digest=b"",
        stamp=write_stamp(),
    )
    if invitation.inviter is not None and invitation.inviter.status == SellerStatus.ACTIVE:
        Teaching.objects.create(learner=seller, teacher=invitation.inviter)
    for other in _of_same_number(viewer.program_id, application).exclude(id=application.id):
        _decide(viewer, other, ApplicationState.REFUSED, None)
    _decide(viewer, application, ApplicationState.ACCEPTED, seller)
    return seller.id


@transaction.atomic
def refuse_application(*, viewer: Viewer, application_id: int) -> None:
    """Refuse who applied. Raises NotFound, Conflict."""
    _decide(viewer, _waiting(viewer, application_id), ApplicationState.REFUSED, None)


def refuse_old_applications(*, now: datetime) -> int:
    """Refuse who has waited for 60 days; returns how many."""
    old = Application.objects.filter(
        state=ApplicationState.WAITING, applied_at__lt=now - _LONGEST_WAIT
    )
    if not old.exists():
        return 0
    with transaction.atomic():
        waited = list(old.select_for_update(of=("self",)).select_related("invitation"))
        for application in waited:
            owner = owner_viewer(program_id=application.invitation.program_id)
            _decide(owner, application, ApplicationState.REFUSED, None)
    return len(waited)


def _waiting(viewer: Viewer, application_id: int) -> Application:
    """An application within reach that waits, locked with all of the same number."""
    viewer.require(Right.ADMIT_SELLERS)
    rows = Application.objects.select_related("invitation__inviter")
    within = rows.filter(invitation__in=invitations_within(viewer=viewer))
    application = within.filter(id=application_id).first()
    if application is None:
        raise NotFound("There is no such application within your reach.")
    list(_of_same_number(viewer.program_id, application).select_for_update().order_by("id"))
    application.refresh_from_db(fields=["state", "sealed", "phone_index"])
    if application.state != ApplicationState.WAITING:
        raise Conflict("This application was decided already; reload the list.")
    return application


def _of_same_number(program_id: int, application: Application) -> QuerySet[Application]:
    """Every application of the program that waits with the phone number of one, itself too."""
    same = Invitation.objects.filter(program_id=program_id)
    return Application.objects.filter(
        invitation__in=same,
        phone_index=application.phone_index,
        state=ApplicationState.WAITING,
    )


def _check_new(program_id: int, application: Application) -> None:
    same = Seller.objects.filter(program_id=program_id, phone_index=application.phone_index)
    if same.exists():
        raise Conflict(
            "A seller has this phone number already. Refuse the application; if she left and"
            " returns, change her status in the file of sellers."
        )


def _decide(
    viewer: Viewer, application: Application, state: ApplicationState, seller: Seller | None
) -> None:
    """Keep what was decided; the name and the number are erased, a seller has them sealed."""
    application.state = state
    application.seller = seller
    application.sealed = settings.SIYU_KEYRING.seal({"name": None, "phone": None})
    application.phone_index = None
    application.decided_at = utc_now()
    application.decided_by_id = viewer.staff_id
    application.save()
    record_audit(
        actor_id=viewer.staff_id,
        program_id=viewer.program_id,
        action="accept seller" if seller else "refuse seller",
        subject=f"application {application.id}",
    )
