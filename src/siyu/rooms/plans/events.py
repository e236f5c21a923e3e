"""What the plans' room announces."""

from dataclasses import dataclass

from siyu.foundation.events import Event, announced


@announced
@dataclass(frozen=True, kw_only=True)
class PlanWithdrawn(Event):
    """A published version was taken back before it began."""

    plan_id: int
