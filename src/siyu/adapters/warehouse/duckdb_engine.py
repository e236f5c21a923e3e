"""DuckDB inside the process: the default engine."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

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
# Of wide rows that a computation in parts holds at once; measured at ten million customers.
_ROWS_A_MB = 700


class DuckDBEngine:
    """Runs results on one machine, in at most the memory and threads it is given."""

    name = "duckdb"

    def __init__(
        self, *, memory_mb: int, threads: int, temporary: Path, part_rows: int | None = None
    ) -> None:
        """`temporary` is a folder for what does not fit into memory.

        A result that may be computed in parts is, above `part_rows` rows of one of its tables;
        that many fit into memory if not told otherwise.
        """
        temporary.mkdir(parents=True, exist_ok=True)
        self._part_rows = part_rows or memory_mb * _ROWS_A_MB
        self._files: dict[str, Sequence[Path]] = {}
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
        self._files[name] = files
        self._show(name, files)

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
        parts = self._parts(result)
        with complete_or_absent(path) as temporary:
            if parts == 1:
                rows = self._copy(sql, temporary)
            else:
                rows = self._copy_parts(result, sql, temporary, parts)
        self.register(name=result.name, files=[path])
        return rows

    def query(self, *, expression: ibis.Table) -> pa.Table:
        """The rows of an expression over registered tables, in the expression's own types."""
        schema = expression.schema()
        sql = typed_sql(expression, schema=schema, dialect=_DIALECT)
        rows: pa.Table = self._connection.sql(sql).to_arrow_table()
        return rows.cast(schema.to_pyarrow())

    def _copy(self, sql: str, path: Path) -> int:
        copied = self._connection.execute(
            f"COPY ({sql}) TO {_text(path)} (FORMAT parquet, COMPRESSION snappy)"
        ).fetchall()
        return int(copied[0][0])

    def _parts(self, result: Result) -> int:
        """In how many parts a result is computed, so that each fits into memory."""
        if not result.parts_by:
            return 1
        most = max(self._rows(name) for name in _cut_tables(result))
        return -(-most // self._part_rows) or 1

    def _rows(self, name: str) -> int:
        return sum(pq.read_metadata(file).num_rows for file in self._files.get(name, ()))

    def _copy_parts(self, result: Result, sql: str, path: Path, parts: int) -> int:
        """Compute a result part by part, and put the parts one after the other into one file.

        What is cut is split into files of its parts first: to read all of it for every part
        would take as many times as long.
        """
        work = path.with_name(f"{path.name}.parts")
        done = [work / f"{part}.parquet" for part in range(parts)]
        try:
            for name in _cut_tables(result):
                self._split(name, result.parts_by, parts, work / name)
            for part, file in enumerate(done):
                for name in _cut_tables(result):
                    self._show(name, sorted((work / name / f"part={part}").glob("*.parquet")))
                self._copy(sql, file)
            self._connection.execute("SET preserve_insertion_order = true")
            listed = ", ".join(_text(file) for file in done)
            return self._copy(f"SELECT * FROM read_parquet([{listed}])", path)
        finally:
            self._connection.execute("SET preserve_insertion_order = false")
            for name in _cut_tables(result):
                self._show(name, self._files[name])
            shutil.rmtree(work, ignore_errors=True)

    def _split(self, name: str, column: str, parts: int, folder: Path) -> None:
        """Write a table's rows to a folder a part, by the hash of a column."""
        folder.mkdir(parents=True)
        self._connection.execute(
            f"COPY (SELECT *, hash({column}::BIGINT) % {parts} AS part"
            f" FROM {quoted(name, dialect=_DIALECT)})"
            f" TO {_text(folder)} (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (part))"
        )

    def _show(self, name: str, files: Sequence[Path]) -> None:
        """Make a table readable from files: all of its own, or those of a part."""
        schema = SCHEMAS[name]
        self._connection.execute(
            f"CREATE OR REPLACE VIEW {quoted(name, dialect=_DIALECT)} AS"
            f" SELECT {typed_columns(schema, dialect=_DIALECT)}"
            f" FROM {_scan(schema, files)}"
        )

    def close(self) -> None:
        """Let go of memory, threads and temporary files."""
        self._connection.close()


def _cut_tables(result: Result) -> list[str]:
    """The tables of a result that are cut when it is computed in parts."""
    return [name for name in result.inputs if result.parts_by in SCHEMAS[name]]


def _scan(schema: ibis.Schema, files: Sequence[Path]) -> str:
    if not files:
        return f"({no_rows(schema, dialect=_DIALECT)})"
    listed = ", ".join(_text(file) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
