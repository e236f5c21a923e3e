"""What a seller or an assistant sets for herself, and whom a seller lets help."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of, staff_of
from siyu.rooms.sellers.actions import (
    add_assistant,
    end_assistant,
    issue_assistant_link,
    return_assistant,
)
from siyu.rooms.sellers.queries import assistants_of, own_seller
from siyu.rooms.sellers.types import MOST_ASSISTANTS

_UNPROCESSABLE = 422


@page(Right.WORK_TASKS)
def me(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Who is signed in, for whom, and what may be set."""
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "seller": own_seller(viewer=viewer),
        "person": staff_of(staff_id=viewer.staff_id or 0),
        "tab": "me",
    }
    return render(request, "workbench/me.html", shown)


@page(Right.MANAGE_ASSISTANTS, methods=("GET", "POST"))
def assistants(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Who helps and who did; a name sent adds one."""
    if request.method == "GET":
        return _shown(request, viewer)
    name = request.POST.get("name", "")
    try:
        add_assistant(viewer=viewer, name=name)
    except (BadInput, Conflict) as error:
        return _shown(request, viewer, error=told(error), name=name)
    messages.success(request, _("Added. Now send her a sign-in link."))
    return redirect("assistants")


@page(Right.MANAGE_ASSISTANTS, methods=("POST",))
def link(request: HttpRequest, assistant_id: int, *, viewer: Viewer) -> HttpResponse:
    """A one-tap sign-in link for an assistant."""
    issued = issue_assistant_link(viewer=viewer, assistant_id=assistant_id)
    address = request.build_absolute_uri(f"/link/{issued.token}")
    return _shown(request, viewer, linked_id=assistant_id, link=address)


@page(Right.MANAGE_ASSISTANTS, methods=("POST",))
def end(request: HttpRequest, assistant_id: int, *, viewer: Viewer) -> HttpResponse:
    """Let an assistant help no longer."""
    end_assistant(viewer=viewer, assistant_id=assistant_id)
    messages.success(request, _("She helps no longer; what she opens is closed to her at once."))
    return redirect("assistants")


@page(Right.MANAGE_ASSISTANTS, methods=("POST",))
def again(request: HttpRequest, assistant_id: int, *, viewer: Viewer) -> HttpResponse:
    """Let an assistant help again."""
    return_assistant(viewer=viewer, assistant_id=assistant_id)
    messages.success(request, _("She may help again. Send her a sign-in link."))
    return redirect("assistants")


def _shown(
    request: HttpRequest,
    viewer: Viewer,
    *,
    error: str = "",
    name: str = "",
    linked_id: int | None = None,
    link: str = "",
) -> HttpResponse:
    seller = own_seller(viewer=viewer)
    everyone = assistants_of(viewer=viewer, seller_id=seller.id)
    helping = [each for each in everyone if each.ended_at is None]
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "helping": helping,
        "past": [each for each in everyone if each.ended_at is not None],
        "most": MOST_ASSISTANTS,
        "is_full": len(helping) >= MOST_ASSISTANTS,
        "error": error,
        "name": name,
        "linked_id": linked_id,
        "link": link,
        "tab": "me",
    }
    return render(
        request, "workbench/assistants.html", shown, status=_UNPROCESSABLE if error else None
    )
