"""Where one to whom an invitation was sent applies to sell; nobody is signed in there."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from siyu.faces.errors import told
from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.sellers.actions import apply_to_sell
from siyu.rooms.sellers.queries import program_invited_to

_REFUSED, _GONE, _KEY_BYTES = 422, 410, 16


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """The form of an invitation, and what follows once it was sent."""
    code = code.replace("\0", "")
    try:
        if request.method == "GET":
            return _form(request, code, {"form_key": secrets.token_urlsafe(_KEY_BYTES)})
        return _apply(request, code)
    except Conflict as error:
        return render(request, "faces/join.html", {"over": told(error)}, status=_GONE)


def _apply(request: HttpRequest, code: str) -> HttpResponse:
    given = {
        name: request.POST.get(name, "").replace("\0", "") for name in ("name", "phone", "form_key")
    }
    try:
        if not request.POST.get("agreed"):
            raise BadInput("agreed", "Agree to how your name and number are used, or do not send.")
        apply_to_sell(code=code, **given)
    except BadInput as error:
        agreed = {"agreed": request.POST.get("agreed")}
        return _form(request, code, given | agreed, error)
    return render(request, "faces/join.html", {"sent": True})


def _form(
    request: HttpRequest, code: str, given: dict[str, Any], error: BadInput | None = None
) -> HttpResponse:
    shown = {
        "program": program_invited_to(code=code),
        "given": given,
        "error": told(error) if error else "",
        "field": error.field if error else "",
    }
    return render(request, "faces/join.html", shown, status=_REFUSED if error else None)
