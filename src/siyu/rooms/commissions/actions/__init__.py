"""Every write of commissions."""

from siyu.rooms.commissions.actions.accrue import accrue_due, accrue_orders
from siyu.rooms.commissions.actions.post import post_lines

__all__ = ["accrue_due", "accrue_orders", "post_lines"]
