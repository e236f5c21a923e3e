"""Errors as problem documents (RFC 9457)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from siyu.faces.errors import told
from siyu.faces.open_api.access import NoKey
from siyu.faces.open_api.schemas import Problem
from siyu.foundation.errors import (
    BadInput,
    Conflict,
    NotAllowed,
    NotFound,
    SiyuError,
    TooMany,
)

_STATUS: dict[type[Exception], int] = {
    NoKey: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    BadInput: 422,
    TooMany: 429,
}
PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429, 503), Problem)
PROBLEM_TYPE = "application/problem+json"
_MOST_ERRORS, _BUSY_SECONDS = 50, 2
log = structlog.get_logger()


def answer_problems(api: NinjaAPI) -> None:
    """Have every error of the API answered as a problem document."""

    @api.exception_handler(SiyuError)
    def ours(request: HttpRequest, error: SiyuError) -> HttpResponse:
        field = (
            [{"field": error.field, "reason": told(error)}] if isinstance(error, BadInput) else None
        )
        response = problem_of(_STATUS.get(type(error), 400), told(error), field)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.wait_seconds)
        return response

    @api.exception_handler(ValidationError)
    def unfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [
            {"field": ".".join(str(part) for part in each["loc"][1:]), "reason": each["msg"]}
            for each in error.errors[:_MOST_ERRORS]
        ]
        return problem_of(422, _("The fields named in errors cannot be used."), errors)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return problem_of(401, _("Send a key in the header Authorization: Bearer."))

    @api.exception_handler(Http404)
    def absent(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem_of(404, _("There is no such address."))

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return problem_of(413, _("The batch is too big; send fewer rows at once."))

    @api.exception_handler(OperationalError)
    def busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
        log.error("the database did not answer a call", path=request.path)
        response = problem_of(503, _("The database is busy. Send the call again in a moment."))
        response.headers["Retry-After"] = str(_BUSY_SECONDS)
        return response

    @api.exception_handler(Exception)
    def failed(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("a call failed", path=request.path, error=type(error).__name__)
        return problem_of(500, _("Something went wrong on our side. Try again in a minute."))

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem_of(error.status_code, str(error))


class MethodProblems:
    """Middleware: what the API does not take is answered as a problem document, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        found = request.resolver_match
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or not found:
            return response
        if "open-api" not in found.namespaces:
            return response
        allowed = response.headers["Allow"]
        problem = problem_of(405, _("This address takes {methods} only.").format(methods=allowed))
        problem.headers["Allow"] = allowed
        return problem


def problem_of(
    status: int, detail: str, errors: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """A problem document as a response."""
    problem = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=errors,
    )
    response = HttpResponse(
        problem.model_dump_json(exclude_none=True),
        status=status,
        content_type=PROBLEM_TYPE,
    )
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
