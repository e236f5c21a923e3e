"""What every template may show."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from siyu.rooms.organization.queries import grants_of
from siyu.rooms.organization.types import GrantView


def siyu(request: HttpRequest) -> dict[str, Any]:
    """The viewer, the programs open to her, the languages, and which colour a rise has."""
    return {
        "grants": SimpleLazyObject(lambda: _grants(request)),
        "viewer": getattr(request, "viewer", None),
        "languages": settings.LANGUAGES,
        "red_rises": settings.SIYU_RED_RISES,
    }


def _grants(request: HttpRequest) -> list[GrantView]:
    return grants_of(staff_id=request.user.pk) if request.user.is_authenticated else []
