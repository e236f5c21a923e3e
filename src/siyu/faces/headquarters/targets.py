"""Targets of a month: set, broken down from the program to the seller, and attained by now."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.exports import csv_of
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.foundation.calendar import month_of
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.foundation.money import from_minor, to_minor
from siyu.rooms.campaigns.actions import (
    drop_targets,
    fix_target,
    release_target,
    set_targets,
)
from siyu.rooms.campaigns.queries import (
    month_elapsed_ppm,
    target_plan_of,
    target_tree,
    targets_below,
    unit_target,
)
from siyu.rooms.campaigns.types import LONGEST_PAST_MONTHS, TargetRule, TargetView
from siyu.rooms.insights.queries import freshness_of
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import (
    names_of_staff,
    names_of_units,
    path_to,
    program_of,
    today_in,
)
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.sellers.queries import sellers_of_ids

RULES = {
    TargetRule.PAST_MONTHS: gettext_lazy("by what each sold in the months before"),
    TargetRule.LAST_YEAR: gettext_lazy("by what each sold in the same month a year before"),
    TargetRule.EQUAL: gettext_lazy("the same for every seller"),
}
_REFUSED = 422
# Sales by month are kept up to date for this one and the last.
_MONTHS_AHEAD, _MONTHS_BACK = 3, 1
_PAST_MONTHS = 4
_MILLION = 1_000_000
_SIZE, _SHOWN = 500, 50


@page(Right.SEE_OVERVIEW)
def targets(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The target of a unit, and those broken down from it."""
    return _shown(request, viewer)


@page(Right.SET_TARGETS, methods=("POST",))
def set_month(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Set the program's target of a month, and break it down."""
    program = program_of(program_id=viewer.program_id)
    try:
        sellers = set_targets(
            viewer=viewer,
            month_on=_month(request, viewer),
            amount_minor=_amount(request, program),
            rule=_rule(request),
            past_months=whole_number(request.POST.get("past_months", "")) or 0,
            now=utc_now(),
        )
    except BadInput as refused:
        return _shown(request, viewer, refused)
    messages.success(
        request,
        ngettext("Broken down to {n} seller.", "Broken down to {n} sellers.", sellers).format(
            n=sellers
        ),
    )
    return _back(request)


@page(Right.SET_TARGETS, methods=("POST",))
def fix(request: HttpRequest, holder_id: int, *, viewer: Viewer) -> HttpResponse:
    """Set the target of one unit or seller by hand."""
    program = program_of(program_id=viewer.program_id)
    try:
        fix_target(
            viewer=viewer,
            month_on=_month(request, viewer),
            holder_id=holder_id,
            amount_minor=_amount(request, program),
            now=utc_now(),
        )
    except BadInput as refused:
        return _shown(request, viewer, refused)
    messages.success(request, _("Set. The others below the same unit share the rest."))
    return _back(request)


@page(Right.SET_TARGETS, methods=("POST",))
def release(request: HttpRequest, holder_id: int, *, viewer: Viewer) -> HttpResponse:
    """Have one target follow the rule again."""
    try:
        release_target(
            viewer=viewer, month_on=_month(request, viewer), holder_id=holder_id, now=utc_now()
        )
    except BadInput as refused:
        return _shown(request, viewer, refused)
    messages.success(request, _("It follows the rule again."))
    return _back(request)


@page(Right.SET_TARGETS, methods=("POST",))
def drop(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Take a month's targets back."""
    drop_targets(viewer=viewer, month_on=_month(request, viewer), now=utc_now())
    messages.success(request, _("The targets of the month were taken back."))
    return _back(request)


@page(Right.SEE_OVERVIEW)
def export(request: HttpRequest, *, viewer: Viewer) -> StreamingHttpResponse:
    """Every target within reach as CSV."""
    month_on = _month(request, viewer)
    rows = target_tree(viewer=viewer, month_on=month_on)
    return csv_of(name=f"targets-{month_on:%Y-%m}", rows=_lines(viewer, rows))


def _shown(request: HttpRequest, viewer: Viewer, refused: BadInput | None = None) -> HttpResponse:
    program = program_of(program_id=viewer.program_id)
    month_on = _month_or_this(request, viewer)
    unit_id = whole_number(_given(request, "unit"))
    own = unit_target(viewer=viewer, month_on=month_on, unit_id=unit_id)
    plan = target_plan_of(viewer=viewer, month_on=month_on)
    is_open = month_on >= month_of(today_in(program_id=program.id))
    shown: dict[str, Any] = {
        "program": program,
        "month_on": month_on,
        "months": _months(viewer, month_on),
        "plan": plan,
        "rule": RULES[plan.rule] if plan else "",
        "set_by": names_of_staff(staff_ids=[plan.set_by_id]).get(plan.set_by_id, "")
        if plan and plan.set_by_id
        else "",
        "fresh": freshness_of(program_id=program.id),
        "may_set": viewer.may(Right.SET_TARGETS) and is_open,
        "may_set_month": viewer.may(Right.SET_TARGETS)
        and viewer.scope is Scope.PROGRAM
        and is_open,
        "rules": RULES,
        "entered": request.POST,
        "most_months": LONGEST_PAST_MONTHS,
        "past_months": plan.past_months if plan else _PAST_MONTHS,
        "error": told(refused) if refused else "",
        "unit_id": unit_id,
        "section": "targets",
    }
    if own is not None:
        asked = page_number(request)
        below, count = targets_below(
            viewer=viewer, month_on=month_on, unit_id=unit_id, page=asked, size=_SHOWN
        )
        shown |= _attained(viewer, program, month_on, own, below)
        shown |= {"page": asked, "pages": max(-(-count // _SHOWN), 1)}
    return render(request, "headquarters/targets.html", shown, status=_REFUSED if refused else 200)


def _attained(
    viewer: Viewer,
    program: ProgramView,
    month_on: date,
    own: TargetView,
    below: list[TargetView],
) -> dict[str, Any]:
    elapsed = month_elapsed_ppm(program_id=program.id, month_on=month_on, now=utc_now())
    net = own.sold.net_minor
    return {
        "own": own,
        "elapsed_ppm": elapsed,
        "course_minor": net * _MILLION // elapsed if elapsed and net > 0 else None,
        "path": path_to(viewer=viewer, unit_id=own.unit_id),
        "rows": _named(viewer, below, elapsed, program),
    }


def _named(
    viewer: Viewer, rows: list[TargetView], elapsed: int, program: ProgramView
) -> list[dict[str, Any]]:
    sellers = sellers_of_ids(
        viewer=viewer, seller_ids=[row.seller_id for row in rows if row.seller_id]
    )
    units = names_of_units(unit_ids=[row.unit_id for row in rows if row.unit_id])
    return [
        {
            "target": row,
            "holder_id": row.unit_id or row.seller_id,
            "seller": sellers.get(row.seller_id or 0),
            "unit": units.get(row.unit_id or 0, ""),
            "percent": (row.attained_ppm or 0) * 100 // _MILLION,
            "is_behind": row.attained_ppm is not None and row.attained_ppm < elapsed,
            "amount": f"{from_minor(row.amount_minor, program.currency):.0f}",
        }
        for row in rows
    ]


def _lines(viewer: Viewer, rows: list[TargetView]) -> Iterator[Sequence[Any]]:
    yield (
        _("Org unit"),
        _("Number"),
        _("Target"),
        _("Set by hand"),
        _("Net sales"),
        _("Attained"),
    )
    currency = program_of(program_id=viewer.program_id).currency
    for start in range(0, len(rows), _SIZE):
        some = rows[start : start + _SIZE]
        sellers = sellers_of_ids(
            viewer=viewer, seller_ids=[row.seller_id for row in some if row.seller_id]
        )
        of_sellers = [seller.unit_id for seller in sellers.values()]
        units = names_of_units(
            unit_ids=[*(row.unit_id for row in some if row.unit_id), *of_sellers]
        )
        for row in some:
            seller = sellers.get(row.seller_id or 0)
            yield (
                units.get(seller.unit_id if seller else row.unit_id or 0, ""),
                seller.key if seller else "",
                from_minor(row.amount_minor, currency),
                _("yes") if row.is_fixed else "",
                from_minor(row.sold.net_minor, currency),
                "" if row.attained_ppm is None else f"{row.attained_ppm / _MILLION:.4f}",
            )


def _months(viewer: Viewer, asked: date) -> list[date]:
    this = month_of(today_in(program_id=viewer.program_id))
    around = {month_of(this, number) for number in range(-_MONTHS_BACK, _MONTHS_AHEAD + 1)}
    return sorted(around | {asked}, reverse=True)


def _given(request: HttpRequest, name: str) -> str:
    given = request.POST if request.method == "POST" else request.GET
    return str(given.get(name, ""))


def _month_or_this(request: HttpRequest, viewer: Viewer) -> date:
    try:
        return _month(request, viewer)
    except BadInput:
        return month_of(today_in(program_id=viewer.program_id))


def _month(request: HttpRequest, viewer: Viewer) -> date:
    this = month_of(today_in(program_id=viewer.program_id))
    text = _given(request, "month")
    if not text:
        return this
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise BadInput("month", "{month} is no month; write it as 2026-01.", month=text) from error
    if asked < month_of(this, -_MONTHS_BACK):
        raise BadInput("month", "Sales by month are kept for this month and the last.")
    return asked


def _rule(request: HttpRequest) -> TargetRule:
    try:
        return TargetRule(request.POST.get("rule", ""))
    except ValueError as error:
        raise BadInput("rule", "Choose how the target is broken down.") from error


def _amount(request: HttpRequest, program: ProgramView) -> int:
    text = request.POST.get("amount", "").strip().replace(",", "")
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadInput("amount", "Write the target as a whole amount, without decimals.") from error
    if not amount.is_finite() or abs(amount) > _MILLION**3:
        raise BadInput("amount", "Write the target as a whole amount, without decimals.")
    return to_minor(amount, program.currency)


def _back(request: HttpRequest) -> HttpResponse:
    given = {name: _given(request, name) for name in ("month", "unit")}
    query = urlencode({name: value for name, value in given.items() if value})
    return redirect(f"{reverse('targets')}?{query}")
