"""Every read of dispatch."""

from siyu.rooms.dispatch.queries.assignments import (
    find_assignment,
    find_own_dispatch,
    own_dispatches,
    tasks_with,
)
from siyu.rooms.dispatch.queries.dispatches import (
    assignment_batches,
    dispatches_page,
    find_dispatch,
    progress_by_seller,
    progress_by_unit,
    reasons_of,
)

__all__ = [
    "assignment_batches",
    "dispatches_page",
    "find_assignment",
    "find_dispatch",
    "find_own_dispatch",
    "own_dispatches",
    "progress_by_seller",
    "progress_by_unit",
    "reasons_of",
    "tasks_with",
]
