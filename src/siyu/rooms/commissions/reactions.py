"""What commissions do when a plan was withdrawn."""

from siyu.foundation.clock import utc_now
from siyu.rooms.commissions.actions import take_back_carried
from siyu.rooms.operations.actions import subscribe
from siyu.rooms.plans.events import PlanWithdrawn


def take_back_levels_of_plan(event: PlanWithdrawn) -> None:
    """Take back the levels that were carried over to it."""
    take_back_carried(plan_id=event.plan_id, at=utc_now())


def subscribe_reactions() -> None:
    """Have the reactions called."""
    subscribe(event=PlanWithdrawn, reaction=take_back_levels_of_plan)
