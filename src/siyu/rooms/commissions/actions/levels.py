"""Levels given to sellers: by the review of a month, by a change of plan, by a trial passed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from siyu.foundation.calendar import month_of
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.foundation.money import to_minor
from siyu.rooms.commissions import models
from siyu.rooms.commissions.queries.levels import (
    levels_carried,
    levels_held,
    review_of_month,
    sold_between,
    version_with_levels,
)
from siyu.rooms.commissions.types import LevelChange, ReviewKind
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.plans.queries import find_plan, plans_in_force
from siyu.rooms.plans.types import PlanState
from siyu.rooms.sellers.actions import set_levels, take_back_levels
from siyu.rooms.sellers.types import LevelFrom, LevelReason

_LATE_DAYS = 31
"""For so long after a trial, sales that are told late still pass it."""


@transaction.atomic
def apply_review(*, viewer: Viewer, month_on: date, today: date, at: datetime) -> int:
    """Give sellers the levels that a month's review comes to, from tomorrow on; returns its id.

    Raises BadInput for a month that is not over, Conflict for one that was reviewed.
    """
    viewer.require(Right.PUBLISH_PLANS)
    month_on, from_on = month_of(month_on), today + timedelta(days=1)
    if month_of(today) <= month_on:
        raise BadInput("month", "This month is not over yet.")
    changes = review_of_month(viewer=viewer, month_on=month_on, from_on=from_on)
    changed = [each for each in changes if each.after is not None and each.after != each.before]
    row = models.LevelReview(
        kind=ReviewKind.MONTH,
        plan_id=version_with_levels(program_id=viewer.program_id, day=from_on).id,
        month_on=month_on,
        from_on=from_on,
        rises=sum(each.is_higher for each in changed),
        falls=sum(not each.is_higher for each in changed),
    )
    _insert_once(viewer, row, at, "This month was reviewed already.")
    levels = [
        LevelFrom(
            seller_id=each.seller_id,
            level=each.after or "",
            from_on=day,
            reason=LevelReason.REVIEW,
        )
        for each in changed
        for day in (from_on, each.trial_over_on)
        if day is not None
    ]
    set_levels(viewer=viewer, levels=levels, source_id=row.id, at=at)
    record_deed(viewer=viewer, action="review levels", subject=f"review {row.id}")
    return row.id


@transaction.atomic
def carry_levels(*, viewer: Viewer, plan_id: int, today: date, at: datetime) -> int:
    """Give sellers their levels in a plan that begins later, by its own rule; returns its id.

    Whose level has to be earned gets the first one on the day after the trial, unless she earns it
    before. Raises NotFound, and Conflict for a plan that is not published, has begun, or carried
    levels over already.
    """
    viewer.require(Right.PUBLISH_PLANS)
    version = find_plan(viewer=viewer, plan_id=plan_id)
    plan = version.plan
    if version.state is not PlanState.PUBLISHED or plan.from_on <= today:
        raise Conflict("Levels are carried over to a published plan before its first day.")
    changes = levels_carried(viewer=viewer, plan_id=plan_id)
    row = models.LevelReview(
        kind=ReviewKind.CARRY,
        plan_id=plan_id,
        month_on=None,
        from_on=plan.from_on,
        rises=0,
        falls=0,
    )
    _insert_once(viewer, row, at, "Levels were carried over to this plan already.")
    levels = _carried(changes, plan.from_on, plan.levels[0].key)
    set_levels(viewer=viewer, levels=levels, source_id=row.id, at=at)
    record_deed(viewer=viewer, action="carry levels", subject=f"plan {plan_id}")
    return row.id


@transaction.atomic
def take_back_review(*, viewer: Viewer, review_id: int, today: date, at: datetime) -> None:
    """Take back what a review gave, before it counts. Raises NotFound, Conflict."""
    viewer.require(Right.PUBLISH_PLANS)
    row = (
        models.LevelReview.objects.select_for_update()
        .filter(id=review_id, program_id=viewer.program_id)
        .first()
    )
    if row is None:
        raise NotFound("There is no such review.")
    if row.taken_back_at is not None:
        raise Conflict("It was taken back already.")
    if row.from_on <= today:
        raise Conflict("These levels count already; the next review changes them.")
    _take_back(row, at)
    record_deed(viewer=viewer, action="take back levels", subject=f"review {row.id}")


@transaction.atomic
def take_back_carried(*, plan_id: int, at: datetime) -> None:
    """Take back the levels of a plan that was withdrawn."""
    rows = models.LevelReview.objects.select_for_update().filter(
        plan_id=plan_id, kind=ReviewKind.CARRY, taken_back_at=None
    )
    for row in rows:
        _take_back(row, at)


def settle_trials(*, program_id: int, today: date, at: datetime) -> int:
    """Leave their level to sellers who have earned it within their trial; returns how many."""
    plans = plans_in_force(program_id=program_id)
    passed = 0
    rows = models.LevelReview.objects.filter(
        program_id=program_id, kind=ReviewKind.CARRY, taken_back_at=None
    )
    for row in rows:
        carries = plans.plan(row.plan_id).carries
        if carries is None or today <= row.from_on:
            continue
        over_on = row.from_on + timedelta(days=carries.trial_days)
        if today <= over_on + timedelta(days=_LATE_DAYS):
            passed += _settle(row, over_on, today, at)
    return passed


@transaction.atomic
def _settle(row: models.LevelReview, over_on: date, today: date, at: datetime) -> int:
    """Those of one change of plan who passed; a level that is theirs on the trial's last day."""
    plan = plans_in_force(program_id=row.program_id).plan(row.plan_id)
    asked = plan.carries.levels if plan.carries else {}
    before, _ = levels_held(program_id=row.program_id, day=row.from_on - timedelta(days=1))
    last_on = over_on - timedelta(days=1)
    held, trials = levels_held(program_id=row.program_id, day=last_on)
    waiting = [seller_id for seller_id, day in trials.items() if day == over_on]
    sold = sold_between(seller_ids=waiting, first=row.from_on, last=last_on)
    levels = [
        LevelFrom(
            seller_id=seller_id,
            level=held[seller_id].level,
            from_on=over_on if today <= over_on else today + timedelta(days=1),
            reason=LevelReason.EARNED,
        )
        for seller_id in waiting
        if sold.get(seller_id, 0) >= to_minor(asked[before[seller_id].level].earn, plan.currency)
    ]
    set_levels(viewer=None, levels=levels, source_id=row.id, at=at)
    return len(levels)


def _carried(changes: Sequence[LevelChange], from_on: date, first: str) -> list[LevelFrom]:
    levels = []
    for each in changes:
        days = [(from_on, each.after or first, LevelReason.CARRIED)]
        if each.trial_over_on:
            days.append((each.trial_over_on, first, LevelReason.TRIAL_OVER))
        levels += [
            LevelFrom(seller_id=each.seller_id, level=level, from_on=day, reason=reason)
            for day, level, reason in days
        ]
    return levels


def _insert_once(viewer: Viewer, row: models.LevelReview, at: datetime, refusal: str) -> None:
    row.program_id, row.applied_by_id, row.applied_at = viewer.program_id, viewer.staff_id, at
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(refusal) from error


def _take_back(row: models.LevelReview, at: datetime) -> None:
    take_back_levels(source_id=row.id)
    row.taken_back_at = at
    row.save(update_fields=["taken_back_at"])
