"""Campaigns beside the same ones of earlier years, day by day as they lie to the festival."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.exports import csv_of
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.foundation.money import from_minor
from siyu.rooms.campaigns.actions import add_campaign, remove_campaign
from siyu.rooms.campaigns.queries import campaigns_of, compare_campaign
from siyu.rooms.campaigns.types import LUNAR, SOLAR, CampaignComparison
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import program_of, today_in

ANCHORS = {
    "spring_festival": gettext_lazy("Spring Festival"),
    "lantern_festival": gettext_lazy("Lantern Festival"),
    "womens_day": gettext_lazy("Women's Day"),
    "labour_day": gettext_lazy("Labour Day"),
    "dragon_boat": gettext_lazy("Dragon Boat Festival"),
    "mid_year_sale": gettext_lazy("18 June"),
    "qixi": gettext_lazy("Qixi"),
    "mid_autumn": gettext_lazy("Mid-Autumn"),
    "double_ninth": gettext_lazy("Double Ninth"),
    "national_day": gettext_lazy("National Day"),
    "double_eleven": gettext_lazy("Double Eleven"),
    "double_twelve": gettext_lazy("Double Twelve"),
    "new_year": gettext_lazy("New Year"),
    SOLAR: gettext_lazy("A day of its own, the same date every year"),
    LUNAR: gettext_lazy("A day of its own, the same lunar date every year"),
}
_REFUSED = 422
_GIVEN = ("name", "anchor", "anchor_on", "first_day", "last_day")


@page(Right.SEE_OVERVIEW)
def campaigns(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every campaign, the latest first, and the form of a new one."""
    return _shown(request, viewer)


@page(Right.SET_TARGETS, methods=("POST",))
def new(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Add a campaign."""
    try:
        campaign_id = add_campaign(
            viewer=viewer,
            name=request.POST.get("name", ""),
            anchor=request.POST.get("anchor", ""),
            anchor_on=_date(request.POST.get("anchor_on", "")),
            first_day=_number(request, "first_day"),
            last_day=_number(request, "last_day"),
            now=utc_now(),
        )
    except BadInput as refused:
        return _shown(request, viewer, refused)
    return redirect("campaign", campaign_id=campaign_id)


@page(Right.SET_TARGETS, methods=("POST",))
def remove(request: HttpRequest, campaign_id: int, *, viewer: Viewer) -> HttpResponse:
    """Take a campaign off the list."""
    remove_campaign(viewer=viewer, campaign_id=campaign_id)
    messages.success(request, _("Taken off the list. Sales stay as they are."))
    return redirect("campaigns")


@page(Right.SEE_OVERVIEW)
def campaign(request: HttpRequest, campaign_id: int, *, viewer: Viewer) -> HttpResponse:
    """One campaign beside those of three earlier years."""
    program = program_of(program_id=viewer.program_id)
    found = compare_campaign(viewer=viewer, campaign_id=campaign_id)
    shown = {
        "program": program,
        "campaign": found.campaign,
        "anchor": ANCHORS[found.campaign.anchor],
        "found": found,
        "now": found.years[0],
        "all_days": len(found.years[0].days),
        "rows": _rows(found),
        "orders_chart": _chart(found, "orders", program.currency),
        "sales_chart": _chart(found, "gmv_minor", program.currency),
        "may_edit": _may_edit(viewer),
        "section": "campaigns",
    }
    return render(request, "headquarters/campaign.html", shown)


@page(Right.SEE_OVERVIEW)
def export(request: HttpRequest, campaign_id: int, *, viewer: Viewer) -> StreamingHttpResponse:
    """The days of every year as CSV."""
    found = compare_campaign(viewer=viewer, campaign_id=campaign_id)
    currency = program_of(program_id=viewer.program_id).currency
    return csv_of(name="campaign", rows=_lines(found, currency))


def _shown(request: HttpRequest, viewer: Viewer, refused: BadInput | None = None) -> HttpResponse:
    today = today_in(program_id=viewer.program_id)
    usual = {
        "anchor": "double_eleven",
        "anchor_on": str(today),
        "first_day": "-10",
        "last_day": "1",
    }
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [
            {"campaign": each, "anchor": ANCHORS[each.anchor]}
            for each in campaigns_of(viewer=viewer)
        ],
        "anchors": ANCHORS,
        "given": {name: request.POST.get(name, usual.get(name, "")) for name in _GIVEN},
        "published": publication_of(program_id=viewer.program_id),
        "may_edit": _may_edit(viewer),
        "error": told(refused) if refused else "",
        "error_field": refused.field if refused else "",
        "section": "campaigns",
    }
    status = _REFUSED if refused else 200
    return render(request, "headquarters/campaigns.html", shown, status=status)


def _may_edit(viewer: Viewer) -> bool:
    return viewer.may(Right.SET_TARGETS) and viewer.scope is Scope.PROGRAM


def _rows(found: CampaignComparison) -> list[dict[str, Any]]:
    """Each day of the campaign with what every year sold on it."""
    return [
        {
            "day": day.day,
            "on": day.on,
            "years": [year.days[place] for year in found.years],
            "is_known": place < found.compared_days,
        }
        for place, day in enumerate(found.years[0].days)
    ]


def _chart(found: CampaignComparison, name: str, currency: str) -> dict[str, Any]:
    """Running sums by day, a line a year that sold anything; this year's until the last night."""

    def line(place: int) -> list[float]:
        year = found.years[place]
        days = year.days if place else year.days[: found.compared_days]
        sums = accumulate(getattr(day, name) for day in days)
        is_money = name.endswith("_minor")
        return [float(from_minor(each, currency)) if is_money else each for each in sums]

    return {
        "days": [f"{day.day:+d}" if day.day else "0" for day in found.years[0].days],
        "series": [
            {"name": str(year.year), "values": line(place), "filled": not place}
            for place, year in enumerate(found.years)
            if not place or any(day.orders or day.gmv_minor for day in year.days)
        ],
    }


def _lines(found: CampaignComparison, currency: str) -> Iterator[Sequence[Any]]:
    yield (
        _("Year"),
        _("Day"),
        _("Date"),
        _("Orders"),
        _("Sales"),
        _("Refunds"),
        _("New buyers"),
    )
    for year in found.years:
        for day in year.days:
            yield (
                year.year,
                day.day,
                day.on,
                day.orders,
                from_minor(day.gmv_minor, currency),
                from_minor(day.refunds_minor, currency),
                day.new_buyers,
            )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(
            "anchor_on", "{day} is no date; write it as 2026-01-31.", day=text
        ) from error


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "").strip()
    try:
        return int(text)
    except ValueError as error:
        raise BadInput(name, "Write the days as whole numbers.") from error
