from collections.abc import Iterable
from datetime import date, datetime, timedelta

from siyu.foundation.clock import zone
from siyu.foundation.errors import NotFound
from siyu.rooms.campaigns.models import Target, TargetPlan
from siyu.rooms.campaigns.rules import elapsed_ppm
from siyu.rooms.campaigns.types import TargetPlanView, TargetRule, TargetView
from siyu.rooms.insights.queries import sellers_in_month, units_in_month
from siyu.rooms.insights.types import Sold
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import program_of, units_under
from siyu.rooms.sellers.queries import find_seller, seller_ids_within

_NOTHING = Sold()


def target_plan_of(*, viewer: Viewer, month_on: date) -> TargetPlanView | None:
    """A month's target of the whole program, or None where there is none."""
    viewer.require(Right.SEE_OVERVIEW)
    plan = _plan(viewer, month_on)
    if plan is None:
        return None
    return TargetPlanView(
        month_on=plan.month_on,
        amount_minor=plan.amount_minor,
        rule=TargetRule(plan.rule),
        past_months=plan.past_months,
        set_by_id=plan.set_by_id,
        set_at=plan.set_at,
        sellers=Target.objects.filter(plan=plan, is_seller=True).count(),
    )


def unit_target(*, viewer: Viewer, month_on: date, unit_id: int | None = None) -> TargetView | None:
    """The target of a unit (None: the highest within reach).

    None where it has none: the month has no targets, or the unit had no seller when they were set.
    Raises NotFound outside the viewer's reach.
    """
    viewer.require(Right.SEE_OVERVIEW)
    top = _top(viewer, unit_id)
    plan = _plan(viewer, month_on)
    own = Target.objects.filter(plan=plan, holder_id=top).first() if plan else None
    return _views(viewer, month_on, [own])[0] if own else None


def targets_below(
    *,
    viewer: Viewer,
    month_on: date,
    unit_id: int | None = None,
    page: int = 1,
    size: int = 50,
) -> tuple[list[TargetView], int]:
    """The targets broken down from that of a unit, the greatest first, and their number.

    Raises NotFound outside the viewer's reach.
    """
    viewer.require(Right.SEE_OVERVIEW)
    top = _top(viewer, unit_id)
    rows = Target.objects.filter(plan=_plan(viewer, month_on), above_id=top)
    first = (page - 1) * size
    some = rows.order_by("-amount_minor", "holder_id")[first : first + size]
    return _views(viewer, month_on, some), rows.count()


def target_tree(*, viewer: Viewer, month_on: date) -> list[TargetView]:
    """Every target within reach, units first, the greatest first; none without targets."""
    viewer.require(Right.SEE_OVERVIEW)
    plan = _plan(viewer, month_on)
    if plan is None:
        return []
    rows = Target.objects.filter(plan=plan)
    if viewer.unit_ids is not None:
        sellers = seller_ids_within(viewer=viewer) or frozenset()
        within = viewer.unit_ids | sellers
        rows = rows.filter(holder_id__in=list(within))
    return _views(viewer, month_on, rows.order_by("is_seller", "-amount_minor", "holder_id"))


def own_target(*, viewer: Viewer, seller_id: int, month_on: date) -> TargetView | None:
    """The target of a seller within reach, with what she sold; None where she has none."""
    find_seller(viewer=viewer, seller_id=seller_id)
    plan = _plan(viewer, month_on)
    row = Target.objects.filter(plan=plan, holder_id=seller_id).first() if plan else None
    return _views(viewer, month_on, [row])[0] if row else None


def month_elapsed_ppm(*, program_id: int, month_on: date, now: datetime) -> int:
    """How much of a month has passed at a moment, in parts per million."""
    program = program_of(program_id=program_id)
    shifted = now.astimezone(zone(program.zone)) - timedelta(hours=program.cut_off_hour)
    return elapsed_ppm(month_on=month_on, now=shifted)


def _plan(viewer: Viewer, month_on: date) -> TargetPlan | None:
    return TargetPlan.objects.filter(program_id=viewer.program_id, month_on=month_on).first()


def _top(viewer: Viewer, unit_id: int | None) -> int:
    units = units_under(viewer=viewer)
    reach = {unit.id for unit in units}
    if unit_id is None:
        unit_id = next((unit.id for unit in units if unit.parent_id not in reach), None)
    if unit_id is None or unit_id not in reach:
        raise NotFound("There is no such org unit within your reach.")
    return unit_id


def _views(viewer: Viewer, month_on: date, rows: Iterable[Target]) -> list[TargetView]:
    rows = list(rows)
    # What is credited to no unit counts for the whole program all the same.
    whole = {row.holder_id for row in rows if row.above_id is None}
    is_program = viewer.scope is Scope.PROGRAM
    asked = [row.holder_id for row in rows if not row.is_seller]
    units = (
        units_in_month(
            viewer=viewer, month_on=month_on, unit_ids=[*asked, None] if is_program else asked
        )
        if asked
        else {}
    )
    sellers = sellers_in_month(
        viewer=viewer,
        month_on=month_on,
        seller_ids=[row.holder_id for row in rows if row.is_seller],
    )

    def sold(row: Target) -> Sold:
        if row.is_seller:
            return sellers.get(row.holder_id, _NOTHING)
        return units.get(None if row.holder_id in whole else row.holder_id, _NOTHING)

    return [
        TargetView(
            unit_id=None if row.is_seller else row.holder_id,
            seller_id=row.holder_id if row.is_seller else None,
            amount_minor=row.amount_minor,
            is_fixed=row.is_fixed,
            sold=sold(row),
        )
        for row in rows
    ]
