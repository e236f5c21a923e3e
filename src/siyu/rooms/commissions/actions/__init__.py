"""Every write of commissions."""

from siyu.rooms.commissions.actions.accrue import accrue_due, accrue_orders
from siyu.rooms.commissions.actions.levels import (
    apply_review,
    carry_levels,
    settle_trials,
    take_back_carried,
    take_back_review,
)
from siyu.rooms.commissions.actions.post import post_lines

__all__ = [
    "accrue_due",
    "accrue_orders",
    "apply_review",
    "carry_levels",
    "post_lines",
    "settle_trials",
    "take_back_carried",
    "take_back_review",
]
