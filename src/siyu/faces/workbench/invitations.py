"""The invitations in a seller's name, whom she invited, and who teaches whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from siyu.faces.access import page
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.queries import own_invitations, own_invited, own_learners, own_teacher
from siyu.rooms.sellers.types import InvitationState


@page(Right.SEE_OWN_NUMBERS)
def invitations(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Links to send on, and the people who came of them."""
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "links": [
            {
                "invitation": each,
                "address": request.build_absolute_uri(reverse("join", args=[each.code])),
            }
            for each in own_invitations(viewer=viewer)
            if each.state is InvitationState.OPEN
        ],
        "invited": own_invited(viewer=viewer),
        "teacher": own_teacher(viewer=viewer),
        "learners": own_learners(viewer=viewer),
        "tab": "me",
    }
    return render(request, "workbench/invitations.html", shown)
