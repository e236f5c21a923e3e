"""The first page: today so far, figures of a period against the one before, and the stores."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.headquarters.drivers import PERIODS, earlier, waterfall_of
from siyu.foundation.calendar import month_of
from siyu.foundation.clock import utc_now
from siyu.foundation.money import from_minor
from siyu.rooms.campaigns.queries import month_elapsed_ppm, unit_target
from siyu.rooms.insights.queries import day_so_far, publication_of, stores_between, trend_of
from siyu.rooms.insights.types import DaySoFar, Span
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.reports.queries import drivers_between

_MILLION = 1_000_000
_SUMMED = ("gmv_minor", "refunds_minor", "orders", "new_buyers")


@dataclass(frozen=True)
class Figure:
    """A number of the period, and its change against the period before in ppm."""

    name: str
    value: int | None
    before: int | None
    is_money: bool

    @property
    def change_ppm(self) -> int | None:
        """The change, or None where there was nothing before."""
        if not self.before or self.value is None:
            return None
        return (self.value - self.before) * _MILLION // self.before


@page(Right.SEE_OVERVIEW)
def overview(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Figures, their trend, and the stores."""
    program = program_of(program_id=viewer.program_id)
    published = publication_of(program_id=viewer.program_id)
    asked = request.GET.get("days", "30")
    days = next((each for each in PERIODS if str(each) == asked), 30)
    shown: dict[str, Any] = {
        "program": program,
        "published": published,
        "days": days,
        "periods": PERIODS,
        "section": "overview",
    }
    if published is not None:
        shown |= _today(viewer, program.currency)
        shown |= _period(viewer, published.as_of, days, program.currency)
    return render(request, "headquarters/overview.html", shown)


def _today(viewer: Viewer, currency: str) -> dict[str, Any]:
    """What was sold until now, and how far the month's target is attained."""
    now = utc_now()
    so_far = day_so_far(viewer=viewer, now=now)
    if so_far is None:
        return {}
    month_on = month_of(so_far.on)
    change = Figure("", so_far.gmv_minor, so_far.before_minor, True).change_ppm
    return {
        "today": so_far,
        "today_change_ppm": change,
        "today_chart": _hours(so_far, currency),
        "target": unit_target(viewer=viewer, month_on=month_on),
        "elapsed_ppm": month_elapsed_ppm(program_id=viewer.program_id, month_on=month_on, now=now),
    }


def _hours(so_far: DaySoFar, currency: str) -> dict[str, Any]:
    def line(amounts: tuple[int, ...]) -> list[float]:
        return [float(from_minor(minor, currency)) for minor in accumulate(amounts)]

    return {
        "days": [f"{hour:02}" for hour in so_far.hours],
        "series": [
            {"name": _("Today"), "values": line(so_far.by_hour), "filled": True},
            {"name": _("A week before"), "values": line(so_far.before_by_hour)},
        ],
    }


def _period(viewer: Viewer, as_of: date, days: int, currency: str) -> dict[str, Any]:
    start_on, end_on = as_of - timedelta(days=days), as_of - timedelta(days=1)
    before_on = start_on - timedelta(days=days)
    rows = trend_of(viewer=viewer, start_on=before_on, end_on=end_on)
    now = _sum([row for row in rows if row["business_on"] >= start_on])
    before = _sum([row for row in rows if row["business_on"] < start_on])
    figures = [
        Figure(_("Sales"), now["gmv_minor"], before["gmv_minor"], True),
        Figure(_("Orders"), now["orders"], before["orders"], False),
        Figure(_("Average order"), _average(now), _average(before), True),
        Figure(_("New buyers"), now["new_buyers"], before["new_buyers"], False),
    ]
    span = Span(start_on=start_on, end_on=end_on)
    tree = drivers_between(viewer=viewer, before=earlier(span, "before"), now=span)
    return waterfall_of(tree, currency) | {
        "start_on": start_on,
        "end_on": end_on,
        "figures": figures,
        "refunds_minor": now["refunds_minor"],
        "chart": _chart(rows, start_on, days, currency),
        "stores": _stores(viewer, start_on, end_on, before_on),
        "has_sales": bool(now["gmv_minor"] or before["gmv_minor"]),
    }


def _sum(rows: list[Any]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in _SUMMED}


def _average(total: dict[str, int]) -> int | None:
    return total["gmv_minor"] // total["orders"] if total["orders"] else None


def _chart(rows: list[Any], start_on: date, days: int, currency: str) -> dict[str, Any]:
    by_day = {row["business_on"]: row["gmv_minor"] for row in rows}

    def line(first: date) -> list[float]:
        each = (by_day.get(first + timedelta(days=number), 0) for number in range(days))
        return [float(from_minor(minor, currency)) for minor in each]

    return {
        "days": [(start_on + timedelta(days=n)).strftime("%m-%d") for n in range(days)],
        "series": [
            {"name": _("This period"), "values": line(start_on), "filled": True},
            {"name": _("Period before"), "values": line(start_on - timedelta(days=days))},
        ],
    }


def _stores(viewer: Viewer, start_on: date, end_on: date, before_on: date) -> list[dict[str, Any]]:
    now = stores_between(viewer=viewer, start_on=start_on, end_on=end_on)
    before = stores_between(viewer=viewer, start_on=before_on, end_on=start_on - timedelta(days=1))
    names = names_of_units(unit_ids=now.keys() | before.keys())
    nothing = {"gmv_minor": 0, "refunds_minor": 0, "orders": 0}
    rows = []
    for unit_id, name in names.items():
        total, earlier = now.get(unit_id, nothing), before.get(unit_id, nothing)
        figure = Figure(name, total["gmv_minor"], earlier["gmv_minor"], True)
        rows.append(
            {
                "name": name,
                **total,
                "difference_minor": total["gmv_minor"] - earlier["gmv_minor"],
                "change_ppm": figure.change_ppm,
            }
        )
    return sorted(rows, key=lambda row: row["difference_minor"])
