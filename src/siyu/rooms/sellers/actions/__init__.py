"""Every write of the sellers' room."""

from siyu.rooms.sellers.actions.applications import (
    accept_application,
    apply_to_sell,
    refuse_application,
    refuse_old_applications,
)
from siyu.rooms.sellers.actions.arrange_blocks import arrange_blocks, reset_blocks
from siyu.rooms.sellers.actions.assistants import (
    add_assistant,
    end_assistant,
    issue_assistant_link,
    return_assistant,
)
from siyu.rooms.sellers.actions.import_sellers import import_sellers
from siyu.rooms.sellers.actions.invitations import invite, revoke_invitation
from siyu.rooms.sellers.actions.levels import judge_trials, set_levels, take_back_levels
from siyu.rooms.sellers.actions.reseal import reseal_sellers
from siyu.rooms.sellers.actions.teaching import set_teacher

__all__ = [
    "accept_application",
    "add_assistant",
    "apply_to_sell",
    "arrange_blocks",
    "end_assistant",
    "import_sellers",
    "invite",
    "issue_assistant_link",
    "judge_trials",
    "refuse_application",
    "refuse_old_applications",
    "reseal_sellers",
    "reset_blocks",
    "return_assistant",
    "revoke_invitation",
    "set_levels",
    "set_teacher",
    "take_back_levels",
]
