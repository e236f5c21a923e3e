"""Every write of outreach."""

from siyu.rooms.outreach.actions.draw_lists import draw_lists
from siyu.rooms.outreach.actions.nightly import nightly_key, run_nightly
from siyu.rooms.outreach.actions.playbooks import (
    add_playbook,
    edit_playbook,
    launch_playbook,
    open_program,
    retire_segment,
    set_policy,
)
from siyu.rooms.outreach.actions.tasks import (
    close_tasks_of_merged,
    finish_task,
    postpone_task,
    reopen_task,
    skip_task,
)
from siyu.rooms.outreach.actions.variants import add_variant, adopt_variant, end_variant

__all__ = [
    "add_playbook",
    "add_variant",
    "adopt_variant",
    "close_tasks_of_merged",
    "draw_lists",
    "edit_playbook",
    "end_variant",
    "finish_task",
    "launch_playbook",
    "nightly_key",
    "open_program",
    "postpone_task",
    "reopen_task",
    "retire_segment",
    "run_nightly",
    "set_policy",
    "skip_task",
]
