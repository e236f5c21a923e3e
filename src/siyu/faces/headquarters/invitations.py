"""Invitations to sell, and who applied by them."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.headquarters.sellers import KINDS
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of, today_in, units_under
from siyu.rooms.sellers.actions import (
    accept_application,
    invite,
    refuse_application,
    revoke_invitation,
)
from siyu.rooms.sellers.queries import (
    applications_waiting,
    find_seller_by_key,
    invitations_of,
    sellers_of_ids,
)
from siyu.rooms.sellers.types import (
    MOST_PLACES,
    ORIGIN_LENGTH,
    ApplicationView,
    InvitationState,
    InvitationView,
    SellerKind,
)

STATES = {
    InvitationState.OPEN: (gettext_lazy("Lets apply"), "green"),
    InvitationState.FULL: (gettext_lazy("All places taken"), "azure"),
    InvitationState.INVITER_AWAY: (gettext_lazy("The inviter does not work"), "orange"),
    InvitationState.EXPIRED: (gettext_lazy("Has expired"), "secondary"),
    InvitationState.REVOKED: (gettext_lazy("Revoked"), "secondary"),
}
_SIZE, _MOST_WAITING, _REFUSED, _WEEK = 20, 50, 422, timedelta(days=7)


@page(Right.ADMIT_SELLERS)
def invitations(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Who waits to be accepted, every invitation, and the form of a new one."""
    return _shown(request, viewer)


@page(Right.ADMIT_SELLERS, methods=("POST",))
def new(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Give out an invitation."""
    try:
        _invite(request, viewer)
    except (BadInput, NotFound) as error:
        return _shown(request, viewer, error)
    messages.success(request, _("Made. Copy its link from the list and send it."))
    return redirect("invitations")


@page(Right.ADMIT_SELLERS, methods=("POST",))
def revoke(request: HttpRequest, invitation_id: int, *, viewer: Viewer) -> HttpResponse:
    """Let nobody apply by an invitation any more."""
    revoke_invitation(viewer=viewer, invitation_id=invitation_id)
    messages.success(request, _("Revoked. Who applied already still waits for your decision."))
    return redirect("invitations")


@page(Right.ADMIT_SELLERS, methods=("POST",))
def accept(request: HttpRequest, application_id: int, *, viewer: Viewer) -> HttpResponse:
    """Make who applied a seller."""
    try:
        seller_id = accept_application(
            viewer=viewer,
            application_id=application_id,
            unit_id=_unit_id(request),
            kind=_kind(request) if request.POST.get("kind") else None,
        )
    except (BadInput, Conflict) as error:
        messages.error(request, told(error))
        return redirect("invitations")
    messages.success(
        request,
        _("Accepted. Make a sign-in link and send it to her.")
        if viewer.may(Right.ISSUE_LINKS)
        else _("Accepted. Ask headquarters for her sign-in link."),
    )
    return redirect("seller", seller_id=seller_id)


@page(Right.ADMIT_SELLERS, methods=("POST",))
def refuse(request: HttpRequest, application_id: int, *, viewer: Viewer) -> HttpResponse:
    """Refuse who applied, and erase her."""
    refuse_application(viewer=viewer, application_id=application_id)
    messages.success(request, _("Refused. Her name and number are erased."))
    return redirect("invitations")


def _invite(request: HttpRequest, viewer: Viewer) -> None:
    key = request.POST.get("inviter", "").strip()
    inviter = find_seller_by_key(viewer=viewer, source="", key=key) if key else None
    try:
        expires_on = date.fromisoformat(request.POST.get("expires_on", ""))
    except ValueError as error:
        raise BadInput("expires_on", "Choose a last day that is not over.") from error
    invite(
        viewer=viewer,
        inviter_id=inviter.id if inviter else None,
        unit_id=_unit_id(request),
        kind=_kind(request),
        places=whole_number(request.POST.get("places", "")) or 0,
        expires_on=expires_on,
        origin=request.POST.get("origin", "").strip(),
    )


def _unit_id(request: HttpRequest) -> int | None:
    """The org unit chosen; none where nothing was, 0 for what cannot be one."""
    text = request.POST.get("unit", "")
    return (whole_number(text) or 0) if text else None


def _kind(request: HttpRequest) -> SellerKind:
    try:
        return SellerKind(request.POST.get("kind", ""))
    except ValueError as error:
        raise BadInput("kind", "Choose a kind of seller.") from error


def _shown(
    request: HttpRequest, viewer: Viewer, error: BadInput | NotFound | None = None
) -> HttpResponse:
    number = page_number(request)
    rows, count = invitations_of(viewer=viewer, page=number, size=_SIZE)
    waiting, all_waiting = applications_waiting(viewer=viewer, page=1, size=_MOST_WAITING)
    units = [(unit.id, unit.name) for unit in units_under(viewer=viewer)]
    inviters = {each.inviter_id for each in rows} | {each.inviter_id for each in waiting}
    names = {
        seller_id: seller.name
        for seller_id, seller in sellers_of_ids(
            viewer=viewer, seller_ids=[each for each in inviters if each]
        ).items()
    }
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "waiting": [_waiting(each, names) for each in waiting],
        "all_waiting": all_waiting,
        "rows": [_row(request, each, names, dict(units)) for each in rows],
        "units": units,
        "kinds": KINDS,
        "most_places": MOST_PLACES,
        "origin_length": ORIGIN_LENGTH,
        "today": f"{today_in(program_id=viewer.program_id):%Y-%m-%d}",
        "in_a_week": f"{today_in(program_id=viewer.program_id) + _WEEK:%Y-%m-%d}",
        "error": told(error) if error else "",
        "field": error.field if isinstance(error, BadInput) else "",
        "given": request.POST if error else {},
        "page": number,
        "pages": max(-(-count // _SIZE), 1),
        "section": "invitations",
    }
    status = _REFUSED if error else None
    return render(request, "headquarters/invitations.html", shown, status=status)


def _waiting(application: ApplicationView, names: dict[int, str]) -> dict[str, Any]:
    return {
        "application": application,
        "inviter": names.get(application.inviter_id or 0, ""),
        "kind": KINDS[application.kind],
    }


def _row(
    request: HttpRequest, invitation: InvitationView, names: dict[int, str], units: dict[int, str]
) -> dict[str, Any]:
    word, colour = STATES[invitation.state]
    return {
        "invitation": invitation,
        "inviter": names.get(invitation.inviter_id or 0, ""),
        "unit": units.get(invitation.unit_id, ""),
        "kind": KINDS[invitation.kind],
        "state": word,
        "colour": colour,
        "is_open": invitation.state is InvitationState.OPEN,
        "may_end": invitation.state not in (InvitationState.EXPIRED, InvitationState.REVOKED),
        "link": request.build_absolute_uri(reverse("join", args=[invitation.code])),
    }
