"""Levels of sellers by their own sales: where each stands, and what a review would change."""

from collections.abc import Iterable, Mapping
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
from siyu.rooms.plans.queries import find_plan, plan_on, plans_in_force
from siyu.rooms.plans.types import PlanVersion
from siyu.rooms.sellers.queries import levels_held, own_seller, working_seller_ids
from siyu.rooms.sellers.types import LevelFrom, Trial


def review_of_month(*, viewer: Viewer, month_on: date, from_on: date) -> list[LevelChange]:
    """What a review of a month would make of every working seller from a day on, by seller.

    The levels are those of the plan that counts on that day. Raises Conflict where it has none.
    """
    viewer.require(Right.EDIT_PLANS)
    plan = version_with_levels(program_id=viewer.program_id, day=from_on).plan
    thresholds = _thresholds(plan)
    places = {level.key: place for place, level in enumerate(plan.levels)}
    keys = [level.key for level in plan.levels]
    held = levels_held(program_id=viewer.program_id, day=from_on)
    sold = own_sales(program_id=viewer.program_id, month_on=month_on)
    changes = []
    for seller_id in working_seller_ids(program_id=viewer.program_id):
        own = held.get(seller_id)
        growth, month = sold.get(seller_id, (0, 0))
        is_protected = own is not None and (own.from_on > month_on or is_on_trial(own))
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
    held = levels_held(program_id=viewer.program_id, day=plan.from_on - timedelta(days=1))
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
                trial=Trial(
                    over_on=over_on,
                    earn_minor=to_minor(carried.earn, plan.currency),
                    falls_to=levels[0].key,
                )
                if carried is not None and is_tried
                else None,
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
    held = levels_held(program_id=viewer.program_id, day=today, seller_id=seller_id)
    sold = own_sales(program_id=viewer.program_id, month_on=month_of(today), seller_id=seller_id)
    growth, month = sold.get(seller_id, (0, 0))
    names = [level.name or level.key for level in plan.levels]
    places = {level.key: place for place, level in enumerate(plan.levels)}
    own = held.get(seller_id)
    place = places.get(own.level, -1) if own else -1
    thresholds = _thresholds(plan)
    is_top = place + 1 >= len(names)
    trial = own.trial if own and is_on_trial(own) else None
    return OwnLevel(
        level=names[place] if place >= 0 else None,
        growth_minor=growth,
        next_level=None if is_top else names[place + 1],
        next_minor=0 if is_top else thresholds[place + 1].reach_minor,
        keep_minor=thresholds[place].keep_minor if place >= 0 else 0,
        month_minor=month,
        trial_until=trial.over_on - timedelta(days=1) if trial else None,
    )


def is_on_trial(level: LevelFrom) -> bool:
    """Whether a level that counts has to be earned yet."""
    return level.trial is not None and not level.trial.is_passed


def own_sales(
    *, program_id: int, month_on: date, seller_id: int | None = None
) -> Mapping[int, tuple[int, int]]:
    """(all until the end of a month, in the month) that plans counted of each seller's own sales.

    Minor units, less freight and refunds.
    """
    rows = models.NetLine.objects.filter(
        plan_id__in=plans_in_force(program_id=program_id).versions,
        business_on__lt=month_of(month_on, 1),
        seller_id__isnull=False,
    )
    if seller_id is not None:
        rows = rows.filter(seller_id=seller_id)
    in_month = Q(business_on__gte=month_of(month_on))
    sums = rows.values("seller_id").annotate(
        growth=Sum("paid_minor"), month=Coalesce(Sum(F("paid_minor"), filter=in_month), 0)
    )
    return {row["seller_id"] or 0: (row["growth"], row["month"]) for row in sums}


def sold_between(
    *, program_id: int, seller_ids: Iterable[int], first: date, last: date
) -> dict[int, int]:
    """What plans counted of these sellers' own sales of these days, in minor units."""
    rows = models.NetLine.objects.filter(
        plan_id__in=plans_in_force(program_id=program_id).versions,
        seller_id__in=any_of(values=set(seller_ids)),
        business_on__range=(first, last),
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
