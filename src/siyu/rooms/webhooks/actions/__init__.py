"""Every write of webhooks."""

from siyu.rooms.webhooks.actions.endpoints import (
    add_endpoint,
    enable_endpoint,
    remove_endpoint,
    send_again,
    send_test,
)
from siyu.rooms.webhooks.actions.messages import send_due_messages, tell, tell_orders

__all__ = [
    "add_endpoint",
    "enable_endpoint",
    "remove_endpoint",
    "send_again",
    "send_due_messages",
    "send_test",
    "tell",
    "tell_orders",
]
