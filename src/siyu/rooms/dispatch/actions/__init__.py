"""Every write of dispatch."""

from siyu.rooms.dispatch.actions.assign import run_dispatch
from siyu.rooms.dispatch.actions.assignments import (
    ask_for_the_kept,
    finish_assignment,
    open_assignments,
    reopen_assignment,
    skip_assignment,
)
from siyu.rooms.dispatch.actions.dispatches import (
    cancel_dispatch,
    hand_out_again,
    note_export,
    remind_sellers,
    send_dispatch,
)

__all__ = [
    "ask_for_the_kept",
    "cancel_dispatch",
    "finish_assignment",
    "hand_out_again",
    "note_export",
    "open_assignments",
    "remind_sellers",
    "reopen_assignment",
    "run_dispatch",
    "send_dispatch",
    "skip_assignment",
]
