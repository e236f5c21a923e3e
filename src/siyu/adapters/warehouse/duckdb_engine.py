"""DuckDB inside the process: the default engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from siyu.adapters.warehouse.engine_base import (
    complete_or_absent,
    no_rows,
    quoted,
    typed_columns,
    typed_sql,
    write_model,
)
from siyu.analytics.engine import SCHEMAS, Result, expression

_DIALECT = "duckdb"


class DuckDBEngine:
    """Runs results on one machine, in at most the memory and threads it is given."""

    name = "duckdb"

    def __init__(self, *, memory_mb: int, threads: int, temporary: Path) -> None:
        """`temporary` is a folder for what does not fit into memory."""
        temporary.mkdir(parents=True, exist_ok=True)
        self._connection = duckdb.connect(
            config={
                "memory_limit": f"{memory_mb}MB",
                "threads": threads,
                "temp_directory": str(temporary),
                # Results say how they are sorted; to keep any other order costs memory.
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
            }
        )

    def register(self, *, name: str, files: Sequence[Path]) -> None:
        """Make a table of `SCHEMAS` readable from Parquet files; empty without files."""
        schema = SCHEMAS[name]
        self._connection.execute(
            f"CREATE OR REPLACE VIEW {quoted(name, dialect=_DIALECT)} AS"
            f" SELECT {typed_columns(schema, dialect=_DIALECT)}"
            f" FROM {_scan(schema, files)}"
        )

    def compute(self, *, result: Result, parameters: Mapping[str, Any], path: Path) -> int:
        """Write one result to one Parquet file, register it, and return its number of rows."""
        if result.of_arrow:
            return write_model(engine=self, result=result, parameters=parameters, path=path)
        sql = typed_sql(
            expression(result=result, parameters=parameters),
            schema=result.schema,
            dialect=_DIALECT,
            sort_by=result.sort_by,
        )
        with complete_or_absent(path) as temporary:
            copied = self._connection.execute(
                f"COPY ({sql}) TO {_text(temporary)} (FORMAT parquet, COMPRESSION snappy)"
            ).fetchall()
        self.register(name=result.name, files=[path])
        return int(copied[0][0])

    def query(self, *, expression: ibis.Table) -> pa.Table:
        """The rows of an expression over registered tables, in the expression's own types."""
        schema = expression.schema()
        sql = typed_sql(expression, schema=schema, dialect=_DIALECT)
        rows: pa.Table = self._connection.sql(sql).to_arrow_table()
        return rows.cast(schema.to_pyarrow())

    def close(self) -> None:
        """Let go of memory, threads and temporary files."""
        self._connection.close()


def _scan(schema: ibis.Schema, files: Sequence[Path]) -> str:
    if not files:
        return f"({no_rows(schema, dialect=_DIALECT)})"
    listed = ", ".join(_text(file) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
