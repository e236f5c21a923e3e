"""Every read of outreach."""

from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.outreach.queries.tasks import (
    contacts_with,
    find_task,
    longest_lists,
    open_task_of,
    today_of,
    work_done,
)

__all__ = [
    "contacts_with",
    "find_task",
    "longest_lists",
    "open_task_of",
    "policy_of",
    "today_of",
    "work_done",
]
