"""How a view says who may use it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from siyu.faces.errors import show_error
from siyu.foundation.errors import BadInput, NotAllowed, SiyuError
from siyu.rooms.operations.types import Right, Viewer

View = Callable[..., HttpResponseBase]
_METHOD_NOT_ALLOWED = 405


def page(right: Right, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """A view for signed-in viewers with a right; it is called with ``viewer``.

    Nobody signed in goes to the sign-in page and comes back; what the house refuses is shown as
    a page that says what to do.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponse(
                    status=_METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(methods)}
                )
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            try:
                _check_text(request)
                viewer = viewer_of_request(request)
                viewer.require(right)
                return view(request, *args, viewer=viewer, **kwargs)
            except SiyuError as error:
                return show_error(request, error)

        return guarded

    return decorate


def viewer_of_request(request: HttpRequest) -> Viewer:
    """The viewer of a request. Raises NotAllowed for one who holds no role."""
    viewer: Viewer | None = request.viewer  # type: ignore[attr-defined]
    if not viewer:
        raise NotAllowed("You hold no role in any program. Ask headquarters for one.")
    return viewer


def _check_text(request: HttpRequest) -> None:
    for given in (request.GET, request.POST):
        for name, texts in given.lists():
            if any("\0" in text for text in texts):
                raise BadInput(name, "This text holds a character that cannot be stored.")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    # A command that was sent too late cannot be opened as a page afterwards.
    wanted = request.get_full_path() if request.method == "GET" else reverse("home")
    address = f"{reverse('sign-in')}?{urlencode({'next': wanted})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
