"""Every write of coaching."""

from siyu.rooms.coaching.actions.seller_tasks import (
    draw_seller_tasks,
    finish_seller_task,
    reopen_seller_task,
    skip_seller_task,
)

__all__ = ["draw_seller_tasks", "finish_seller_task", "reopen_seller_task", "skip_seller_task"]
