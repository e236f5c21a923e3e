"""Keys of the open API: who may call, and for what."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.operations.actions import issue_api_key, revoke_api_key
from siyu.rooms.operations.queries import api_keys_of
from siyu.rooms.operations.types import ApiScope, IssuedKey, Right, Viewer
from siyu.rooms.organization.queries import names_of_staff, program_of

SCOPES = {
    ApiScope.WRITE_CUSTOMERS: gettext_lazy("Write customers"),
    ApiScope.WRITE_SELLERS: gettext_lazy("Write sellers"),
    ApiScope.WRITE_PRODUCTS: gettext_lazy("Write products"),
    ApiScope.WRITE_ORDERS: gettext_lazy("Write orders"),
    ApiScope.WRITE_FOLLOWS: gettext_lazy("Write follows"),
    ApiScope.WRITE_COMMUNITIES: gettext_lazy("Write communities"),
    ApiScope.READ_TASKS: gettext_lazy("Read tasks"),
    ApiScope.READ_PORTRAITS: gettext_lazy("Read portraits"),
    ApiScope.READ_SELLERS: gettext_lazy("Read the health of sellers"),
    ApiScope.READ_METRICS: gettext_lazy("Read metrics"),
    ApiScope.READ_SEGMENTS: gettext_lazy("Read segments and their members"),
    ApiScope.READ_PAY: gettext_lazy("Read what sellers earn, balances and statements"),
}
_SOURCE = "api"
_REFUSED = 422


@page(Right.MANAGE_KEYS, methods=("GET", "POST"))
def api_keys(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every key, and the form of a new one; its token is shown once, in the answer."""
    issued: IssuedKey | None = None
    error: BadInput | None = None
    chosen = [scope for scope in SCOPES if scope.value in request.POST.getlist("scopes")]
    if request.method == "POST":
        try:
            issued = issue_api_key(
                viewer=viewer,
                name=request.POST.get("name", ""),
                source=request.POST.get("source", _SOURCE).strip(),
                scopes=chosen,
            )
        except BadInput as refused:
            error = refused
    keys = api_keys_of(viewer=viewer)
    people = names_of_staff(staff_ids=[key.created_by_id for key in keys if key.created_by_id])
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [
            {
                "key": key,
                "by": people.get(key.created_by_id or 0, ""),
                "opens": [word for scope, word in SCOPES.items() if scope in key.scopes],
            }
            for key in keys
        ],
        "scopes": {scope.value: word for scope, word in SCOPES.items()},
        "ticked": [scope.value for scope in chosen] if error else [],
        "name": request.POST.get("name", "") if error else "",
        "source": request.POST.get("source", _SOURCE) if error else _SOURCE,
        "issued": issued,
        "error": told(error) if error else "",
        "error_field": error.field if error else "",
        "section": "api-keys",
    }
    status = _REFUSED if error else 200
    return render(request, "headquarters/api_keys.html", shown, status=status)


@page(Right.MANAGE_KEYS, methods=("POST",))
def revoke(request: HttpRequest, key_id: int, *, viewer: Viewer) -> HttpResponse:
    """Close a key for good."""
    revoke_api_key(viewer=viewer, key_id=key_id, now=utc_now())
    messages.success(request, _("Revoked. Calls with this key are refused from now on."))
    return redirect("api-keys")
