"""Gives every request its viewer and its language."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from siyu.foundation.errors import NotAllowed
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import viewer_of

BY_LINK = "by_link"
PROGRAM = "program_id"


class ViewerMiddleware:
    """Sets ``request.viewer``: who is signed in, in which program; None for nobody.

    Pages are never stored by a cache on the way, since they show persons.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        request.viewer = SimpleLazyObject(lambda: _viewer(request))  # type: ignore[attr-defined]
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        response = self._get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


def _viewer(request: HttpRequest) -> Viewer | None:
    if not request.user.is_authenticated:
        return None
    try:
        return viewer_of(
            staff_id=request.user.pk,
            program_id=request.session.get(PROGRAM),
            by_link=bool(request.session.get(BY_LINK)),
        )
    except NotAllowed:
        return None
