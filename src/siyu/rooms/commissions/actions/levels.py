"""Levels given to sellers: by the review of a month, by a change of plan, by a trial passed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from siyu.foundation.calendar import month_of
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.rooms.commissions import models
from siyu.rooms.commissions.queries.levels import (
    levels_carried,
    review_of_month,
    sold_between,
    version_with_levels,
)
from siyu.rooms.commissions.types import ReviewKind
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.plans.queries import find_plan, plans_in_force
from siyu.rooms.plans.types import PlanState
from siyu.rooms.sellers.actions import judge_trials, set_levels, take_back_levels
from siyu.rooms.sellers.queries import levels_held, trials_since
from siyu.rooms.sellers.types import LevelFrom, LevelReason, Trial

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
            from_on=from_on,
            reason=LevelReason.REVIEW,
        )
        for each in changed
    ]
    set_levels(viewer=viewer, levels=levels, source_id=row.id, at=at)
    record_deed(viewer=viewer, action="review levels", subject=f"review {row.id}")
    return row.id


@transaction.atomic
def carry_levels(*, viewer: Viewer, plan_id: int, today: date, at: datetime) -> int:
    """Give sellers their levels in a plan that begins later, by its own rule; returns its id.

    It goes by the levels of the day before; whose level has to be earned falls to the first one on
    the day after the trial, unless she earns it before. Raises NotFound, and Conflict for a plan
    that is not published, has begun, or carried levels over already.
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
    levels = [
        LevelFrom(
            seller_id=each.seller_id,
            level=each.after or "",
            from_on=plan.from_on,
            reason=LevelReason.CARRIED,
            trial=each.trial,
        )
        for each in changes
    ]
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


@transaction.atomic
def settle_trials(*, program_id: int, today: date, at: datetime) -> int:
    """Judge trials by what was sold in them so far, less what came back; how many are passed.

    Until a trial is over the judgement may change. Sales that are told within a month after it
    give the level back from tomorrow on.
    """
    _forget_withdrawn(program_id, at)
    trials = [
        (each, each.trial)
        for each in trials_since(program_id=program_id, day=today - timedelta(days=_LATE_DAYS))
        if each.trial is not None and each.from_on < today
    ]
    earned = _earned(program_id, trials)
    running = {each.id for each, trial in trials if today <= trial.over_on}
    judge_trials(passed=earned & running, failed=running - earned)
    tomorrow = today + timedelta(days=1)
    held = levels_held(program_id=program_id, day=tomorrow)
    late = [
        LevelFrom(
            seller_id=each.seller_id,
            level=each.level,
            from_on=tomorrow,
            reason=LevelReason.EARNED,
        )
        for each, trial in trials
        if each.id in earned - running and _fell_by(held.get(each.seller_id), trial)
    ]
    set_levels(viewer=None, levels=late, source_id=None, at=at)
    return len(earned & running) + len(late)


def _earned(program_id: int, trials: Sequence[tuple[LevelFrom, Trial]]) -> set[int]:
    """The ids of those levels whose trial asks for no more than was sold in it."""
    windows: dict[tuple[date, date], list[tuple[LevelFrom, Trial]]] = defaultdict(list)
    for each, trial in trials:
        windows[each.from_on, trial.over_on].append((each, trial))
    earned = set()
    for (first, over_on), own in windows.items():
        sold = sold_between(
            program_id=program_id,
            seller_ids=[each.seller_id for each, _ in own],
            first=first,
            last=over_on - timedelta(days=1),
        )
        earned |= {
            each.id for each, trial in own if sold.get(each.seller_id, 0) >= trial.earn_minor
        }
    return earned


def _fell_by(held: LevelFrom | None, trial: Trial) -> bool:
    """Whether the level that she has is still the one that this trial left her."""
    return held is not None and (held.reason, held.from_on) == (
        LevelReason.TRIAL_OVER,
        trial.over_on,
    )


def _forget_withdrawn(program_id: int, at: datetime) -> None:
    """Take back what was carried over while the plan was withdrawn."""
    published = plans_in_force(program_id=program_id).versions
    rows = models.LevelReview.objects.filter(
        program_id=program_id, kind=ReviewKind.CARRY, taken_back_at=None
    )
    for plan_id in rows.exclude(plan_id__in=published).values_list("plan_id", flat=True):
        take_back_carried(plan_id=plan_id, at=at)


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
