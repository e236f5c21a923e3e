"""What customers are expected to do, by which forecast, and how far it was off."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.insights.types import Forecast
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.reports.queries import forecast_of
from siyu.rooms.reports.types import ProgramForecast

NAMES = {
    Forecast.BASELINE: gettext_lazy("Own pace and season"),
    Forecast.BG_NBD: "BG/NBD",
}
_MILLION = 1_000_000


@page(Right.SEE_OVERVIEW)
def forecast(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Visits to come, the forecast that tells them, and the errors of both."""
    found = forecast_of(viewer=viewer)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "published": publication_of(program_id=viewer.program_id),
        "told": found,
        "chosen": NAMES[found.chosen] if found else "",
        "horizons": _horizons(found) if found else [],
        "judged": _judged(found) if found else [],
        "section": "forecast",
    }
    return render(request, "headquarters/forecast.html", shown)


def _horizons(found: ProgramForecast) -> list[dict[str, Any]]:
    return [
        {
            "days": days,
            "visits": round(visits),
            "each": visits / found.customers,
            "season_ppm": round(found.seasons[days] * _MILLION),
        }
        for days, visits in found.visits.items()
    ]


def _judged(found: ProgramForecast) -> list[dict[str, Any]]:
    both = ((Forecast.BASELINE, found.baseline), (Forecast.BG_NBD, found.bg_nbd))
    return [
        {
            "name": NAMES[kind],
            "errors": errors,
            "predicted": round(errors.predicted) if errors else None,
            "is_chosen": kind is found.chosen,
        }
        for kind, errors in both
        if found.tested
    ]
