"""Who calls: a key, what it opens, and how its program is looked at."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotAllowed
from siyu.rooms.operations.actions import use_api_key
from siyu.rooms.operations.types import ApiKeyView, ApiScope, Right, Scope, Viewer

_RIGHTS = {
    ApiScope.WRITE_CUSTOMERS: {Right.IMPORT_FILES},
    ApiScope.WRITE_SELLERS: {Right.IMPORT_FILES},
    ApiScope.WRITE_PRODUCTS: {Right.IMPORT_FILES},
    ApiScope.WRITE_ORDERS: {Right.IMPORT_FILES},
    ApiScope.WRITE_FOLLOWS: {Right.IMPORT_FILES},
    ApiScope.WRITE_COMMUNITIES: {Right.IMPORT_FILES},
    ApiScope.READ_TASKS: {Right.SEE_CUSTOMERS, Right.SEE_SELLERS},
    ApiScope.READ_PORTRAITS: {Right.SEE_CUSTOMERS, Right.SEE_SELLERS},
    ApiScope.READ_SELLERS: {Right.SEE_SELLERS},
    ApiScope.READ_METRICS: {Right.SEE_OVERVIEW},
    ApiScope.READ_SEGMENTS: {Right.SEE_OVERVIEW, Right.SEE_CUSTOMERS},
    ApiScope.READ_PAY: {Right.SETTLE, Right.SEE_LEDGER, Right.SEE_SELLERS},
}


class NoKey(NotAllowed):
    """The call bears no key that is valid."""


class KeyAuth(HttpBearer):
    """A key in the header ``Authorization: Bearer``."""

    openapi_description = "A key of headquarters, page API keys."

    def authenticate(self, request: HttpRequest, token: str) -> ApiKeyView:
        """The key, with this call counted; raises NoKey, TooMany."""
        try:
            return use_api_key(token=token, now=utc_now())
        except NotAllowed as error:
            raise NoKey("This is no valid key. Ask headquarters for one.") from error


def opens(scope: ApiScope) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An operation for keys with a scope; it finds the viewer at ``request.viewer``.

    A query parameter that it does not know is refused: a misspelt cursor would begin anew.
    """

    def decorate(operation: Callable[..., Any]) -> Callable[..., Any]:
        known = set(signature(operation).parameters) - {"request"}

        @wraps(operation)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            key: ApiKeyView = request.auth  # type: ignore[attr-defined]
            if scope not in key.scopes:
                raise NotAllowed("This key does not open {scope}.", scope=scope.value)
            for name in set(request.GET) - known:
                raise BadInput(name, "There is no such parameter; look at /api/docs.")
            request.viewer = _viewer(key, scope)  # type: ignore[attr-defined]
            return operation(request, *args, **kwargs)

        return guarded

    return decorate


def _viewer(key: ApiKeyView, scope: ApiScope) -> Viewer:
    return Viewer(
        staff_id=None,
        program_id=key.program_id,
        role="api key",
        scope=Scope.PROGRAM,
        rights=frozenset(_RIGHTS[scope]),
    )
