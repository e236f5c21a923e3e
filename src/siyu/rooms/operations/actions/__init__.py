"""Every write of operations."""

from siyu.rooms.operations.actions.announce import (
    announce,
    deliver_all,
    deliver_due,
    retry_delivery,
    subscribe,
)
from siyu.rooms.operations.actions.api_keys import issue_api_key, revoke_api_key, use_api_key
from siyu.rooms.operations.actions.hold import hold
from siyu.rooms.operations.actions.idempotency import answer_once
from siyu.rooms.operations.actions.imports import (
    change_import_mapping,
    open_import,
    record_batch,
    request_import,
    run_import,
)
from siyu.rooms.operations.actions.record_audit import record_audit, record_deed
from siyu.rooms.operations.actions.runs import (
    RunLog,
    carry_out,
    register_runner,
    request_run,
    run_now,
    run_queued,
)
from siyu.rooms.operations.actions.schedules import run_due_schedules, set_schedule
from siyu.rooms.operations.actions.stamp import begin_epoch, wait_until_stable, write_stamp
from siyu.rooms.operations.actions.write_rows import insert_rows, insert_table, update_rows

__all__ = [
    "RunLog",
    "announce",
    "answer_once",
    "begin_epoch",
    "carry_out",
    "change_import_mapping",
    "deliver_all",
    "deliver_due",
    "hold",
    "insert_rows",
    "insert_table",
    "issue_api_key",
    "open_import",
    "record_audit",
    "record_batch",
    "record_deed",
    "register_runner",
    "request_import",
    "request_run",
    "retry_delivery",
    "revoke_api_key",
    "run_due_schedules",
    "run_import",
    "run_now",
    "run_queued",
    "set_schedule",
    "subscribe",
    "update_rows",
    "use_api_key",
    "wait_until_stable",
    "write_stamp",
]
