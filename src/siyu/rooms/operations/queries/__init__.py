"""Every read of operations."""

from siyu.rooms.operations.queries.api_keys import api_keys_of
from siyu.rooms.operations.queries.arrow import any_of, arrow_tables, plain_rows
from siyu.rooms.operations.queries.audit import audit_page, verify_audit
from siyu.rooms.operations.queries.feed import current_epoch, stable_stamp
from siyu.rooms.operations.queries.imports import (
    find_import,
    import_of,
    import_progress,
    imports_page,
)
from siyu.rooms.operations.queries.keys import pick_by_source
from siyu.rooms.operations.queries.runs import (
    error_of_run,
    failing_deliveries,
    find_run,
    own_runs,
    pending_deliveries,
    run_of,
    runs_page,
)

__all__ = [
    "any_of",
    "api_keys_of",
    "arrow_tables",
    "audit_page",
    "current_epoch",
    "error_of_run",
    "failing_deliveries",
    "find_import",
    "find_run",
    "import_of",
    "import_progress",
    "imports_page",
    "own_runs",
    "pending_deliveries",
    "pick_by_source",
    "plain_rows",
    "run_of",
    "runs_page",
    "stable_stamp",
    "verify_audit",
]
