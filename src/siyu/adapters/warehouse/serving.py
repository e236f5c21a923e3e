"""Look-ups into published results: short SQL, one connection a thread, little memory."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from siyu.adapters.warehouse.engine_base import quoted
from siyu.rooms.insights.types import Lookup


def view(name: str, sql: str) -> str:
    """One table of a WITH clause."""
    return f"{quoted(name, dialect='duckdb')} AS ({sql})"


class Reader:
    """Answers look-ups over Parquet files, within a small memory limit."""

    def __init__(self, *, memory_mb: int, temporary: Path) -> None:
        self._memory_mb = memory_mb
        self._temporary = temporary
        self._threads = threading.local()

    def rows(self, *, files: Sequence[Path], lookup: Lookup) -> pa.Table:
        """The rows of a look-up, in its order."""
        conditions, values = _conditions(lookup)
        columns = ", ".join(lookup.columns) or "*"
        direction = " DESC" if lookup.descending else ""
        order = ", ".join(f"{name}{direction} NULLS LAST" for name in lookup.order_by)
        sql = f"SELECT {columns} FROM read_parquet(?){conditions}"
        if order:
            sql += f" ORDER BY {order}"
        if lookup.limit is not None:
            sql += f" LIMIT {int(lookup.limit)} OFFSET {int(lookup.offset)}"
        named = [str(file) for file in files]
        return self._connection().sql(sql, params=[named, *values]).to_arrow_table()

    def count(self, *, files: Sequence[Path], lookup: Lookup) -> int:
        """How many rows the look-up's conditions find."""
        conditions, values = _conditions(lookup)
        sql = f"SELECT count(*) FROM read_parquet(?){conditions}"
        named = [str(file) for file in files]
        # Fetched to the end: a result left open keeps the thread's connection busy.
        ((found,),) = self._connection().sql(sql, params=[named, *values]).fetchall()
        return int(found)

    def answer(self, *, sql: str, values: Sequence[Any]) -> pa.Table:
        """The rows of a query with its values in place of the question marks."""
        return self._connection().sql(sql, params=list(values)).to_arrow_table()

    def _connection(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._threads, "connection"):
            self._threads.connection = duckdb.connect(
                config={
                    "memory_limit": f"{self._memory_mb}MB",
                    "threads": 1,
                    "temp_directory": str(self._temporary),
                }
            )
        connection: duckdb.DuckDBPyConnection = self._threads.connection
        return connection


def _conditions(lookup: Lookup) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for name, wanted in lookup.where.items():
        if wanted is None:
            parts.append(f"{name} IS NULL")
        elif isinstance(wanted, list | tuple | set | frozenset):
            # A list of numbers in the text lets DuckDB skip row groups; a bound list does not.
            numbers = ", ".join(str(int(value)) for value in wanted)
            parts.append(f"{name} IN ({numbers})" if numbers else "false")
        else:
            parts.append(f"{name} = ?")
            values.append(wanted)
    for name, least in lookup.after.items():
        parts.append(f"{name} > ?")
        values.append(least)
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), values
