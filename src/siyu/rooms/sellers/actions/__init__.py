"""Every write of the sellers' room."""

from siyu.rooms.sellers.actions.arrange_blocks import arrange_blocks, reset_blocks
from siyu.rooms.sellers.actions.assistants import (
    add_assistant,
    end_assistant,
    issue_assistant_link,
    return_assistant,
)
from siyu.rooms.sellers.actions.import_sellers import import_sellers
from siyu.rooms.sellers.actions.levels import judge_trials, set_levels, take_back_levels
from siyu.rooms.sellers.actions.reseal import reseal_sellers

__all__ = [
    "add_assistant",
    "arrange_blocks",
    "end_assistant",
    "import_sellers",
    "issue_assistant_link",
    "judge_trials",
    "reseal_sellers",
    "reset_blocks",
    "return_assistant",
    "set_levels",
    "take_back_levels",
]
