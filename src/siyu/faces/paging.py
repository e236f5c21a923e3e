"""Which page of a list an address asks for."""

from django.http import HttpRequest

_MOST_DIGITS = 6


def page_number(request: HttpRequest) -> int:
    """The page that is asked for, from 1; the first one where the address names no page."""
    asked = request.GET.get("page", "")
    if not asked.isdecimal() or len(asked) > _MOST_DIGITS:
        return 1
    return max(int(asked), 1)
