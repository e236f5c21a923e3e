"""The versions of a plan that count, by day."""

from datetime import date, timedelta
from functools import lru_cache

import msgspec

from siyu.analytics.commissions import Ids, Plan
from siyu.rooms.commissions import models
from siyu.rooms.commissions.rules import read_plan
from siyu.rooms.commissions.types import PlanState

_PLANS_KEPT = 256


class PlansInForce:
    """The published versions of a program, read once."""

    def __init__(self, program_id: int) -> None:
        rows = models.Plan.objects.filter(program_id=program_id, state=PlanState.PUBLISHED)
        self._rows = {row.id: row for row in rows.order_by("from_on", "number")}
        self._ends = ends_of(program_id)

    @property
    def begins(self) -> date | None:
        """The first day on which any version counts."""
        days = [row.from_on for plan_id, row in self._rows.items() if plan_id in self._ends]
        return min(days, default=None)

    def version_on(self, day: date) -> int | None:
        """The id of the version that counts on a day."""
        for plan_id, end in self._ends.items():
            if self._rows[plan_id].from_on <= day and (end is None or day <= end):
                return plan_id
        return None

    def count_within(self, first: date, last: date) -> bool:
        """Whether any version counts on any of these days, both included."""
        return any(
            self._rows[plan_id].from_on <= last and (end is None or first <= end)
            for plan_id, end in self._ends.items()
        )

    def plans(self) -> dict[int, Plan]:
        """Every version that was published, by id."""
        return {plan_id: plan_of_text(row.text) for plan_id, row in self._rows.items()}

    def plan(self, plan_id: int) -> Plan:
        """A version's plan."""
        return plan_of_text(self._rows[plan_id].text)

    def ids(self, plan_id: int) -> Ids:
        """The ids of what a version names, as they were when it was published."""
        return msgspec.convert(self._rows[plan_id].ids, Ids)


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
