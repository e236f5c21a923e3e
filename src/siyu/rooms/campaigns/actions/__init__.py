"""Every write of campaigns."""

from siyu.rooms.campaigns.actions.targets import (
    drop_targets,
    fix_target,
    release_target,
    set_targets,
)

__all__ = [
    "drop_targets",
    "fix_target",
    "release_target",
    "set_targets",
]
