"""Where sellers came from, who brought them, and what became of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.exports import csv_of
from siyu.faces.paging import page_number
from siyu.foundation.money import from_minor
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.reports.queries import inviters_of, origins_of
from siyu.rooms.reports.types import OriginView
from siyu.rooms.sellers.queries import sellers_of_ids

_SIZE = 20
_MILLION = 1_000_000


@page(Right.SEE_SELLERS)
def origins(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """What became of sellers by origin, and those who invited others."""
    asked = page_number(request)
    inviters, count = inviters_of(viewer=viewer, page=asked, size=_SIZE)
    found = origins_of(viewer=viewer)
    people = sellers_of_ids(viewer=viewer, seller_ids=[row["seller_id"] for row in inviters])
    stores = names_of_units(unit_ids=[each.unit_id for each in people.values()])
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "published": publication_of(program_id=viewer.program_id),
        "rows": [_row(each) for each in found],
        "told": any(each.origin or each.is_invited for each in found),
        "inviters": [
            {
                **row,
                "seller": people[row["seller_id"]],
                "store": stores.get(people[row["seller_id"]].unit_id, ""),
            }
            for row in inviters
            if row["seller_id"] in people
        ],
        "count": count,
        "page": asked,
        "pages": max(-(-count // _SIZE), 1),
        "section": "sellers",
    }
    return render(request, "headquarters/origins.html", shown)


@page(Right.SEE_SELLERS)
def export(request: HttpRequest, *, viewer: Viewer) -> StreamingHttpResponse:
    """The table of origins as CSV."""
    currency = program_of(program_id=viewer.program_id).currency
    return csv_of(name="origins", rows=_lines(origins_of(viewer=viewer), currency))


def _row(view: OriginView) -> dict[str, Any]:
    return {
        "view": view,
        "sold_ppm": _share(view.sold_30, view.known_30),
        "selling_ppm": _share(view.selling, view.sellers),
        "lost_ppm": _share(view.lost, view.sellers),
        "each_minor": view.gmv_minor // view.selling if view.selling else None,
    }


def _share(part: int, whole: int) -> int | None:
    return part * _MILLION // whole if whole else None


def _lines(views: list[OriginView], currency: str) -> Iterator[Sequence[Any]]:
    yield (
        _("Origin"),
        _("Invited by a seller"),
        _("Sellers"),
        _("Joined within 90 days"),
        _("Joined 30 days ago or longer"),
        _("Sold within 30 days of joining"),
        _("Sold in the last 30 days"),
        _("Sales, 30 days"),
        _("Lost"),
    )
    for each in views:
        yield (
            each.origin or _("Not told"),
            _("yes") if each.is_invited else _("no"),
            each.sellers,
            each.recent,
            each.known_30,
            each.sold_30,
            each.selling,
            from_minor(each.gmv_minor, currency),
            each.lost,
        )
