"""Every read of plans."""

from siyu.rooms.plans.queries.in_force import plans_in_force
from siyu.rooms.plans.queries.plans import (
    find_plan,
    ids_in,
    plan_in,
    plan_on,
    plans_of,
    review_plan,
)

__all__ = [
    "find_plan",
    "ids_in",
    "plan_in",
    "plan_on",
    "plans_in_force",
    "plans_of",
    "review_plan",
]
