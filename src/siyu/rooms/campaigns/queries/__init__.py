"""Every read of campaigns."""

from siyu.rooms.campaigns.queries.campaigns import campaigns_of, compare_campaign
from siyu.rooms.campaigns.queries.targets import (
    month_elapsed_ppm,
    own_target,
    target_plan_of,
    target_tree,
    targets_below,
    unit_target,
)

__all__ = [
    "campaigns_of",
    "compare_campaign",
    "month_elapsed_ppm",
    "own_target",
    "target_plan_of",
    "target_tree",
    "targets_below",
    "unit_target",
]
