"""Whether anything stands readable in the database, in whichever table or column."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection


def places_of(*texts: str) -> list[str]:
    """The tables whose rows hold one of the texts, as text, as bytes or escaped in JSON."""
    needles = {form for text in texts for form in (text, json.dumps(text)[1:-1])}
    with connection.cursor() as cursor:
        tables = [table.name for table in connection.introspection.get_table_list(cursor)]
        return [table for table in tables if _holds(_rows(cursor, table), needles)]


def _rows(cursor: Any, table: str) -> Iterable[tuple[Any, ...]]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return cursor.fetchall()  # type: ignore[no-any-return]


def _holds(rows: Iterable[tuple[Any, ...]], needles: set[str]) -> bool:
    encoded = [needle.encode() for needle in needles]
    for row in rows:
        for value in row:
            if isinstance(value, bytes | bytearray | memoryview):
                if any(needle in bytes(value) for needle in encoded):
                    return True
            elif value is not None and any(needle in str(value) for needle in needles):
                return True
    return False
