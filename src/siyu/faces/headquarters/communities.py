"""Communities: whose they are, since when, and which of them go on."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.exports import csv_of
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.foundation.clock import utc_now
from siyu.rooms.communities.queries import communities_page
from siyu.rooms.communities.types import CommunityView
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.sellers.queries import sellers_of_ids

STATES = {"open": gettext_lazy("Going on"), "ended": gettext_lazy("Ended")}
_SIZE, _BATCH = 20, 1_000


@page(Right.SEE_SELLERS)
def communities(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The list, the newest first: found by number or name, by state, by seller."""
    asked = _asked(request)
    number = page_number(request)
    found, total = communities_page(viewer=viewer, now=utc_now(), page=number, size=_SIZE, **asked)
    owners = sellers_of_ids(viewer=viewer, seller_ids=[asked["seller_id"] or 0])
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": _with_owners(viewer, found),
        "count": total,
        "find": asked["find"],
        "state": request.GET.get("state", ""),
        "states": STATES,
        "owner": owners.get(asked["seller_id"] or 0),
        "is_filtered": any(value not in ("", None) for value in asked.values()),
        "page": number,
        "pages": max(-(-total // _SIZE), 1),
        "section": "communities",
    }
    return render(request, "headquarters/communities.html", shown)


@page(Right.SEE_SELLERS)
def export(request: HttpRequest, *, viewer: Viewer) -> StreamingHttpResponse:
    """The whole list as CSV, as it is asked for."""
    rows = _lines(viewer, program_of(program_id=viewer.program_id), _asked(request))
    return csv_of(name="communities", rows=rows)


def _asked(request: HttpRequest) -> dict[str, Any]:
    state = request.GET.get("state", "")
    return {
        "find": request.GET.get("find", "").strip(),
        "is_open": state == "open" if state in STATES else None,
        "seller_id": whole_number(request.GET.get("seller", "")),
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


def _lines(viewer: Viewer, program: ProgramView, asked: dict[str, Any]) -> Iterator[Sequence[Any]]:
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
    now = utc_now()
    for number in count(1):
        found, _all = communities_page(viewer=viewer, now=now, page=number, size=_BATCH, **asked)
        if not found:
            return
        for row in _with_owners(viewer, found):
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
