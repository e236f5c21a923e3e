"""How long customers go on buying and communities last, by the seller or by theme."""

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
from siyu.rooms.reports.types import GroupLife, LivesCompared, LivesCut, LivesOf, Survival

CUTS = {
    LivesCut.KIND: gettext_lazy("Kind of seller"),
    LivesCut.PERSONA: gettext_lazy("Way of selling"),
    LivesCut.THEME: gettext_lazy("Theme"),
}
_CUTS_OF = {
    LivesOf.CUSTOMERS: (LivesCut.KIND, LivesCut.PERSONA),
    LivesOf.COMMUNITIES: tuple(CUTS),
}
_NOBODY = gettext_lazy("No seller")
_NO_THEME = gettext_lazy("No theme")
_STEP, _LAST = 15, 540
_TOLD = (0, 30, 90, 180, 360)
_MILLION = 1_000_000
_SURE = 0.05


@page(Right.SEE_OVERVIEW)
def lives(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Curves of survival with their test, and the share that still buys after some months."""
    of_asked, cut_asked = request.GET.get("of", ""), request.GET.get("cut", "")
    of = LivesOf(of_asked) if of_asked in set(LivesOf) else LivesOf.CUSTOMERS
    cut = LivesCut(cut_asked) if cut_asked in _CUTS_OF[of] else LivesCut.KIND
    grid = tuple(range(0, _LAST + 1, _STEP))
    found = lives_of(viewer=viewer, of=of, cut=cut, at_days=grid)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "published": publication_of(program_id=viewer.program_id),
        "of": of,
        "cut": cut,
        "cuts": {each: CUTS[each] for each in _CUTS_OF[of]},
        "told_days": _TOLD,
        "rows": [_row(group, cut) for group in found.groups] if found else [],
        "p": found.p if found else None,
        "differs": bool(found and found.p is not None and found.p < _SURE),
        "chart": _chart(found, cut) if found else None,
        "section": "lives",
    }
    return render(request, "headquarters/lives.html", shown)


def _row(group: GroupLife, cut: LivesCut) -> dict[str, Any]:
    return {
        "group": group,
        "name": _name(group, cut),
        "ended_ppm": group.ended * _MILLION // group.lives,
        "shares": [_share(each) for each in group.survivals if each.day in _TOLD],
    }


def _share(survival: Survival) -> dict[str, int]:
    return {
        "ppm": round(survival.share * _MILLION),
        "low_ppm": round(survival.low * _MILLION),
        "high_ppm": round(survival.high * _MILLION),
    }


def _name(group: GroupLife, cut: LivesCut) -> str:
    if cut is LivesCut.THEME:
        return group.group_key or str(_NO_THEME)
    names = {kind.value: name for kind, name in KINDS.items()} | PERSONAS
    return str(names.get(group.group_key, _NOBODY))


def _chart(found: LivesCompared, cut: LivesCut) -> dict[str, Any]:
    return {
        "days": [str(each.day) for each in found.groups[0].survivals] if found.groups else [],
        "series": [
            {
                "name": _name(group, cut),
                "values": [round(each.share * 100, 1) for each in group.survivals],
            }
            for group in found.groups
        ],
    }
