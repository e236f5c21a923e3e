"""Every write of commissions."""

from siyu.rooms.commissions.actions.accrue import accrue_due, accrue_orders
from siyu.rooms.commissions.actions.plans import (
    discard_plan,
    draft_plan,
    edit_plan,
    publish_plan,
    sign_plan,
    withdraw_plan,
)
from siyu.rooms.commissions.actions.post import post_lines

__all__ = [
    "accrue_due",
    "accrue_orders",
    "discard_plan",
    "draft_plan",
    "edit_plan",
    "post_lines",
    "publish_plan",
    "sign_plan",
    "withdraw_plan",
]
