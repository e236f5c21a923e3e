"""Dispatched tasks: what sellers are asked to do, and how far they came."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from siyu.analytics.conditions import Condition
from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.exports import csv_of
from siyu.faces.headquarters.dispatch_report import (
    by_region,
    by_seller,
    exported,
    reasons,
    standing,
)
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.faces.work import LEFT_OUT
from siyu.foundation.clock import to_utc, utc_now, zone
from siyu.foundation.errors import BadInput
from siyu.rooms.content.queries import newest_templates
from siyu.rooms.content.types import PLACEHOLDERS
from siyu.rooms.dispatch.actions import (
    cancel_dispatch,
    hand_out_again,
    note_export,
    remind_sellers,
    send_dispatch,
)
from siyu.rooms.dispatch.queries import (
    dispatches_page,
    find_dispatch,
    progress_by_unit,
)
from siyu.rooms.dispatch.types import (
    MOST_PER_SELLER,
    Draft,
    LeftOut,
)
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import (
    names_of_staff,
    names_of_units,
    program_of,
    units_below,
    units_under,
)
from siyu.rooms.organization.types import ProgramView, UnitKind
from siyu.rooms.segments.queries import segments_of, size_of
from siyu.rooms.sellers.queries import working_sellers_in

_REFUSED = 422
_SIZE = 20
_LASTS = timedelta(days=3)
_PER_SELLER = 20
_FIELDS = frozenset(
    {
        "key",
        "title",
        "body",
        "due_at",
        "units",
        "segment",
        "per_seller",
        "asks_reason",
        "words",
    }
)


@page(Right.DISPATCH_TASKS)
def dispatches(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """What was dispatched, newest first, with how far it came."""
    program = program_of(program_id=viewer.program_id)
    asked = page_number(request)
    rows, count = dispatches_page(viewer=viewer, now=utc_now(), page=asked, size=_SIZE)
    names = _segment_names(viewer)
    shown = {
        "program": program,
        "rows": [
            standing(found=row, now=utc_now()) | {"whom": names.get(str(row.segment_id), "")}
            for row in rows
        ],
        "page": asked,
        "pages": max(-(-count // _SIZE), 1),
        "section": "dispatches",
    }
    return render(request, "headquarters/dispatches.html", shown)


@page(Right.DISPATCH_TASKS, methods=("GET", "POST"))
def new(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The form of a new dispatch; what cannot be sent comes back as it was."""
    error: BadInput | None = None
    if request.method == "POST":
        try:
            dispatch_id = send_dispatch(viewer=viewer, draft=_draft(request, viewer), now=utc_now())
        except BadInput as refused:
            error = refused
        else:
            messages.success(request, _("Sent. Sellers find it on their page of today."))
            return redirect("dispatch", dispatch_id=dispatch_id)
    program = program_of(program_id=viewer.program_id)
    entered = request.POST
    ends = utc_now().astimezone(zone(program.zone)) + _LASTS
    shown = {
        "program": program,
        "entered": entered,
        "key": entered.get("key", uuid4().hex),
        "due_at": entered.get("due_at", ends.strftime("%Y-%m-%dT18:00")),
        "per_seller": entered.get("per_seller", str(_PER_SELLER)),
        "most": MOST_PER_SELLER,
        "units": _units(viewer),
        "ticked": entered.getlist("units"),
        "segments": _segment_names(viewer),
        "segment_id": entered.get("segment", request.GET.get("segment", "")),
        "placeholders": [f"{{{name}}}" for name in PLACEHOLDERS],
        "error": told(error) if error else "",
        "error_field": error.field if error else "",
        "reach": _reach(request, viewer),
        "section": "dispatches",
    }
    status = _REFUSED if error else 200
    return render(request, "headquarters/dispatch_new.html", shown, status=status)


@page(Right.DISPATCH_TASKS, methods=("POST",))
def reach(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """How many a dispatch would reach, while its form is filled in."""
    return render(request, "headquarters/_dispatch_reach.html", {"reach": _reach(request, viewer)})


@page(Right.DISPATCH_TASKS)
def dispatch(request: HttpRequest, dispatch_id: int, *, viewer: Viewer) -> HttpResponse:
    """One dispatch: how far each region, store and person came, and what customers said."""
    now = utc_now()
    found = find_dispatch(viewer=viewer, dispatch_id=dispatch_id, now=now)
    asked = whole_number(request.GET.get("unit", ""))
    units = progress_by_unit(viewer=viewer, dispatch_id=dispatch_id, now=now)
    program = program_of(program_id=viewer.program_id)
    words = newest_templates(
        program_id=program.id, codes=[found.template_code], language=get_language() or "zh-hans"
    )
    shown = standing(found=found, now=now) | {
        "program": program,
        "whom": _segment_names(viewer).get(str(found.segment_id), ""),
        "where": sorted(names_of_units(unit_ids=found.unit_ids).values()),
        "words": words[found.template_code].text if found.template_code in words else "",
        "sender": names_of_staff(staff_ids=[found.created_by_id]).get(found.created_by_id, "")
        if found.created_by_id
        else "",
        "left_out": [
            {"word": LEFT_OUT[LeftOut(name)], "customers": count}
            for name, count in sorted(found.left_out.items(), key=lambda item: -item[1])
        ],
        "regions": by_region(viewer=viewer, units=units),
        "sellers": by_seller(viewer=viewer, dispatch_id=dispatch_id, unit_id=asked, now=now)
        if asked in units
        else [],
        "store": names_of_units(unit_ids=[asked]).get(asked, "") if asked in units else "",
        "reasons": reasons(viewer=viewer, dispatch_id=dispatch_id),
        "may_end": not found.is_cancelled and found.due_at > now,
        "section": "dispatches",
    }
    partial = request.headers.get("HX-Request-Type") == "partial"
    template = "_dispatch_progress" if partial else "dispatch"
    response = render(request, f"headquarters/{template}.html", shown)
    if partial and not shown["is_moving"]:
        response.headers["HX-Refresh"] = "true"
    return response


@page(Right.DISPATCH_TASKS, methods=("POST",))
def remind(request: HttpRequest, dispatch_id: int, *, viewer: Viewer) -> HttpResponse:
    """Remind those who have something open."""
    sellers = remind_sellers(viewer=viewer, dispatch_id=dispatch_id, now=utc_now())
    messages.success(
        request,
        ngettext("{n} seller was reminded.", "{n} sellers were reminded.", sellers).format(
            n=sellers
        ),
    )
    return redirect("dispatch", dispatch_id=dispatch_id)


@page(Right.DISPATCH_TASKS, methods=("POST",))
def again(request: HttpRequest, dispatch_id: int, *, viewer: Viewer) -> HttpResponse:
    """Go on handing out what could not be handed out whole."""
    hand_out_again(viewer=viewer, dispatch_id=dispatch_id, now=utc_now())
    return redirect("dispatch", dispatch_id=dispatch_id)


@page(Right.DISPATCH_TASKS, methods=("POST",))
def cancel(request: HttpRequest, dispatch_id: int, *, viewer: Viewer) -> HttpResponse:
    """Take a dispatch back."""
    cancel_dispatch(viewer=viewer, dispatch_id=dispatch_id, now=utc_now())
    messages.success(request, _("Taken back. What was done stays in the figures."))
    return redirect("dispatch", dispatch_id=dispatch_id)


@page(Right.DISPATCH_TASKS)
def export(request: HttpRequest, dispatch_id: int, *, viewer: Viewer) -> StreamingHttpResponse:
    """Every assignment within reach as CSV."""
    now = utc_now()
    found = find_dispatch(viewer=viewer, dispatch_id=dispatch_id, now=now)
    note_export(viewer=viewer, dispatch_id=dispatch_id)
    return csv_of(name="dispatch", rows=exported(viewer=viewer, found=found, now=now))


def _draft(request: HttpRequest, viewer: Viewer) -> Draft:
    posted = request.POST
    program = program_of(program_id=viewer.program_id)
    segment_id = whole_number(posted.get("segment", ""))
    per_seller = whole_number(posted.get("per_seller", "")) if segment_id else _PER_SELLER
    return Draft(
        key=_key(request),
        title=posted.get("title", ""),
        body=posted.get("body", ""),
        due_at=_moment(posted.get("due_at", ""), program),
        unit_ids=_ticked(request),
        segment_id=segment_id,
        per_seller=per_seller or 0,
        asks_reason=bool(segment_id) and "asks_reason" in posted,
        words=posted.get("words", "") if segment_id else "",
    )


def _key(request: HttpRequest) -> str:
    """The same for the same form sent twice, another where it was changed in between."""
    fields = sorted((name, request.POST.getlist(name)) for name in request.POST if name in _FIELDS)
    return hashlib.sha256(repr(fields).encode()).hexdigest()


def _moment(text: str, program: ProgramView) -> datetime:
    try:
        return to_utc(datetime.fromisoformat(text).replace(tzinfo=None), program.zone)
    except (ValueError, OverflowError) as error:
        raise BadInput("due_at", "Give the deadline as a date and a time.") from error


def _ticked(request: HttpRequest) -> tuple[int, ...]:
    asked = (whole_number(each) for each in request.POST.getlist("units"))
    return tuple(each for each in asked if each is not None)


def _reach(request: HttpRequest, viewer: Viewer) -> dict[str, int] | None:
    """Sellers meant, and customers who may be contacted where a segment is chosen."""
    below = units_below(viewer=viewer)
    ticked = [each for each in _ticked(request) if each in below]
    meant = {unit for each in ticked or below for unit in below[each]}
    found = {"sellers": working_sellers_in(viewer=viewer, unit_ids=meant)}
    chosen = request.POST.get("segment", request.GET.get("segment", ""))
    segments = segments_of(viewer=viewer) if viewer.scope is Scope.PROGRAM and chosen else []
    audience = next((each.audience for each in segments if str(each.id) == chosen), None)
    if audience is not None:
        if ticked:
            audience = (*audience, (Condition(field="unit_id", values=tuple(sorted(ticked))),))
        size = size_of(viewer=viewer, audience=audience)
        found["customers"] = size["reachable"] if size else 0
    return found


@dataclass(frozen=True)
class Choice:
    """A region or store to tick; a region with its stores."""

    id: str
    name: str
    stores: list["Choice"] = field(default_factory=list)


def _units(viewer: Viewer) -> list[Choice]:
    """Regions with their stores; a store whose region is out of reach stands by itself."""
    units = units_under(viewer=viewer)
    regions = {
        each.id: Choice(str(each.id), each.name) for each in units if each.kind is UnitKind.REGION
    }
    alone: list[Choice] = []
    for each in units:
        if each.kind is UnitKind.STORE:
            region = regions.get(each.parent_id or 0)
            (region.stores if region else alone).append(Choice(str(each.id), each.name))
    return [*regions.values(), *alone]


def _segment_names(viewer: Viewer) -> dict[str, str]:
    if viewer.scope is not Scope.PROGRAM:
        return {}
    return {str(each.id): each.name for each in segments_of(viewer=viewer)}
