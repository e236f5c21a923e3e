"""Errors as pages that say what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound, SiyuError

_STATUS = {BadInput: 422, NotAllowed: 403, NotFound: 404, Conflict: 409}
_STALE_FORM = gettext_noop("This form was open too long. Go back, reload the page and try again.")


def told(error: SiyuError) -> str:
    """An error's text in the reader's language."""
    return _(error.template).format(**error.params)


def show_error(request: HttpRequest, error: SiyuError) -> HttpResponse:
    """The page of an error, with the status that fits it."""
    return _page(request, _STATUS.get(type(error), 400), told(error))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that cannot be understood."""
    return _page(request, 400, _("This request could not be understood. Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what is not allowed."""
    return _page(request, 403, _("Your role does not allow this. Ask headquarters for the right."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere."""
    return _page(request, 404, _("This page does not exist. Check the address, or start over."))


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for our own mistakes."""
    return _page(request, 500, _("Something went wrong on our side. Try again in a minute."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without a valid token."""
    return _page(request, 403, _(_STALE_FORM))


def _page(request: HttpRequest, status: int, text: str) -> HttpResponse:
    partial = request.headers.get("HX-Request")
    template = "faces/error_note.html" if partial else "faces/error.html"
    return render(request, template, {"text": text, "status": status}, status=status)
