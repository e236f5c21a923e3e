"""What the customers' room announces."""

from dataclasses import dataclass

from siyu.foundation.events import Event, announced


@announced
@dataclass(frozen=True, kw_only=True)
class FollowsChanged(Event):
    """Who serves these customers, now or then, was written anew."""

    customer_ids: tuple[int, ...]
