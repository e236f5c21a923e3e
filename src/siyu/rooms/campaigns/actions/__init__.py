"""Every write of campaigns."""

from siyu.rooms.campaigns.actions.campaigns import add_campaign, remove_campaign
from siyu.rooms.campaigns.actions.targets import (
    drop_targets,
    fix_target,
    release_target,
    set_targets,
)

__all__ = [
    "add_campaign",
    "drop_targets",
    "fix_target",
    "release_target",
    "remove_campaign",
    "set_targets",
]
