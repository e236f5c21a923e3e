"""The audit log's guard in the database, lifted and put back: for flushes and for tampering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection

_MIGRATION = import_module("siyu.rooms.operations.migrations.0002_guard_audit")
_TRIGGERS = {
    "sqlite": ("operations_audit_no_update", "operations_audit_no_delete"),
    "postgresql": ("operations_audit_guard",),
}


class _Executor:
    """What the migration asks of a schema editor, without its transaction."""

    connection = connection

    @staticmethod
    def execute(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def lifted() -> Iterator[None]:
    """The audit log without its guard; the migration's own SQL puts it back."""
    table = " ON operations_auditentry" if connection.vendor == "postgresql" else ""
    for trigger in _TRIGGERS[connection.vendor]:
        _Executor.execute(f"DROP TRIGGER {trigger}{table}")
    try:
        yield
    finally:
        if connection.vendor == "postgresql":
            _Executor.execute("DROP FUNCTION operations_refuse_change()")
        _MIGRATION.guard_audit(apps, _Executor)


def empty_database() -> None:
    """Remove what a test committed, for fixtures that outlive one test."""
    restored_after(lambda _: call_command("flush", verbosity=0, interactive=False))(None)


def restored_after(flush: Callable[[Any], None]) -> Callable[[Any], None]:
    """A flush that empties the audit log too, and leaves the database as migrations made it."""

    @wraps(flush)
    def guarded(self: Any) -> None:
        with lifted():
            flush(self)
        _MIGRATION.name_database(apps, _Executor)

    return guarded
