from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from siyu.foundation.calendar import month_of
from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.foundation.money import exponent
from siyu.rooms.campaigns.models import Target, TargetPlan
from siyu.rooms.campaigns.rules import break_down, past_weights
from siyu.rooms.campaigns.types import LONGEST_PAST_MONTHS, MOST_TARGET_MINOR, TargetRule
from siyu.rooms.insights.queries import sellers_began, sold_by_seller
from siyu.rooms.operations.actions import record_deed, update_rows
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import program_of, units_under
from siyu.rooms.organization.types import UnitKind
from siyu.rooms.sellers.queries import seller_ids_within, units_of_working_sellers

_BATCH = 1_000
_MONTHS_AHEAD = 11


@transaction.atomic
def set_targets(
    *,
    viewer: Viewer,
    month_on: date,
    amount_minor: int,
    rule: TargetRule,
    past_months: int = 4,
    now: datetime,
) -> int:
    """Set a program's target of a month and break it down to its working sellers; how many.

    By what each sold in the last ``past_months`` whole months, in the same month a year before, or
    evenly. What was set by hand stays as far as its holder still works. Raises
    BadInput for an amount or month that cannot be set, NotAllowed without the whole program,
    Conflict where the program has no working seller.
    """
    viewer.require(Right.SET_TARGETS)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("The target of the whole program is set by headquarters.")
    _check_month(viewer, month_on, now)
    _check_amount(viewer, amount_minor)
    if amount_minor == 0:
        raise BadInput("amount", "Set a target above zero.")
    if not 1 <= past_months <= LONGEST_PAST_MONTHS:
        raise BadInput("months", "Look back 1 to {most} months.", most=LONGEST_PAST_MONTHS)
    units = units_of_working_sellers(program_id=viewer.program_id)
    if not units:
        raise Conflict("There is no working seller to carry a target; import sellers first.")
    plan, _ = TargetPlan.objects.select_for_update().update_or_create(
        program_id=viewer.program_id,
        month_on=month_on,
        defaults={
            "amount_minor": amount_minor,
            "rule": rule,
            "past_months": past_months,
            "set_by_id": viewer.staff_id,
            "set_at": now,
        },
    )
    top, above = _tree(viewer, units)
    this_month = month_of(program_of(program_id=viewer.program_id).day_of(now))
    weights = _weights(viewer, units, rule, month_on, this_month, past_months)
    _store(plan, top=top, above=above, weights=weights, sellers=frozenset(units))
    record_deed(viewer=viewer, action="set targets", subject=f"targets {month_on:%Y-%m}")
    return len(units)


def fix_target(
    *, viewer: Viewer, month_on: date, holder_id: int, amount_minor: int, now: datetime
) -> None:
    """Set the target of a unit or seller by hand; the others below the same unit share the rest.

    Raises BadInput where that leaves less than nothing for them, NotFound outside the viewer's
    reach, NotAllowed for her own unit.
    """
    _check_amount(viewer, amount_minor)
    _change(viewer, month_on, holder_id, now, amount_minor)


def release_target(*, viewer: Viewer, month_on: date, holder_id: int, now: datetime) -> None:
    """Have a target follow the rule again. Raises as ``fix_target`` does."""
    _change(viewer, month_on, holder_id, now, None)


@transaction.atomic
def drop_targets(*, viewer: Viewer, month_on: date, now: datetime) -> None:
    """Take all targets of a month back. Raises NotFound where there are none."""
    viewer.require(Right.SET_TARGETS)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("The target of the whole program is set by headquarters.")
    _check_month(viewer, month_on, now)
    _plan(viewer, month_on).delete()
    record_deed(viewer=viewer, action="drop targets", subject=f"targets {month_on:%Y-%m}")


@transaction.atomic
def _change(
    viewer: Viewer, month_on: date, holder_id: int, now: datetime, amount_minor: int | None
) -> None:
    viewer.require(Right.SET_TARGETS)
    _check_month(viewer, month_on, now)
    plan = _plan(viewer, month_on)
    held = Target.objects.filter(plan=plan, holder_id=holder_id).first()
    if held is None or not _reaches(viewer, held):
        raise NotFound("There is no such target within your reach.")
    if held.above_id is None or not _reaches_unit(viewer, held.above_id):
        raise NotAllowed("Your own target is set above you; you may set those below it.")
    held.is_fixed = amount_minor is not None
    held.amount_minor = held.amount_minor if amount_minor is None else amount_minor
    held.save()
    _share_out(plan, top=held.above_id)
    verb = "release target" if amount_minor is None else "fix target"
    record_deed(viewer=viewer, action=verb, subject=f"target {month_on:%Y-%m} of {holder_id}")


def _share_out(plan: TargetPlan, *, top: int) -> None:
    """Share the target of a unit out anew among all below it, as they are weighed."""
    rows = {row.holder_id: row for row in Target.objects.filter(plan=plan)}
    below = _below(top, {row.holder_id: row.above_id for row in rows.values() if row.above_id})
    amounts = break_down(
        amount=rows[top].amount_minor,
        top=top,
        above=below,
        weights={row.holder_id: row.weight for row in rows.values()},
        fixed={row.holder_id: row.amount_minor for row in rows.values() if row.is_fixed},
        step=_whole(plan.program_id),
    )
    changed = [
        (amount, rows[key].id)
        for key, amount in amounts.items()
        if rows[key].amount_minor != amount
    ]
    update_rows(model=Target, key="id", columns=["amount_minor"], rows=changed)


def _below(top: int, above: Mapping[int, int]) -> dict[int, int]:
    """The holders below a unit, each with the one above it."""
    by_unit: dict[int, list[int]] = defaultdict(list)
    for holder, unit in above.items():
        by_unit[unit].append(holder)
    found: dict[int, int] = {}
    waiting = [top]
    while waiting:
        unit = waiting.pop()
        found |= dict.fromkeys(by_unit[unit], unit)
        waiting += by_unit[unit]
    return found


def _store(
    plan: TargetPlan,
    *,
    top: int,
    above: Mapping[int, int],
    weights: Mapping[int, int],
    sellers: frozenset[int],
) -> None:
    before = Target.objects.filter(plan=plan)
    fixed = dict(before.filter(is_fixed=True).values_list("holder_id", "amount_minor"))
    kept = {holder: amount for holder, amount in fixed.items() if holder in above}
    amounts = break_down(
        amount=plan.amount_minor,
        top=top,
        above=above,
        weights=weights,
        fixed=kept,
        step=_whole(plan.program_id),
    )
    before.delete()
    Target.objects.bulk_create(
        (
            Target(
                plan=plan,
                holder_id=holder,
                above_id=above.get(holder),
                is_seller=holder in sellers,
                weight=weights.get(holder, 0),
                amount_minor=amount,
                is_fixed=holder in kept,
            )
            for holder, amount in amounts.items()
        ),
        batch_size=_BATCH,
    )


def _tree(viewer: Viewer, units_of_sellers: Mapping[int, int]) -> tuple[int, dict[int, int]]:
    """Headquarters, and for every unit with sellers and every seller the one above."""
    units = {unit.id: unit for unit in units_under(viewer=viewer)}
    top = next(unit.id for unit in units.values() if unit.kind is UnitKind.HEADQUARTERS)
    above = dict(units_of_sellers)
    for unit_id in set(units_of_sellers.values()):
        below: int = unit_id
        while below != top and below not in above:
            above[below] = units[below].parent_id or top
            below = above[below]
    return top, above


def _weights(
    viewer: Viewer,
    units: Mapping[int, int],
    rule: TargetRule,
    month_on: date,
    this_month: date,
    past_months: int,
) -> dict[int, int]:
    if rule is TargetRule.EQUAL:
        return dict.fromkeys(units, 1)
    if rule is TargetRule.LAST_YEAR:
        first_on = last_on = month_of(month_on, -12)
    else:
        first_on, last_on = month_of(this_month, -past_months), month_of(this_month, -1)
    sold = sold_by_seller(viewer=viewer, first_on=first_on, last_on=last_on)
    if not any(amount > 0 for amount in sold.values()):
        raise BadInput(
            "rule", "Nothing was sold in those months; choose another way to break it down."
        )
    newcomers = sellers_began(viewer=viewer, since=first_on)
    return past_weights(sold=sold, newcomers=newcomers, sellers=list(units))


def _check_month(viewer: Viewer, month_on: date, now: datetime) -> None:
    today = program_of(program_id=viewer.program_id).day_of(now)
    this = month_of(today)
    if month_on.day != 1 or not this <= month_on <= month_of(this, _MONTHS_AHEAD):
        raise BadInput("month", "Choose this month or one of the next eleven.")


def _check_amount(viewer: Viewer, amount_minor: int) -> None:
    if not 0 <= amount_minor <= MOST_TARGET_MINOR or amount_minor % _whole(viewer.program_id):
        raise BadInput("amount", "Write the target as a whole amount, without decimals.")


def _whole(program_id: int) -> int:
    """Minor units of one major unit."""
    return int(10 ** exponent(program_of(program_id=program_id).currency))


def _plan(viewer: Viewer, month_on: date) -> TargetPlan:
    plans = TargetPlan.objects.select_for_update()
    plan = plans.filter(program_id=viewer.program_id, month_on=month_on).first()
    if plan is None:
        raise NotFound("There are no targets for this month.")
    return plan


def _reaches(viewer: Viewer, target: Target) -> bool:
    if target.is_seller:
        within = seller_ids_within(viewer=viewer)
        return within is None or target.holder_id in within
    return _reaches_unit(viewer, target.holder_id)


def _reaches_unit(viewer: Viewer, unit_id: int) -> bool:
    return viewer.unit_ids is None or unit_id in viewer.unit_ids
