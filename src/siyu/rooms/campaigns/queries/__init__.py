"""Every read of campaigns."""

from siyu.rooms.campaigns.queries.campaigns import campaigns_of, compare_campaign
from siyu.rooms.campaigns.queries.targets import (
    month_elapsed_ppm,
    months_with_targets,
    own_target,
    seller_targets,
    target_plan_of,
    target_tree,
    targets_below,
    unit_target,
)

__all__ = [
    "campaigns_of",
    "compare_campaign",
    "month_elapsed_ppm",
    "months_with_targets",
    "own_target",
    "seller_targets",
    "target_plan_of",
    "target_tree",
    "targets_below",
    "unit_target",
]
