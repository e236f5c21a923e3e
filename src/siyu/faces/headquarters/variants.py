"""Words on trial: other words of a playbook, tried side by side in a market."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.headquarters.playbooks import LANGUAGES, playbook_page
from siyu.faces.numbers import whole_number
from siyu.foundation.errors import BadInput
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import today_in
from siyu.rooms.outreach.actions import add_variant, adopt_variant, end_variant


@page(Right.EDIT_PLAYBOOKS, methods=("POST",))
def new(request: HttpRequest, playbook_id: int, *, viewer: Viewer) -> HttpResponse:
    """Try other words from tomorrow on; what cannot be used comes back with the form as it was."""
    market = request.POST.get("market", "")
    try:
        market_id = whole_number(market)
        if market and market_id is None:
            raise BadInput("market", "There is no such org unit; choose another.")
        add_variant(
            viewer=viewer,
            playbook_id=playbook_id,
            name=request.POST.get("variant_name", ""),
            market_id=market_id,
            texts={each: request.POST.get(f"variant_{each}", "") for each in LANGUAGES},
            today=today_in(program_id=viewer.program_id),
        )
    except BadInput as error:
        return playbook_page(request, viewer, playbook_id, error=error)
    messages.success(request, _("On trial from tomorrow; the playbook is counted anew."))
    return redirect("playbook", playbook_id=playbook_id)


@page(Right.EDIT_PLAYBOOKS, methods=("POST",))
def adopt(request: HttpRequest, variant_id: int, *, viewer: Viewer) -> HttpResponse:
    """Make a variant the usual words of its market."""
    playbook_id = adopt_variant(
        viewer=viewer, variant_id=variant_id, today=today_in(program_id=viewer.program_id)
    )
    messages.success(request, _("From tomorrow everyone in this market gets these words."))
    return redirect("playbook", playbook_id=playbook_id)


@page(Right.EDIT_PLAYBOOKS, methods=("POST",))
def end(request: HttpRequest, variant_id: int, *, viewer: Viewer) -> HttpResponse:
    """Use a variant no more."""
    playbook_id = end_variant(
        viewer=viewer, variant_id=variant_id, today=today_in(program_id=viewer.program_id)
    )
    messages.success(request, _("From tomorrow nobody gets these words any more."))
    return redirect("playbook", playbook_id=playbook_id)
