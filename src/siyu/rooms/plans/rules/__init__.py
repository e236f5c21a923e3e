"""The rules of plans: reading one, checking what it says, and what the law has against it."""

from siyu.rooms.plans.rules.check_plan import check_plan
from siyu.rooms.plans.rules.lint_plan import by_severity, lint_plan, verdict_of
from siyu.rooms.plans.rules.lint_tree import figures_of, lint_tree
from siyu.rooms.plans.rules.read_plan import named_in, read_plan

__all__ = [
    "by_severity",
    "check_plan",
    "figures_of",
    "lint_plan",
    "lint_tree",
    "named_in",
    "read_plan",
    "verdict_of",
]
