"""How long answers go page by page: a cursor is the id after which the next page begins."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query

from siyu.faces.numbers import whole_number
from siyu.rooms.operations.types import Viewer

USUAL = 100
_MOST, _LAST = 500, 2**63 - 1
Cursor = Annotated[
    str, Query(pattern=r"^[0-9]{0,19}$", description="What the page before gave as next_cursor.")
]
Limit = Annotated[int, Query(ge=1, le=_MOST)]


def viewer_of_call(request: HttpRequest) -> Viewer:
    """How the key of a call looks at its program."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def after(cursor: str) -> int:
    """The id after which a page begins; a number that no id can be is after all of them."""
    if not cursor:
        return 0
    found = whole_number(cursor)
    return _LAST if found is None else found


def next_cursor(ids: list[int], limit: int) -> str | None:
    """The id of the last row shown, where one more was found than is shown."""
    return str(ids[limit - 1]) if len(ids) > limit else None
