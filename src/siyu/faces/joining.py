"""Where one to whom an invitation was sent applies to sell; nobody is signed in there."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from siyu.faces.errors import told
from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.sellers.actions import apply_to_sell
from siyu.rooms.sellers.queries import open_invitation

_REFUSED, _GONE = 422, 410


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """The form of an invitation, and what follows once it was sent."""
    try:
        shown: dict[str, Any] = {"invitation": open_invitation(code=code)}
        if request.method == "GET":
            return render(request, "faces/join.html", shown)
        _apply(request, code)
    except BadInput as error:
        shown |= {"error": told(error), "field": error.field, "given": request.POST}
        return render(request, "faces/join.html", shown, status=_REFUSED)
    except Conflict as error:
        return render(request, "faces/join.html", {"over": told(error)}, status=_GONE)
    return render(request, "faces/join.html", shown | {"sent": True})


def _apply(request: HttpRequest, code: str) -> None:
    given = {name: request.POST.get(name, "").replace("\0", "") for name in ("name", "phone")}
    if not request.POST.get("agreed"):
        raise BadInput("agreed", "Agree to how your name and number are used, or do not send.")
    apply_to_sell(code=code, **given)
