"""Communities: whose they are, since when, and which of them go on."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.exports import csv_of
from siyu.faces.paging import page_number
from siyu.rooms.communities.queries import communities_page
from siyu.rooms.communities.types import CommunityView
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.sellers.queries import sellers_of_ids

STATES = {"open": gettext_lazy("Going on"), "ended": gettext_lazy("Ended")}
_SIZE, _BATCH = 20, 500
# Ids have 18 digits; a number of 20 fits into no 64 bits.
_ID_DIGITS = 20


@page(Right.SEE_SELLERS)
def communities(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The list, the newest first: found by number or name, by state, by seller."""
    asked = _asked(request)
    number = page_number(request)
    found, count = communities_page(viewer=viewer, page=number, size=_SIZE, **asked)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": _with_owners(viewer, found),
        "count": count,
        "find": asked["find"],
        "state": request.GET.get("state", ""),
        "states": STATES,
        "is_filtered": any(value not in ("", None) for value in asked.values()),
        "page": number,
        "pages": max(-(-count // _SIZE), 1),
        "section": "communities",
    }
    return render(request, "headquarters/communities.html", shown)


@page(Right.SEE_SELLERS)
def export(request: HttpRequest, *, viewer: Viewer) -> StreamingHttpResponse:
    """The whole list as CSV, as it is asked for."""
    found, _count = communities_page(viewer=viewer, size=None, **_asked(request))
    program = program_of(program_id=viewer.program_id)
    return csv_of(name="communities", rows=_lines(viewer, found, program))


def _asked(request: HttpRequest) -> dict[str, Any]:
    state, seller = request.GET.get("state", ""), request.GET.get("seller", "")
    is_id = seller.isascii() and seller.isdigit() and len(seller) < _ID_DIGITS
    return {
        "find": request.GET.get("find", "").strip(),
        "is_open": state == "open" if state in STATES else None,
        "seller_id": int(seller) if is_id else None,
    }


def _with_owners(viewer: Viewer, found: Sequence[CommunityView]) -> list[dict[str, Any]]:
    people = sellers_of_ids(viewer=viewer, seller_ids={each.seller_id for each in found})
    stores = names_of_units(unit_ids={each.unit_id for each in people.values()})
    return [
        {
            "community": each,
            "seller": people[each.seller_id],
            "store": stores.get(people[each.seller_id].unit_id, ""),
            "lasted_days": (each.ended_at - each.opened_at).days if each.ended_at else None,
        }
        for each in found
        if each.seller_id in people
    ]


def _lines(
    viewer: Viewer, found: list[CommunityView], program: ProgramView
) -> Iterator[Sequence[Any]]:
    yield (
        _("Community number"),
        _("Name"),
        _("Theme"),
        _("Owner"),
        _("Store"),
        _("Set up"),
        _("Dissolved"),
        _("Members"),
    )
    for start in range(0, len(found), _BATCH):
        for row in _with_owners(viewer, found[start : start + _BATCH]):
            each = row["community"]
            yield (
                each.key,
                each.name,
                each.theme,
                row["seller"].key,
                row["store"],
                program.day_of(each.opened_at),
                program.day_of(each.ended_at) if each.ended_at else "",
                "" if each.members is None else each.members,
            )
