"""The guards of what is only appended to, lifted and put back: for flushes and for tampering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection

_AUDIT = import_module("siyu.rooms.operations.migrations.0002_guard_audit")
_LEDGER = import_module("siyu.rooms.ledger.migrations.0002_guard_ledger")
_ACCRUALS = import_module("siyu.rooms.commissions.migrations.0003_guard_accruals")
_TRIGGERS = {
    "sqlite": "SELECT name, '' FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, ' ON ' || tgrelid::regclass FROM pg_trigger"
    " WHERE NOT tgisinternal",
}
_FUNCTIONS = {
    "sqlite": (),
    "postgresql": (
        "operations_refuse_change",
        "ledger_refuse_change",
        "commissions_refuse_change",
    ),
}


class _Executor:
    """What a migration asks of a schema editor, without its transaction."""

    connection = connection

    @staticmethod
    def execute(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def lifted() -> Iterator[None]:
    """A database without its guards; the migrations' own SQL puts them back."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS[connection.vendor])
        triggers = cursor.fetchall()
    for name, on_table in triggers:
        _Executor.execute(f"DROP TRIGGER {name}{on_table}")
    try:
        yield
    finally:
        for name in _FUNCTIONS[connection.vendor]:
            _Executor.execute(f"DROP FUNCTION {name}()")
        _AUDIT.guard_audit(apps, _Executor)
        _LEDGER.guard_ledger(apps, _Executor)
        _ACCRUALS.guard_accruals(apps, _Executor)


def empty_database() -> None:
    """Remove what a test committed, for fixtures that outlive one test."""
    restored_after(lambda _: call_command("flush", verbosity=0, interactive=False))(None)


def restored_after(flush: Callable[[Any], None]) -> Callable[[Any], None]:
    """A flush that empties what is only appended to, too, and leaves the database as new."""

    @wraps(flush)
    def guarded(self: Any) -> None:
        with lifted():
            flush(self)
        _AUDIT.name_database(apps, _Executor)

    return guarded
