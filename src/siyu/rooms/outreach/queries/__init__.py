"""Every read of outreach."""

from siyu.rooms.outreach.queries.kept_back import kept_back
from siyu.rooms.outreach.queries.playbooks import (
    find_playbook,
    playbooks_of,
    work_by_playbook,
)
from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.outreach.queries.readouts import readout_of, trials_of
from siyu.rooms.outreach.queries.tasks import (
    contacts_with,
    find_task,
    longest_lists,
    open_task_of,
    tasks_after,
    today_of,
    work_done,
)

__all__ = [
    "contacts_with",
    "find_playbook",
    "find_task",
    "kept_back",
    "longest_lists",
    "open_task_of",
    "playbooks_of",
    "policy_of",
    "readout_of",
    "tasks_after",
    "today_of",
    "trials_of",
    "work_by_playbook",
    "work_done",
]
