"""Why sales moved between two periods, in words, as a waterfall, and group by group."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.headquarters.sellers import KINDS
from siyu.foundation.errors import BadInput
from siyu.foundation.money import from_minor
from siyu.rooms.catalog.queries import names_of_categories
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.insights.types import Cut, Span
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, path_to, program_of, units_under
from siyu.rooms.reports.queries import drivers_between
from siyu.rooms.reports.types import Driver, DriverTree, Movement
from siyu.rooms.sellers.types import SellerKind

DRIVERS = {
    Driver.SELLERS: gettext_lazy("Sellers who sold"),
    Driver.BUYERS: gettext_lazy("Buyers a seller"),
    Driver.FREQUENCY: gettext_lazy("Orders a buyer"),
    Driver.ORDER_VALUE: gettext_lazy("Average order"),
    Driver.HOUSE: gettext_lazy("Sales without a seller"),
    Driver.ANONYMOUS: gettext_lazy("Sales to unknown customers"),
    Driver.REFUNDS: gettext_lazy("Refunds"),
}
CUTS = {
    Cut.UNIT: gettext_lazy("Org unit"),
    Cut.SELLER_AGE: gettext_lazy("New and existing sellers"),
    Cut.CUSTOMER_AGE: gettext_lazy("New and returning customers"),
    Cut.KIND: gettext_lazy("Kind of seller"),
    Cut.CATEGORY: gettext_lazy("Category"),
}
_AGES = {
    "new": gettext_lazy("New in the period"),
    "existing": gettext_lazy("Existing sellers"),
    "returning": gettext_lazy("Returning customers"),
}
_NO_GROUP = {
    Cut.UNIT: gettext_lazy("No org unit"),
    Cut.SELLER_AGE: gettext_lazy("No seller"),
    Cut.CUSTOMER_AGE: gettext_lazy("Unknown customers"),
    Cut.KIND: gettext_lazy("No seller"),
    Cut.CATEGORY: gettext_lazy("No category"),
}
AGAINST = {
    "before": gettext_lazy("The period before"),
    "year": gettext_lazy("The same days a year ago"),
}
PERIODS = (7, 30, 90)
_MILLION = 1_000_000
_ONE_DAY = timedelta(days=1)
_FIRST_YEAR, _LONGEST_DAYS = 1990, 1100
_TOLD = 3


@dataclass(frozen=True)
class Reason:
    """A driver's part of a change; `points_ppm` is its share of the sales before."""

    name: str
    change_minor: int
    points_ppm: int | None


@page(Right.SEE_OVERVIEW)
def drivers(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The driver tree of two periods, for one org unit or all within reach, by one cut."""
    program = program_of(program_id=viewer.program_id)
    published = publication_of(program_id=viewer.program_id)
    shown: dict[str, Any] = {"program": program, "published": published, "section": "drivers"}
    if published is not None:
        now = _asked_span(request, published.as_of)
        against = request.GET.get("against", "before")
        against = against if against in AGAINST else "before"
        cut = next((each for each in CUTS if each == request.GET.get("cut")), Cut.UNIT)
        unit_id = _asked_unit(request)
        tree = drivers_between(
            viewer=viewer, before=earlier(now, against), now=now, cut=cut, unit_id=unit_id
        )
        shown |= waterfall_of(tree, program.currency) | {
            "now": now,
            "before": tree.before,
            "against": against,
            "againsts": AGAINST,
            "cut": cut,
            "cuts": CUTS,
            "groups": _groups(viewer, tree, unit_id),
            "periods": [_last_days(published.as_of, days) for days in PERIODS],
            "unit_id": unit_id,
            "path": path_to(viewer=viewer, unit_id=unit_id),
        }
    return render(request, "headquarters/drivers.html", shown)


def earlier(now: Span, against: str) -> Span:
    """The period of equal length that another is compared with."""
    length = now.end_on - now.start_on
    if against == "year":
        start_on = _a_year_before(now.start_on)
        return Span(start_on=start_on, end_on=start_on + length)
    end_on = now.start_on - timedelta(days=1)
    return Span(start_on=end_on - length, end_on=end_on)


def waterfall_of(tree: DriverTree, currency: str) -> dict[str, Any]:
    """What the words and the chart of a change show."""
    total = tree.total
    return {
        "movement": total,
        "change_ppm": _ppm(total.change_minor, total.before.net_minor),
        "reasons": reasons_of(total),
        "waterfall": _chart(total, currency),
    }


def reasons_of(movement: Movement) -> list[Reason]:
    """The parts of a change that are not nothing, the greatest first."""
    before = movement.before.net_minor
    parts = sorted(movement.parts.items(), key=lambda each: -abs(each[1]))
    return [Reason(str(DRIVERS[name]), part, _ppm(part, before)) for name, part in parts if part]


def _chart(movement: Movement, currency: str) -> dict[str, Any]:
    """Bars from the sales before over each driver's part to the sales now."""
    bars: list[dict[str, Any]] = []

    def add(name: str, start: int, end: int, *, is_total: bool = False) -> None:
        low, high = sorted((start, end))
        kind = "total" if is_total else "rise" if end > start else "fall"
        amounts = {
            "hidden": low if low > 0 else high if high < 0 else 0,
            "above": max(high, 0) - max(low, 0),
            "below": min(low, 0) - min(high, 0),
            "told": end if is_total else end - start,
        }
        major = {each: float(from_minor(amount, currency)) for each, amount in amounts.items()}
        bars.append({"name": name, "kind": kind} | major)

    level = movement.before.net_minor
    add(_("Before"), 0, level, is_total=True)
    for driver, part in movement.parts.items():
        if part:
            add(str(DRIVERS[driver]), level, level + part)
            level += part
    add(_("Now"), 0, level, is_total=True)
    return {"kind": "waterfall", "bars": bars}


def _groups(viewer: Viewer, tree: DriverTree, unit_id: int | None) -> list[dict[str, Any]]:
    cut = tree.cut or Cut.UNIT
    names = _names_of(cut, [each.group_key for each in tree.groups])
    parents = {unit.parent_id for unit in units_under(viewer=viewer)} if cut is Cut.UNIT else set()
    rows = []
    for each in tree.groups:
        below = int(each.group_key) if cut is Cut.UNIT and each.group_key else None
        rows.append(
            {
                "name": names.get(each.group_key) or _NO_GROUP[cut],
                "unit_id": below if below in parents and below != unit_id else None,
                "before_minor": each.before.net_minor,
                "now_minor": each.now.net_minor,
                "change_minor": each.change_minor,
                "change_ppm": _ppm(each.change_minor, each.before.net_minor),
                "reasons": reasons_of(each)[:_TOLD],
            }
        )
    return rows


def _names_of(cut: Cut, keys: list[str]) -> dict[str, str]:
    if cut in (Cut.UNIT, Cut.CATEGORY):
        ids = [int(key) for key in keys if key]
        by_unit = cut is Cut.UNIT
        found = names_of_units(unit_ids=ids) if by_unit else names_of_categories(category_ids=ids)
        return {str(number): name for number, name in found.items()}
    if cut is Cut.KIND:
        return {key: str(KINDS[SellerKind(key)]) for key in keys if key}
    return {key: str(name) for key, name in _AGES.items()}


def _last_days(as_of: date, days: int) -> dict[str, Any]:
    return {"days": days, "start_on": as_of - timedelta(days=days), "end_on": as_of - _ONE_DAY}


def _asked_span(request: HttpRequest, as_of: date) -> Span:
    usual = _last_days(as_of, 30)
    start_on = _asked_day(request, "from", usual["start_on"])
    end_on = _asked_day(request, "to", usual["end_on"])
    if start_on.year < _FIRST_YEAR or (end_on - start_on).days > _LONGEST_DAYS:
        raise BadInput(
            "from",
            "Choose days since {year}, {longest} at most.",
            year=_FIRST_YEAR,
            longest=_LONGEST_DAYS,
        )
    return Span(start_on=start_on, end_on=end_on)


def _asked_day(request: HttpRequest, field: str, usual: date) -> date:
    text = request.GET.get(field, "").strip()
    if not text:
        return usual
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(field, "{day} is no date; write it as 2026-01-31.", day=text) from error


def _asked_unit(request: HttpRequest) -> int | None:
    text = request.GET.get("unit", "")
    return int(text) if text.isdecimal() and len(text) < len(str(2**63)) else None


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def _ppm(part: int, whole: int) -> int | None:
    return part * _MILLION // whole if whole > 0 else None
