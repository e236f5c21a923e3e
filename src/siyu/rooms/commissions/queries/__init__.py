"""Every read of commissions."""

from siyu.rooms.commissions.queries.earnings import accruals_after, own_accruals, own_earned
from siyu.rooms.commissions.queries.estimates import estimates_for, own_estimates
from siyu.rooms.commissions.queries.levels import (
    level_reviews,
    levels_carried,
    own_level,
    review_of_month,
)
from siyu.rooms.commissions.queries.matured import frontier_on, matured, matured_lines
from siyu.rooms.commissions.queries.proof import prove_accruals
from siyu.rooms.commissions.queries.simulation import simulate_plan

__all__ = [
    "accruals_after",
    "estimates_for",
    "frontier_on",
    "level_reviews",
    "levels_carried",
    "matured",
    "matured_lines",
    "own_accruals",
    "own_earned",
    "own_estimates",
    "own_level",
    "prove_accruals",
    "review_of_month",
    "simulate_plan",
]
