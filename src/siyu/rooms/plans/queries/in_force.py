"""The versions of a plan that count, by day."""

from datetime import date, timedelta
from functools import lru_cache

import msgspec

from siyu.analytics.commissions import Ids, Plan
from siyu.rooms.organization.queries import program_of
from siyu.rooms.plans import models
from siyu.rooms.plans.rules import read_plan
from siyu.rooms.plans.types import CountingVersion, PlansInForce, PlanState

_PLANS_KEPT = 256


def plans_in_force(*, program_id: int) -> PlansInForce:
    """The published versions of a program."""
    rows = models.Plan.objects.filter(program_id=program_id, state=PlanState.PUBLISHED)
    ends = ends_of(program_id)
    program = program_of(program_id=program_id)
    return PlansInForce(
        {
            row.id: CountingVersion(
                from_on=row.from_on,
                until_on=ends.get(row.id),
                plan=plan_of_text(row.text),
                ids=msgspec.convert(row.ids, Ids),
                never=row.id not in ends,
                looks_back=bool(
                    row.published_at and row.from_on <= program.day_of(row.published_at)
                ),
            )
            for row in rows.order_by("from_on", "number")
        }
    )


@lru_cache(_PLANS_KEPT)
def plan_of_text(text: str) -> Plan:
    """The plan that a stored text says."""
    return read_plan(text)


def ends_of(program_id: int) -> dict[int, date | None]:
    """The last day of every published version, by its id; those that never count are left out."""
    rows = models.Plan.objects.filter(program_id=program_id, state=PlanState.PUBLISHED)
    known = rows.order_by("from_on", "number").values_list("id", "from_on", "until_on")
    ends: dict[int, date | None] = {}
    later: date | None = None
    for plan_id, begins, until in reversed(known):
        last = later - timedelta(days=1) if later else None
        end = min((day for day in (until, last) if day), default=None)
        if end is None or end >= begins:
            ends[plan_id] = end
        later = begins
    return ends
