"""What the customers' room announces."""

from dataclasses import dataclass

from siyu.foundation.events import Event, announced


@announced
@dataclass(frozen=True, kw_only=True)
class CustomersMerged(Event):
    """A customer turned out to be another: what was to be done with her is no more."""

    customer_id: int
    into_id: int


@announced
@dataclass(frozen=True, kw_only=True)
class FollowsChanged(Event):
    """Who serves these customers, now or then, was written anew."""

    customer_ids: tuple[int, ...]
