"""Every read of commissions."""

from siyu.rooms.commissions.queries.earnings import own_accruals, own_earned
from siyu.rooms.commissions.queries.matured import frontier_on, matured, matured_lines
from siyu.rooms.commissions.queries.plans import (
    find_plan,
    ids_in,
    plan_in,
    plan_on,
    plans_of,
    review_plan,
)
from siyu.rooms.commissions.queries.proof import prove_accruals
from siyu.rooms.commissions.queries.simulation import simulate_plan

__all__ = [
    "find_plan",
    "frontier_on",
    "ids_in",
    "matured",
    "matured_lines",
    "own_accruals",
    "own_earned",
    "plan_in",
    "plan_on",
    "plans_of",
    "prove_accruals",
    "review_plan",
    "simulate_plan",
]
