"""Brands in tiers: what carries the sales of each way of selling, in each org unit."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from siyu.analytics.marts.brand_tiers import EVERY_PERSONA, MONTHS, TIERS
from siyu.faces.access import page
from siyu.faces.exports import csv_of
from siyu.faces.headquarters.sellers import PERSONAS
from siyu.faces.numbers import whole_number
from siyu.foundation.money import from_minor
from siyu.rooms.catalog.queries import brands_in
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of, units_under
from siyu.rooms.organization.types import UnitKind
from siyu.rooms.reports.queries import brand_tiers_of

_COLOURS = {"S": "purple", "A": "azure", "B": "teal", "C": "secondary"}
_MILLION = 1_000_000
_KINDS = (UnitKind.HEADQUARTERS, UnitKind.REGION, UnitKind.STORE, UnitKind.TEAM)


@page(Right.SEE_OVERVIEW)
def brands(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The brands of a unit and a way of selling, the one sold most first."""
    program = program_of(program_id=viewer.program_id)
    persona = _persona(request)
    unit_id, rows = brand_tiers_of(viewer=viewer, unit_id=_unit(request), persona=persona)
    units = sorted(
        units_under(viewer=viewer), key=lambda unit: (_KINDS.index(unit.kind), unit.name)
    )
    shown = {
        "program": program,
        "published": publication_of(program_id=program.id),
        "rows": _named(viewer, rows),
        "tiers": _tiers(rows),
        "units": units,
        "unit_id": unit_id,
        "personas": PERSONAS,
        "persona": persona,
        "months": MONTHS,
        "section": "brands",
    }
    return render(request, "headquarters/brands.html", shown)


@page(Right.SEE_OVERVIEW)
def export(request: HttpRequest, *, viewer: Viewer) -> StreamingHttpResponse:
    """The list as CSV."""
    _unit_id, rows = brand_tiers_of(
        viewer=viewer, unit_id=_unit(request), persona=_persona(request)
    )
    currency = program_of(program_id=viewer.program_id).currency
    return csv_of(name="brands", rows=_lines(_named(viewer, rows), currency))


def _tiers(rows: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "tier": tier,
            "colour": _COLOURS[tier],
            "brands": sum(row["tier"] == tier for row in rows),
            "share_ppm": sum(row["share_ppm"] for row in rows if row["tier"] == tier),
        }
        for tier in TIERS
    ]


def _named(viewer: Viewer, rows: list[Any]) -> list[dict[str, Any]]:
    names = brands_in(program_id=viewer.program_id)
    return [
        {
            **row,
            "name": names.get(row["brand_id"], ""),
            "colour": _COLOURS[row["tier"]],
            "without": row["sellers_all"] - row["sellers"],
        }
        for row in rows
    ]


def _lines(rows: list[dict[str, Any]], currency: str) -> Iterator[Sequence[Any]]:
    yield (
        _("Place"),
        _("Brand"),
        _("Tier"),
        _("Sales"),
        _("Share"),
        _("Lines"),
        _("Sellers who sold it"),
        _("Sellers who did not"),
    )
    for row in rows:
        yield (
            row["place"],
            row["name"],
            row["tier"],
            from_minor(row["gmv_minor"], currency),
            f"{row['share_ppm'] / _MILLION:.4f}",
            row["lines"],
            row["sellers"],
            row["without"],
        )


def _persona(request: HttpRequest) -> str:
    asked = request.GET.get("persona", "")
    return asked if asked in PERSONAS else EVERY_PERSONA


def _unit(request: HttpRequest) -> int | None:
    return whole_number(request.GET.get("unit", ""))
