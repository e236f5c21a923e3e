"""Levels of sellers: what a month's review would change, and levels carried over to a new plan."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.exports import csv_of
from siyu.faces.paging import page_number
from siyu.foundation.calendar import month_of
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict
from siyu.foundation.money import from_minor
from siyu.rooms.commissions.actions import apply_review, carry_levels, take_back_review
from siyu.rooms.commissions.queries import level_reviews, levels_carried, review_of_month
from siyu.rooms.commissions.types import LevelChange, LevelReview, ReviewKind
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_staff, program_of, today_in
from siyu.rooms.plans.queries import plan_on, plans_of
from siyu.rooms.plans.types import PlanState, PlanVersion
from siyu.rooms.sellers.queries import sellers_of_ids

KINDS = {
    ReviewKind.MONTH: gettext_lazy("review of a month"),
    ReviewKind.CARRY: gettext_lazy("change of plan"),
}
_SIZE, _REFUSED = 20, 422
_SHOWN = ("changes", "all")


@page(Right.EDIT_PLANS)
def levels(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """What the review of the last month would change, and every review so far."""
    return _shown(request, viewer)


@page(Right.EDIT_PLANS)
def export(request: HttpRequest, *, viewer: Viewer) -> StreamingHttpResponse:
    """The review of the last month, seller by seller, as CSV."""
    month_on, from_on = _month(viewer)
    changes = review_of_month(viewer=viewer, month_on=month_on, from_on=from_on)
    return csv_of(name=f"levels-{month_on:%Y-%m}", rows=_lines(viewer, changes))


@page(Right.PUBLISH_PLANS, methods=("POST",))
def apply(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Give sellers the levels that the review comes to."""
    month_on, from_on = _month(viewer)
    today = today_in(program_id=viewer.program_id)
    try:
        apply_review(viewer=viewer, month_on=month_on, today=today, at=utc_now())
    except (BadInput, Conflict) as refused:
        return _shown(request, viewer, told(refused))
    text = _("Reviewed. The levels count from {day} on; until then it can be taken back.")
    messages.success(request, text.format(day=from_on))
    return redirect("levels")


@page(Right.PUBLISH_PLANS, methods=("POST",))
def carry(request: HttpRequest, plan_id: int, *, viewer: Viewer) -> HttpResponse:
    """Give sellers their levels in a plan that begins later."""
    today = today_in(program_id=viewer.program_id)
    try:
        carry_levels(viewer=viewer, plan_id=plan_id, today=today, at=utc_now())
    except Conflict as refused:
        return _shown(request, viewer, told(refused))
    messages.success(request, _("Carried over. It can be taken back until the plan begins."))
    return redirect("levels")


@page(Right.PUBLISH_PLANS, methods=("POST",))
def take_back(request: HttpRequest, review_id: int, *, viewer: Viewer) -> HttpResponse:
    """Take back what a review gave, before it counts."""
    today = today_in(program_id=viewer.program_id)
    try:
        take_back_review(viewer=viewer, review_id=review_id, today=today, at=utc_now())
    except Conflict as refused:
        return _shown(request, viewer, told(refused))
    messages.success(request, _("Taken back. Everybody keeps the level that she has."))
    return redirect("levels")


def _shown(request: HttpRequest, viewer: Viewer, error: str = "") -> HttpResponse:
    month_on, from_on = _month(viewer)
    reviews = level_reviews(viewer=viewer)
    version = plan_on(program_id=viewer.program_id, day=from_on)
    has_levels = version is not None and bool(version.plan.levels)
    changes = (
        review_of_month(viewer=viewer, month_on=month_on, from_on=from_on) if has_levels else []
    )
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "version": version,
        "has_levels": has_levels,
        "month_on": month_on,
        "from_on": from_on,
        "is_reviewed": any(
            each.month_on == month_on and each.taken_back_at is None for each in reviews
        ),
        "standing": _standing(version, changes),
        **_listed(request, viewer, changes),
        "coming": _coming(viewer, reviews),
        "reviews": _reviews(viewer, reviews),
        "today": from_on - timedelta(days=1),
        "error": error,
        "section": "levels",
    }
    return render(request, "headquarters/levels.html", shown, status=_REFUSED if error else None)


def _month(viewer: Viewer) -> tuple[date, date]:
    """The last month that is over, and tomorrow, from when on its review counts."""
    today = today_in(program_id=viewer.program_id)
    return month_of(today, -1), today + timedelta(days=1)


def _standing(version: PlanVersion | None, changes: Sequence[LevelChange]) -> list[dict[str, Any]]:
    """How many sellers stand where, before the review and after it."""
    if version is None:
        return []
    rows = [
        {
            "name": level.name or level.key,
            "level": level,
            "before": sum(each.before == level.key for each in changes),
            "after": sum(each.after == level.key for each in changes),
        }
        for level in version.plan.levels
    ]
    known = {level.key for level in version.plan.levels}
    without = {
        "name": _("no level"),
        "level": None,
        "before": sum(each.before not in known for each in changes),
        "after": sum(each.after is None for each in changes),
    }
    return [*rows, without]


def _listed(request: HttpRequest, viewer: Viewer, changes: Sequence[LevelChange]) -> dict[str, Any]:
    """A page of sellers, those who change first or only."""
    wanted = request.GET.get("show", "changes")
    show = wanted if wanted in _SHOWN else "changes"
    changed = [each for each in changes if each.after not in (None, each.before)]
    rows = changed if show == "changes" else list(changes)
    number = page_number(request)
    some = rows[(number - 1) * _SIZE : number * _SIZE]
    sellers = sellers_of_ids(viewer=viewer, seller_ids={each.seller_id for each in some})
    return {
        "show": show,
        "rows": [{"change": each, "seller": sellers.get(each.seller_id)} for each in some],
        "rises": sum(each.is_higher for each in changed),
        "falls": sum(not each.is_higher for each in changed),
        "page": number,
        "pages": max(-(-len(rows) // _SIZE), 1),
    }


def _coming(viewer: Viewer, reviews: Sequence[LevelReview]) -> list[dict[str, Any]]:
    """Published plans that have not begun and say what becomes of levels."""
    today = today_in(program_id=viewer.program_id)
    carried = {
        each.plan_id
        for each in reviews
        if each.kind is ReviewKind.CARRY and each.taken_back_at is None
    }
    found = []
    for version in plans_of(viewer=viewer):
        is_coming = version.state is PlanState.PUBLISHED and version.plan.from_on > today
        if not (is_coming and version.plan.carries and version.plan.levels):
            continue
        changes = levels_carried(viewer=viewer, plan_id=version.id)
        ways: dict[tuple[str, str, bool], int] = {}
        for each in changes:
            way = (each.before or "", each.after or "", each.is_protected)
            ways[way] = ways.get(way, 0) + 1
        found.append(
            {
                "version": version,
                "is_carried": version.id in carried,
                "ways": [
                    {"before": before, "after": after, "is_tried": tried, "sellers": number}
                    for (before, after, tried), number in sorted(ways.items())
                ],
            }
        )
    return found


def _reviews(viewer: Viewer, reviews: Sequence[LevelReview]) -> list[dict[str, Any]]:
    names = names_of_staff(staff_ids={each.applied_by_id for each in reviews if each.applied_by_id})
    return [
        {
            "review": each,
            "word": KINDS[each.kind],
            "author": names.get(each.applied_by_id or 0, ""),
        }
        for each in reviews
    ]


def _lines(viewer: Viewer, changes: Sequence[LevelChange]) -> Iterator[list[str]]:
    currency = program_of(program_id=viewer.program_id).currency
    yield [_("Number"), _("Level now"), _("Level then"), _("Growth"), _("Sales of the month")]
    ids = {each.seller_id for each in changes}
    sellers = sellers_of_ids(viewer=viewer, seller_ids=ids)
    for each in changes:
        yield [
            sellers[each.seller_id].key,
            each.before or "",
            each.after or "",
            f"{from_minor(each.growth_minor, currency)}",
            f"{from_minor(each.month_minor, currency)}",
        ]
