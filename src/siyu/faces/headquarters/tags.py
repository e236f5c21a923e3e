"""Tags: what sellers may put on customers, and whether purchases bear it out."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.foundation.errors import BadInput
from siyu.rooms.catalog.queries import brands_in, categories_in
from siyu.rooms.customers.actions import create_tag, edit_tag, retire_tag
from siyu.rooms.customers.queries import tags_of
from siyu.rooms.customers.types import LONGEST_FRESH_DAYS
from siyu.rooms.insights.queries import publication_of, tag_truth_by_seller, tag_truth_of
from siyu.rooms.insights.types import TagTruth
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.sellers.queries import sellers_of_ids

_REFUSED = 422
_SIZE = 20
_FRESH_DAYS = "180"


@page(Right.SEE_SELLERS)
def tags(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every tag with its truth and coverage, and the sellers who cover least."""
    return _shown(request, viewer)


@page(Right.EDIT_SEGMENTS, methods=("POST",))
def new(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Add a tag."""
    kind, _dash, number = request.POST.get("claim", "").partition("-")
    known = {
        "category": categories_in(program_id=viewer.program_id),
        "brand": brands_in(program_id=viewer.program_id),
    }
    claimed = whole_number(number)
    claim = claimed if claimed in known.get(kind, {}) else None
    try:
        create_tag(
            viewer=viewer,
            name=request.POST.get("name", ""),
            fresh_days=_days(request),
            category_id=claim if kind == "category" else None,
            brand_id=claim if kind == "brand" else None,
        )
    except BadInput as refused:
        return _shown(request, viewer, refused)
    messages.success(request, _("Added. Sellers find it on their customers' pages."))
    return redirect("tags")


@page(Right.EDIT_SEGMENTS, methods=("POST",))
def save(request: HttpRequest, tag_id: int, *, viewer: Viewer) -> HttpResponse:
    """Rename a tag, or change how long it stays fresh."""
    try:
        edit_tag(
            viewer=viewer,
            tag_id=tag_id,
            name=request.POST.get("name", ""),
            fresh_days=_days(request),
        )
    except BadInput as refused:
        return _shown(request, viewer, refused)
    messages.success(request, _("Saved."))
    return redirect("tags")


@page(Right.EDIT_SEGMENTS, methods=("POST",))
def retire(request: HttpRequest, tag_id: int, *, viewer: Viewer) -> HttpResponse:
    """Put a tag away."""
    retire_tag(viewer=viewer, tag_id=tag_id)
    messages.success(request, _("Put away. It counts nowhere from the next night on."))
    return redirect("tags")


def _days(request: HttpRequest) -> int:
    return whole_number(request.POST.get("fresh_days", "")) or 0


def _shown(request: HttpRequest, viewer: Viewer, refused: BadInput | None = None) -> HttpResponse:
    categories = categories_in(program_id=viewer.program_id)
    brands = brands_in(program_id=viewer.program_id)
    truths = tag_truth_of(viewer=viewer)
    asked = page_number(request)
    sellers, count = _sellers(viewer, asked)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "published": publication_of(program_id=viewer.program_id),
        "rows": [
            {
                "tag": tag,
                "claims": categories.get(tag.category_id or 0) or brands.get(tag.brand_id or 0, ""),
                "truth": truths.get(tag.id),
            }
            for tag in tags_of(viewer=viewer)
        ],
        "sellers": sellers,
        "page": asked,
        "pages": max(-(-count // _SIZE), 1),
        "categories": categories,
        "brands": brands,
        "may_edit": viewer.may(Right.EDIT_SEGMENTS),
        "longest": LONGEST_FRESH_DAYS,
        "name": request.POST.get("name", ""),
        "fresh_days": request.POST.get("fresh_days", _FRESH_DAYS),
        "error": told(refused) if refused else "",
        "error_field": refused.field if refused else "",
        "section": "tags",
    }
    return render(request, "headquarters/tags.html", shown, status=_REFUSED if refused else 200)


def _sellers(viewer: Viewer, asked: int) -> tuple[list[dict[str, Any]], int]:
    """Sellers whose customers buy what a tag claims, who covers least first."""
    found = [each for each in tag_truth_by_seller(viewer=viewer).items() if each[1].buyers]
    found.sort(key=lambda each: (each[1].coverage_ppm or 0, -each[1].buyers, each[0]))
    shown: list[tuple[int, TagTruth]] = found[(asked - 1) * _SIZE : asked * _SIZE]
    people = sellers_of_ids(viewer=viewer, seller_ids=[seller_id for seller_id, _truth in shown])
    stores = names_of_units(unit_ids=[each.unit_id for each in people.values()])
    rows = [
        {
            "seller": people[seller_id],
            "store": stores.get(people[seller_id].unit_id, ""),
            "truth": truth,
        }
        for seller_id, truth in shown
        if seller_id in people
    ]
    return rows, len(found)
