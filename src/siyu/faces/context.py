"""What every template may show."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def siyu(request: HttpRequest) -> dict[str, Any]:
    """The viewer, the languages, and which colour a rise has."""
    return {
        "viewer": getattr(request, "viewer", None),
        "languages": settings.LANGUAGES,
        "red_rises": settings.SIYU_RED_RISES,
    }
