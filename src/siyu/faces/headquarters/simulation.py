"""What past sales would have earned everybody under a plan."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.headquarters.sellers import KINDS
from siyu.foundation.calendar import month_of
from siyu.foundation.errors import BadInput
from siyu.foundation.money import from_minor
from siyu.rooms.commissions.queries import simulate_plan
from siyu.rooms.commissions.types import SimulatedPayee, Simulation
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of, today_in
from siyu.rooms.plans.queries import find_plan
from siyu.rooms.settlement.queries import owner_names

BY = {
    "kind": gettext_lazy("By kind of seller"),
    "level": gettext_lazy("By level"),
    "store": gettext_lazy("By store"),
}
_SHOWN, _POINTS, _REFUSED = 10, 200, 422
_MILLION = 1_000_000


@page(Right.EDIT_PLANS)
def simulation(request: HttpRequest, plan_id: int, *, viewer: Viewer) -> HttpResponse:
    """A version tried on the sales of past days, beside the versions in force then."""
    version = find_plan(viewer=viewer, plan_id=plan_id)
    program = program_of(program_id=viewer.program_id)
    month_on = month_of(today_in(program_id=program.id), -1)
    found, error = None, ""
    first, last = request.GET.get("from", ""), request.GET.get("to", "")
    first = first or month_on.isoformat()
    last = last or (month_of(month_on, 1) - timedelta(days=1)).isoformat()
    try:
        found = simulate_plan(
            viewer=viewer, text=version.text, first=_day("from", first), last=_day("to", last)
        )
    except BadInput as refused:
        error = told(refused)
    shown: dict[str, Any] = {
        "program": program,
        "version": version,
        "first": first,
        "last": last,
        "error": error,
        "found": found,
        "section": "plans",
    }
    if found is not None:
        shown |= _shown(viewer, found, program.currency)
    return render(
        request, "headquarters/simulation.html", shown, status=_REFUSED if error else None
    )


def _shown(viewer: Viewer, found: Simulation, currency: str) -> dict[str, Any]:
    gainers = [each for each in found.payees[:_SHOWN] if each.change_minor > 0]
    losers = [each for each in found.payees[::-1][:_SHOWN] if each.change_minor < 0]
    people = [each.payee_id for each in (*gainers, *losers)]
    names = owner_names(viewer=viewer, owner_ids=people)
    stores = [int(each.name) for each in found.groups if each.by == "store" and each.name]
    store_names = names_of_units(unit_ids=stores)

    def named(some: list[SimulatedPayee]) -> list[dict[str, Any]]:
        return [{"payee": each, "name": names.get(each.payee_id, "")} for each in some]

    def word(by: str, name: str) -> Any:
        if by == "kind":
            return dict(KINDS).get(name, _("stores and others"))  # type: ignore[call-overload]
        if by == "store":
            return store_names.get(int(name), name) if name else _("stores and others")
        return name or _("no level")

    return {
        "now_ppm": _share(found.now_minor, found.sold_minor),
        "then_ppm": _share(found.then_minor, found.sold_minor),
        "people_lists": (
            (named(gainers), _("Who gains most")),
            (named(losers), _("Who loses most")),
        ),
        "cuts": [
            {
                "title": title,
                "rows": [
                    {"group": each, "name": word(by, each.name)}
                    for each in found.groups
                    if each.by == by
                ],
            }
            for by, title in BY.items()
        ],
        "chart": _chart(found, currency),
    }


def _chart(found: Simulation, currency: str) -> dict[str, Any]:
    """The change of everybody, from who gains most to who loses most."""
    step = max(1, len(found.payees) // _POINTS)
    some = list(enumerate(found.payees, 1))[::step]
    changes = [float(from_minor(each.change_minor, currency)) for _place, each in some]
    return {
        "days": [str(place) for place, _payee in some],
        "series": [{"name": _("Change"), "values": changes}],
    }


def _share(part: int, whole: int) -> int:
    return part * _MILLION // whole if whole else 0


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(field, "{day} is no date; write it as 2026-01-31.", day=text) from error
