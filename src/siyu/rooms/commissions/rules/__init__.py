"""The rules of plans: reading one, checking what it says, and what the law has against it."""

from siyu.rooms.commissions.rules.booking import (
    digests_of,
    earned_on,
    named_in_lines,
    neighbours_of,
    posting_key,
    subjects_of,
    sums_of,
    transfer_of,
)
from siyu.rooms.commissions.rules.check_plan import check_plan
from siyu.rooms.commissions.rules.lint_plan import by_severity, lint_plan, verdict_of
from siyu.rooms.commissions.rules.lint_tree import figures_of, lint_tree
from siyu.rooms.commissions.rules.read_plan import named_in, read_plan
from siyu.rooms.commissions.rules.release import released_on, released_until

__all__ = [
    "by_severity",
    "check_plan",
    "digests_of",
    "earned_on",
    "figures_of",
    "lint_plan",
    "lint_tree",
    "named_in",
    "named_in_lines",
    "neighbours_of",
    "posting_key",
    "read_plan",
    "released_on",
    "released_until",
    "subjects_of",
    "sums_of",
    "transfer_of",
    "verdict_of",
]
