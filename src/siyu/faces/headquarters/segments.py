"""Segments: who belongs, by which conditions, and what to do with them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from siyu.analytics.conditions import NUMBERS
from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.exports import csv_of
from siyu.faces.headquarters.conditions import (
    LABELS,
    TESTS,
    Line,
    Lines,
    audience_of,
    changed,
    choices_of,
    lines_from,
    lines_of,
    sentence_of,
)
from siyu.faces.portraits import STATES
from siyu.faces.signals import kind_of
from siyu.foundation.crypto import mask_name
from siyu.foundation.errors import BadInput
from siyu.foundation.money import from_minor
from siyu.rooms.customers.queries import keys_of_customers, names_of_customers
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of, today_in
from siyu.rooms.outreach.actions import add_playbook, retire_segment
from siyu.rooms.outreach.queries import playbooks_of
from siyu.rooms.segments.actions import create_segment, edit_segment, note_export
from siyu.rooms.segments.queries import (
    days_of_segment,
    find_segment,
    members_of,
    segments_of,
    size_of,
    size_of_all,
)
from siyu.rooms.segments.types import SegmentView
from siyu.rooms.sellers.queries import sellers_of_ids

_REFUSED = 422
_SHOWN = 20
_BATCH = 500
_EXPORTED = 100_000
_CHART_DAYS = 90


@page(Right.SEE_OVERVIEW)
def segments(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every segment with its size and who came and went last night."""
    choices = choices_of(viewer=viewer)
    program = program_of(program_id=viewer.program_id)
    shown = {
        "program": program,
        "published": publication_of(program_id=viewer.program_id),
        "rows": [
            {
                "segment": each,
                "words": sentence_of(
                    audience=each.audience, choices=choices, currency=program.currency
                ),
            }
            for each in segments_of(viewer=viewer)
        ],
        "may_edit": viewer.may(Right.EDIT_SEGMENTS),
        "section": "segments",
    }
    return render(request, "headquarters/segments.html", shown)


@page(Right.EDIT_SEGMENTS, methods=("GET", "POST"))
def new(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """A new segment: conditions with a live count, then a name."""
    return _page_of(request, viewer, None)


@page(Right.SEE_OVERVIEW, methods=("GET", "POST"))
def segment(request: HttpRequest, segment_id: int, *, viewer: Viewer) -> HttpResponse:
    """One segment: its conditions, its size night by night, and its members."""
    found = find_segment(viewer=viewer, segment_id=segment_id)
    if request.method == "POST":
        viewer.require(Right.EDIT_SEGMENTS)
    return _page_of(request, viewer, found)


@page(Right.EDIT_SEGMENTS, methods=("POST",))
def conditions(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The form's conditions after a button or a change, with the count of who meets them."""
    lines = changed(lines=lines_of(posted=request.POST), command=request.POST.get("do", ""))
    return render(request, "headquarters/_conditions.html", _with_count(viewer, lines))


@page(Right.EDIT_SEGMENTS, methods=("POST",))
def retire(request: HttpRequest, segment_id: int, *, viewer: Viewer) -> HttpResponse:
    """Put a segment away."""
    retire_segment(viewer=viewer, segment_id=segment_id)
    messages.success(request, _("Put away. Its numbers are kept."))
    return redirect("segments")


@page(Right.EDIT_PLAYBOOKS, methods=("POST",))
def contact(request: HttpRequest, segment_id: int, *, viewer: Viewer) -> HttpResponse:
    """A playbook for the members of a segment."""
    playbook_id = add_playbook(viewer=viewer, segment_id=segment_id)
    messages.success(request, _("Here is its playbook. Write the words, then put it in use."))
    return redirect("playbook", playbook_id=playbook_id)


@page(Right.SEE_CUSTOMERS)
def export(request: HttpRequest, segment_id: int, *, viewer: Viewer) -> StreamingHttpResponse:
    """The members as of the last night, as CSV; at most 100,000, the most valuable first."""
    found = find_segment(viewer=viewer, segment_id=segment_id)
    note_export(viewer=viewer, segment_id=segment_id)
    rows = members_of(viewer=viewer, audience=found.audience, limit=_EXPORTED)
    return csv_of(name="segment", rows=_exported(viewer, rows))


def _page_of(request: HttpRequest, viewer: Viewer, found: SegmentView | None) -> HttpResponse:
    lines = lines_from(viewer=viewer, audience=found.audience) if found else [[Line()]]
    error: BadInput | None = None
    if request.method == "POST":
        lines = changed(lines=lines_of(posted=request.POST), command=request.POST.get("do", ""))
        if request.POST.get("do") == "save":
            try:
                return _saved(request, viewer, found, lines)
            except BadInput as refused:
                error = refused
    may_see = viewer.may(Right.SEE_CUSTOMERS)
    may_edit = viewer.may(Right.EDIT_SEGMENTS)
    form = _with_count(viewer, lines) if may_edit else _form(viewer, lines)
    shown = form | {
        "segment": found,
        "name": request.POST.get("name", found.name if found else ""),
        "note": request.POST.get("note", found.note if found else ""),
        "is_tag": "is_tag" in request.POST if request.POST else bool(found and found.is_tag),
        "error": told(error) if error else "",
        "error_field": error.field if error else "",
        "members": _members(viewer, found) if found and may_see else [],
        "chart": _chart(viewer, found) if found else None,
        "playbooks": [each for each in _playbooks(viewer) if found and each["of"] == found.id],
        "may_edit": may_edit,
        "may_export": may_see,
        "is_cut": bool(found and found.last and found.last.members > _EXPORTED),
        "most_exported": _EXPORTED,
        "section": "segments",
    }
    if found:
        choices = shown["choices"]
        currency = shown["program"].currency
        shown["words"] = sentence_of(audience=found.audience, choices=choices, currency=currency)
    status = _REFUSED if error else 200
    return render(request, "headquarters/segment.html", shown, status=status)


def _saved(
    request: HttpRequest, viewer: Viewer, found: SegmentView | None, lines: Lines
) -> HttpResponse:
    name, note = request.POST.get("name", ""), request.POST.get("note", "")
    audience = audience_of(viewer=viewer, lines=lines)
    given: dict[str, Any] = {
        "name": name,
        "note": note,
        "audience": audience,
        "is_tag": "is_tag" in request.POST,
    }
    if found:
        segment_id = found.id
        edit_segment(viewer=viewer, segment_id=segment_id, **given)
    else:
        segment_id = create_segment(viewer=viewer, **given)
    messages.success(request, _("Saved. The next night dates who comes and who goes."))
    return redirect("segment", segment_id=segment_id)


def _form(viewer: Viewer, lines: Lines) -> dict[str, Any]:
    return {
        "program": program_of(program_id=viewer.program_id),
        "published": publication_of(program_id=viewer.program_id),
        "lines": lines,
        "labels": LABELS,
        "tests": TESTS,
        "numbers": NUMBERS,
        "choices": choices_of(viewer=viewer),
    }


def _with_count(viewer: Viewer, lines: Lines) -> dict[str, Any]:
    size, problem = None, ""
    try:
        size = size_of(viewer=viewer, audience=audience_of(viewer=viewer, lines=lines))
    except BadInput as error:
        problem = told(error)
    everyone = size_of_all(viewer=viewer)
    share_ppm = size["customers"] * 1_000_000 // everyone if size and everyone else None
    return _form(viewer, lines) | {"size": size, "problem": problem, "share_ppm": share_ppm}


def _members(viewer: Viewer, found: SegmentView) -> list[dict[str, Any]]:
    rows = members_of(viewer=viewer, audience=found.audience, limit=_SHOWN).to_pylist()
    names = names_of_customers(viewer=viewer, customer_ids=[row["customer_id"] for row in rows])
    return [
        row | {"name": mask_name(names.get(row["customer_id"]))}
        for row in _with_sellers(viewer, rows)
    ]


def _with_sellers(viewer: Viewer, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    asked = {row["seller_id"] for row in rows if row["seller_id"]}
    sellers = sellers_of_ids(viewer=viewer, seller_ids=asked)
    stores = names_of_units(unit_ids={each.unit_id for each in sellers.values()})
    found = []
    for row in rows:
        seller = sellers.get(row["seller_id"])
        more = {
            "seller": seller,
            "store": stores.get(seller.unit_id, "") if seller else "",
            "state_word": STATES[row["state"]],
        }
        found.append(row | more)
    return found


def _exported(viewer: Viewer, rows: pa.Table) -> Iterator[Sequence[Any]]:
    currency = program_of(program_id=viewer.program_id).currency
    yield (
        _("Customer"),
        _("Seller"),
        _("Store"),
        _("Life-cycle state"),
        _("Orders"),
        _("Spend"),
        _("Last purchase"),
        _("Expected within 30 days"),
    )
    for batch in rows.to_batches(max_chunksize=_BATCH):
        some = _with_sellers(viewer, batch.to_pylist())
        ids = [row["customer_id"] for row in some]
        keys = keys_of_customers(viewer=viewer, customer_ids=ids)
        for row in some:
            yield (
                keys.get(row["customer_id"], ""),
                row["seller"].key if row["seller"] else "",
                row["store"],
                str(row["state_word"]),
                row["orders"],
                from_minor(row["spend_minor"], currency),
                row["last_on"] or "",
                from_minor(row["expected_value_minor"], currency),
            )


def _chart(viewer: Viewer, found: SegmentView) -> dict[str, Any] | None:
    since = today_in(program_id=viewer.program_id) - timedelta(days=_CHART_DAYS)
    days = days_of_segment(viewer=viewer, segment_id=found.id, since=since)
    if len(days) < len(("first", "second")):
        return None
    return {
        "days": [day.on.strftime("%m-%d") for day in days],
        "series": [{"name": _("Members"), "values": [day.members for day in days]}],
    }


def _playbooks(viewer: Viewer) -> list[dict[str, Any]]:
    on = today_in(program_id=viewer.program_id)
    return [
        {
            "of": each.segment_id,
            "id": each.id,
            "kind": kind_of(each.signal, each.name),
            "is_enabled": each.is_enabled,
        }
        for each in playbooks_of(viewer=viewer, on=on)
    ]
