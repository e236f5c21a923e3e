"""On how few the sales rest, and which sellers could carry more."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.paging import page_number
from siyu.faces.templatetags.siyu import money_round, number, share
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.reports.queries import concentration_of, middle_sellers
from siyu.rooms.reports.types import ConcentrationMonth, Lift, MiddleSeller
from siyu.rooms.sellers.queries import sellers_of_ids

LIFTS = {
    Lift.FRIENDS: gettext_lazy("More friends"),
    Lift.BUYERS: gettext_lazy("More of the friends buy"),
    Lift.FREQUENCY: gettext_lazy("Buyers come more often"),
    Lift.ORDER_VALUE: gettext_lazy("Larger orders"),
}
_SIZE = 20
_MILLION = 1_000_000


@page(Right.SEE_SELLERS)
def concentration(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The best fifth's share by month, and the middle with what would lift each."""
    program = program_of(program_id=viewer.program_id)
    is_whole = viewer.scope is Scope.PROGRAM
    months = concentration_of(viewer=viewer) if is_whole else []
    middle = middle_sellers(viewer=viewer)
    asked = page_number(request)
    shown = {
        "program": program,
        "published": publication_of(program_id=viewer.program_id),
        "months": months,
        "last": months[-1] if months else None,
        "chart": _chart(months),
        "rows": _with_people(viewer, middle[(asked - 1) * _SIZE : asked * _SIZE], program.currency),
        "count": len(middle),
        "more_minor": sum(each.more_minor for each in middle),
        "page": asked,
        "pages": max(-(-len(middle) // _SIZE), 1),
        "section": "sellers",
    }
    return render(request, "headquarters/concentration.html", shown)


def _chart(months: list[ConcentrationMonth]) -> dict[str, Any]:
    def line(name: str, shares: list[int | None]) -> dict[str, Any]:
        return {
            "name": name,
            "values": [None if ppm is None else round(ppm * 100 / _MILLION, 1) for ppm in shares],
        }

    return {
        "days": [month.month_on.strftime("%Y-%m") for month in months],
        "series": [
            line(_("Best fifth of sellers, %"), [month.sellers_ppm for month in months]),
            line(_("Best fifth of customers, %"), [month.customers_ppm for month in months]),
        ],
    }


def _with_people(viewer: Viewer, rows: list[MiddleSeller], currency: str) -> list[dict[str, Any]]:
    people = sellers_of_ids(viewer=viewer, seller_ids=[row.seller_id for row in rows])
    stores = names_of_units(unit_ids=[each.unit_id for each in people.values()])
    return [
        {
            "row": row,
            "seller": people[row.seller_id],
            "store": stores.get(people[row.seller_id].unit_id, ""),
            "lift": LIFTS[row.lift],
            "own": _told(row.lift, row.own, currency),
            "best": _told(row.lift, row.best, currency),
        }
        for row in rows
        if row.seller_id in people
    ]


def _told(lift: Lift, value: float, currency: str) -> str:
    if lift is Lift.ORDER_VALUE:
        return money_round(round(value), currency)
    if lift is Lift.BUYERS:
        return share(round(value * _MILLION))
    return number(round(value) if lift is Lift.FRIENDS else round(value, 2))
