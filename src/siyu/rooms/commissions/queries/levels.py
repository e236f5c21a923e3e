"""Levels of sellers by their own sales: where each stands, and what a review would change."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from siyu.analytics.commissions import Plan
from siyu.foundation.calendar import month_of
from siyu.foundation.errors import Conflict
from siyu.foundation.money import to_minor
from siyu.rooms.commissions import models
from siyu.rooms.commissions.rules import reviewed_place
from siyu.rooms.commissions.types import (
    LevelChange,
    LevelReview,
    OwnLevel,
    ReviewKind,
    Threshold,
)
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.plans.queries import find_plan, plan_on
from siyu.rooms.plans.types import PlanVersion
from siyu.rooms.sellers.queries import level_periods, own_seller, working_seller_ids
from siyu.rooms.sellers.types import LevelFrom, LevelReason


def review_of_month(*, viewer: Viewer, month_on: date, from_on: date) -> list[LevelChange]:
    """What a review of a month would make of every working seller from a day on, by seller.

    The levels are those of the plan that counts on that day. Raises Conflict where it has none.
    """
    viewer.require(Right.EDIT_PLANS)
    plan = version_with_levels(program_id=viewer.program_id, day=from_on).plan
    thresholds = _thresholds(plan)
    places = {level.key: place for place, level in enumerate(plan.levels)}
    keys = [level.key for level in plan.levels]
    held, trials = levels_held(program_id=viewer.program_id, day=from_on)
    sold = own_sales(program_id=viewer.program_id, month_on=month_on)
    changes = []
    for seller_id in working_seller_ids(program_id=viewer.program_id):
        own = held.get(seller_id)
        growth, month = sold.get(seller_id, (0, 0))
        trial_over_on = trials.get(seller_id)
        is_protected = own is not None and (own.from_on > month_on or trial_over_on is not None)
        now = places.get(own.level) if own else None
        then = reviewed_place(
            thresholds,
            now=now,
            growth_minor=growth,
            month_minor=month,
            is_protected=is_protected,
        )
        changes.append(
            LevelChange(
                seller_id=seller_id,
                before=own.level if own else None,
                after=None if then is None else keys[then],
                is_higher=then is not None and (now is None or then > now),
                growth_minor=growth,
                month_minor=month,
                is_protected=is_protected,
                trial_over_on=trial_over_on,
            )
        )
    return changes


def levels_carried(*, viewer: Viewer, plan_id: int) -> list[LevelChange]:
    """What a change to a plan makes of every seller with a level, by its rule; by seller.

    Raises NotFound, and Conflict where the plan says nothing of the levels before it.
    """
    plan = find_plan(viewer=viewer, plan_id=plan_id).plan
    carries, levels = plan.carries, plan.levels
    if carries is None or not levels:
        raise Conflict("This plan says nothing of the levels before it: write [carries].")
    held, _ = levels_held(program_id=viewer.program_id, day=plan.from_on)
    over_on = plan.from_on + timedelta(days=carries.trial_days)
    changes = []
    for seller_id, own in sorted(held.items()):
        carried = carries.levels.get(own.level)
        is_tried = carried is not None and carried.earn > 0 and carried.to != levels[0].key
        changes.append(
            LevelChange(
                seller_id=seller_id,
                before=own.level,
                after=carried.to if carried else levels[0].key,
                is_higher=False,
                growth_minor=0,
                month_minor=0,
                is_protected=is_tried,
                trial_over_on=over_on if is_tried else None,
            )
        )
    return changes


def level_reviews(*, viewer: Viewer, limit: int = 24) -> list[LevelReview]:
    """Reviews and changes of plan that gave levels, the newest first."""
    viewer.require(Right.EDIT_PLANS)
    rows = models.LevelReview.objects.filter(program_id=viewer.program_id).order_by("-id")
    return [
        LevelReview(
            id=row.id,
            kind=ReviewKind(row.kind),
            month_on=row.month_on,
            plan_id=row.plan_id,
            from_on=row.from_on,
            rises=row.rises,
            falls=row.falls,
            applied_by_id=row.applied_by_id,
            applied_at=row.applied_at,
            taken_back_at=row.taken_back_at,
        )
        for row in rows[:limit]
    ]


def own_level(*, viewer: Viewer, today: date) -> OwnLevel | None:
    """Where the viewer stands today; None where the plan in force has no levels."""
    viewer.require(Right.SEE_OWN_NUMBERS)
    version = plan_on(program_id=viewer.program_id, day=today)
    plan = version.plan if version else None
    if plan is None or not plan.levels:
        return None
    seller_id = own_seller(viewer=viewer).id
    held, trials = levels_held(program_id=viewer.program_id, day=today, seller_id=seller_id)
    sold = own_sales(program_id=viewer.program_id, month_on=month_of(today), seller_id=seller_id)
    growth, month = sold.get(seller_id, (0, 0))
    names = [level.name or level.key for level in plan.levels]
    places = {level.key: place for place, level in enumerate(plan.levels)}
    own = held.get(seller_id)
    place = places.get(own.level, -1) if own else -1
    thresholds = _thresholds(plan)
    is_top = place + 1 >= len(names)
    trial_over_on = trials.get(seller_id)
    return OwnLevel(
        level=names[place] if place >= 0 else None,
        growth_minor=growth,
        next_level=None if is_top else names[place + 1],
        next_minor=0 if is_top else thresholds[place + 1].reach_minor,
        keep_minor=thresholds[place].keep_minor if place >= 0 else 0,
        month_minor=month,
        trial_until=trial_over_on - timedelta(days=1) if trial_over_on else None,
    )


def levels_held(
    *, program_id: int, day: date, seller_id: int | None = None
) -> tuple[dict[int, LevelFrom], dict[int, date]]:
    """The level of each seller on a day, and of those in a trial the day on which it is over."""
    periods: dict[int, list[LevelFrom]] = defaultdict(list)
    for each in level_periods(program_id=program_id, seller_id=seller_id):
        periods[each.seller_id].append(each)
    held: dict[int, LevelFrom] = {}
    trials: dict[int, date] = {}
    for owner_id, own in periods.items():
        place = bisect_right(own, day, key=lambda each: each.from_on)
        if place:
            held[owner_id] = own[place - 1]
        trials |= _trial(own[place:])
    return held, trials


def _trial(coming: Sequence[LevelFrom]) -> dict[int, date]:
    """When a trial is over that nothing has passed yet."""
    last = coming[-1:]
    return {each.seller_id: each.from_on for each in last if each.reason is LevelReason.TRIAL_OVER}


def own_sales(
    *, program_id: int, month_on: date, seller_id: int | None = None
) -> Mapping[int, tuple[int, int]]:
    """(all until the end of a month, in the month) that plans counted of each seller's own sales.

    Minor units, less freight and refunds.
    """
    rows = models.NetLine.objects.filter(
        program_id=program_id, business_on__lt=month_of(month_on, 1), seller_id__isnull=False
    )
    if seller_id is not None:
        rows = rows.filter(seller_id=seller_id)
    in_month = Q(business_on__gte=month_of(month_on))
    sums = rows.values("seller_id").annotate(
        growth=Sum("paid_minor"), month=Coalesce(Sum(F("paid_minor"), filter=in_month), 0)
    )
    return {row["seller_id"] or 0: (row["growth"], row["month"]) for row in sums}


def sold_between(*, seller_ids: Iterable[int], first: date, last: date) -> dict[int, int]:
    """What plans counted of these sellers' own sales of these days, in minor units."""
    rows = models.NetLine.objects.filter(
        seller_id__in=any_of(values=set(seller_ids)), business_on__range=(first, last)
    )
    return dict(rows.values_list("seller_id").annotate(Sum("paid_minor")))


def version_with_levels(*, program_id: int, day: date) -> PlanVersion:
    """The version that counts on a day; raises Conflict where it has no levels."""
    version = plan_on(program_id=program_id, day=day)
    plan = version.plan if version else None
    if version is None or plan is None or not plan.levels:
        raise Conflict("The plan in force has no levels: write [[levels]] in its next version.")
    return version


def _thresholds(plan: Plan) -> list[Threshold]:
    return [
        Threshold(
            to_minor(level.own_sales, plan.currency), to_minor(level.keep_own_sales, plan.currency)
        )
        for level in plan.levels
    ]
