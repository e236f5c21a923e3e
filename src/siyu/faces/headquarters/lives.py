"""How long customers go on buying, by the seller who serves them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.headquarters.sellers import KINDS, PERSONAS
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.reports.queries import lives_of
from siyu.rooms.reports.types import GroupLife, LivesCompared, LivesCut, Survival

CUTS = {
    LivesCut.KIND: gettext_lazy("Kind of seller"),
    LivesCut.PERSONA: gettext_lazy("Way of selling"),
}
_NOBODY = gettext_lazy("No seller")
_STEP, _LAST = 15, 540
_TOLD = (0, 30, 90, 180, 360)
_MILLION = 1_000_000
_SURE = 0.05


@page(Right.SEE_OVERVIEW)
def lives(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Curves of survival with their test, and the share that still buys after some months."""
    asked = request.GET.get("cut", "")
    cut = LivesCut(asked) if asked in set(LivesCut) else LivesCut.KIND
    grid = tuple(range(0, _LAST + 1, _STEP))
    found = lives_of(viewer=viewer, cut=cut, at_days=grid)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "published": publication_of(program_id=viewer.program_id),
        "cut": cut,
        "cuts": CUTS,
        "told_days": _TOLD,
        "rows": [_row(group) for group in found.groups] if found else [],
        "p": found.p if found else None,
        "differs": bool(found and found.p is not None and found.p < _SURE),
        "chart": _chart(found) if found else None,
        "section": "lives",
    }
    return render(request, "headquarters/lives.html", shown)


def _row(group: GroupLife) -> dict[str, Any]:
    return {
        "group": group,
        "name": _name(group),
        "ended_ppm": group.ended * _MILLION // group.customers,
        "shares": [_share(each) for each in group.survivals if each.day in _TOLD],
    }


def _share(survival: Survival) -> dict[str, int]:
    return {
        "ppm": round(survival.share * _MILLION),
        "low_ppm": round(survival.low * _MILLION),
        "high_ppm": round(survival.high * _MILLION),
    }


def _name(group: GroupLife) -> str:
    names = {kind.value: name for kind, name in KINDS.items()} | PERSONAS
    return str(names.get(group.group_key, _NOBODY))


def _chart(found: LivesCompared) -> dict[str, Any]:
    return {
        "days": [str(each.day) for each in found.groups[0].survivals] if found.groups else [],
        "series": [
            {
                "name": _name(group),
                "values": [round(each.share * 100, 1) for each in group.survivals],
            }
            for group in found.groups
        ],
    }
