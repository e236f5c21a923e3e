"""The rules of accruals: what is to be booked, and from when it can be drawn."""

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
from siyu.rooms.commissions.rules.levels import reviewed_place
from siyu.rooms.commissions.rules.release import released_on, released_until

__all__ = [
    "digests_of",
    "earned_on",
    "named_in_lines",
    "neighbours_of",
    "posting_key",
    "released_on",
    "released_until",
    "reviewed_place",
    "subjects_of",
    "sums_of",
    "transfer_of",
]
