"""Every read of coaching."""

from siyu.rooms.coaching.queries.effects import coaching_effects
from siyu.rooms.coaching.queries.seller_tasks import seller_tasks_closed, seller_tasks_of

__all__ = ["coaching_effects", "seller_tasks_closed", "seller_tasks_of"]
