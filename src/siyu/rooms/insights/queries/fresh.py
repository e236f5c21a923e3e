"""What was sold until now: read from the newest hourly results."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from siyu.analytics.engine import RESULTS_VERSION
from siyu.foundation.clock import zone
from siyu.rooms.insights.models import Freshness
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries.published import top_unit
from siyu.rooms.insights.types import DaySoFar, FreshView, Lookup, Sold
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.queries import find_seller, seller_ids_within

_A_WEEK = timedelta(days=7)
_HOURS, _MINUTES = 24, 60


def freshness_of(*, program_id: int) -> FreshView | None:
    """How fresh a program's figures of today are, or None before the first hourly run."""
    rows = Freshness.objects.filter(program_id=program_id, version=RESULTS_VERSION)
    row = rows.order_by("-fresh_at").first()
    if row is None:
        return None
    return FreshView(run_id=row.results_id, today=row.today, fresh_at=row.fresh_at)


def day_so_far(*, viewer: Viewer, now: datetime) -> DaySoFar | None:
    """Today's sales within the viewer's reach, against the same weekday a week before.

    None before the first hourly run.
    """
    viewer.require(Right.SEE_OVERVIEW)
    program = program_of(program_id=viewer.program_id)
    fresh = freshness_of(program_id=program.id)
    if fresh is None:
        return None
    today = program.day_of(now)
    unit = None if viewer.scope is Scope.PROGRAM else top_unit(viewer=viewer)
    hours = _read(viewer, fresh, Lookup(result="unit_hours", where={"unit_id": unit}))
    clock = fresh.fresh_at.astimezone(zone(program.zone))
    # The hours of a business day, as they follow one another.
    order = [(program.cut_off_hour + number) % _HOURS for number in range(_HOURS)]
    own, before = _by_hour(hours, today), _by_hour(hours, today - _A_WEEK)
    # A run of yesterday knows no hour of today yet.
    begun_hours = order.index(clock.hour) + 1 if program.day_of(fresh.fresh_at) == today else 0
    whole_hours = sum(before[hour] for hour in order[: max(begun_hours - 1, 0)])
    begun = before[clock.hour] * clock.minute // _MINUTES if begun_hours else 0
    return DaySoFar(
        on=today,
        fresh_at=fresh.fresh_at,
        gmv_minor=sum(own.values()),
        orders=sum(row["orders"] for row in hours if row["business_on"] == today),
        refunds_minor=_refunded(viewer, fresh, today),
        before_minor=whole_hours + begun,
        hours=tuple(order),
        by_hour=tuple(own[hour] for hour in order[:begun_hours]),
        before_by_hour=tuple(before[hour] for hour in order),
    )


def seller_days_of(
    *, viewer: Viewer, seller_id: int, start_on: date, end_on: date
) -> dict[date, Sold]:
    """What a seller within reach sold by day until now, of this month and the last."""
    find_seller(viewer=viewer, seller_id=seller_id)
    fresh = freshness_of(program_id=viewer.program_id)
    rows = _read(viewer, fresh, Lookup(result="seller_days", where={"seller_id": seller_id}))
    within = [row for row in rows if start_on <= row["business_on"] <= end_on]
    return _sold(within, "business_on")


def units_in_month(
    *, viewer: Viewer, month_on: date, unit_ids: Sequence[int | None]
) -> dict[int | None, Sold]:
    """What org units sold in a month until now, by id; None is the whole program.

    Of units out of the viewer's reach nothing is told.
    """
    viewer.require(Right.SEE_OVERVIEW)
    within = {
        unit_id
        for unit_id in unit_ids
        if viewer.unit_ids is None or (unit_id is not None and unit_id in viewer.unit_ids)
    }
    fresh = freshness_of(program_id=viewer.program_id)
    where = {"month_on": month_on, "seller_id": None}
    found: dict[int | None, Sold] = {}
    if some := sorted(unit_id for unit_id in within if unit_id is not None):
        rows = _read(viewer, fresh, Lookup(result="month_sales", where=where | {"unit_id": some}))
        found |= _sold(rows, "unit_id")
    if None in within:
        rows = _read(viewer, fresh, Lookup(result="month_sales", where=where | {"unit_id": None}))
        found |= _sold(rows, "unit_id")
    return found


def sellers_in_month(
    *, viewer: Viewer, month_on: date, seller_ids: Sequence[int]
) -> dict[int, Sold]:
    """What sellers within reach sold in a month until now, by id."""
    reach = seller_ids_within(viewer=viewer)
    some = [each for each in seller_ids if reach is None or each in reach]
    if not some:
        return {}
    fresh = freshness_of(program_id=viewer.program_id)
    where = {"month_on": month_on, "seller_id": sorted(some)}
    return _sold(_read(viewer, fresh, Lookup(result="month_sales", where=where)), "seller_id")


def _read(viewer: Viewer, fresh: FreshView | None, lookup: Lookup) -> list[dict[str, Any]]:
    if fresh is None:
        return []
    rows = warehouse().read(program_id=viewer.program_id, run_id=fresh.run_id, lookup=lookup)
    return list(rows.to_pylist())


def _by_hour(rows: list[dict[str, Any]], on: date) -> dict[int, int]:
    amounts = {row["local_hour"]: row["gmv_minor"] for row in rows if row["business_on"] == on}
    return dict.fromkeys(range(_HOURS), 0) | amounts


def _refunded(viewer: Viewer, fresh: FreshView, on: date) -> int:
    lookup = Lookup(
        result="seller_days",
        columns=("unit_id", "refunds_minor"),
        where={"business_on": on},
        after={"refunds_minor": 0},
    )
    rows = _read(viewer, fresh, lookup)
    return sum(
        row["refunds_minor"]
        for row in rows
        if viewer.unit_ids is None or row["unit_id"] in viewer.unit_ids
    )


def _sold(rows: list[dict[str, Any]], by: str) -> dict[Any, Sold]:
    found: dict[Any, Sold] = {}
    for row in rows:
        before = found.get(row[by], Sold())
        found[row[by]] = Sold(
            gmv_minor=before.gmv_minor + row["gmv_minor"],
            refunds_minor=before.refunds_minor + row["refunds_minor"],
        )
    return found
