"""DuckDB inside the process: the default engine."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from siyu.adapters.warehouse.engine_base import (
    complete_or_absent,
    files_of,
    no_rows,
    quoted,
    typed_columns,
    typed_sql,
    write_model,
)
from siyu.analytics.engine import SCHEMAS, Result, expression

_DIALECT = "duckdb"
# Rows that a computation in parts holds at once, measured at ten million customers: of portraits,
# cut by customer, and of lines, cut by day.
_ROWS_A_MB, _LINES_A_MB = 700, 7_000


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
        self._part_lines = part_rows or memory_mb * _LINES_A_MB
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
        """Write one result, register it, and return its number of rows.

        Where it is computed in parts, the files of the others stand beside the first one's.
        """
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
                _forget_others(path)
            else:
                rows = self._copy_parts(result, sql, path, temporary, parts)
        self.register(name=result.name, files=files_of(path))
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
        return -(-most // (self._part_lines if _is_by_day(result) else self._part_rows)) or 1

    def _rows(self, name: str) -> int:
        return sum(pq.read_metadata(file).num_rows for file in self._files.get(name, ()))

    def _copy_parts(self, result: Result, sql: str, path: Path, temporary: Path, parts: int) -> int:
        """Compute a result part by part, each into a file of its own; the first moves last."""
        work = temporary.with_name(f"{temporary.name}.parts")
        work.mkdir()
        others = [work / str(part) for part in range(1, parts)]
        cut = self._by_day if _is_by_day(result) else self._by_hash
        rows = 0
        try:
            show = cut(result, parts, work)
            for part, file in enumerate([temporary, *others]):
                show(part)
                rows += self._copy(sql, file)
            _forget_others(path)
            for file in others:
                file.rename(path.with_name(f"{path.name}.{file.name}"))
        finally:
            for name in _cut_tables(result):
                self._show(name, self._files[name])
            shutil.rmtree(work, ignore_errors=True)
        return rows

    def _by_hash(self, result: Result, parts: int, work: Path) -> Callable[[int], None]:
        """What shows a part of the tables that are cut, by the hash of a column.

        They are split into files of their parts first: to read all of a table for every part would
        take as many times as long.
        """
        for name in _cut_tables(result):
            self._split(name, result.parts_by, parts, work / f"of-{name}")

        def show(part: int) -> None:
            for name in _cut_tables(result):
                self._show(name, sorted((work / f"of-{name}" / f"part={part}").glob("*.parquet")))

        return show

    def _by_day(self, result: Result, parts: int, work: Path) -> Callable[[int], None]:
        """What shows a part of the tables that are cut, by ranges of days.

        Facts lie in files by day, so the engine passes over the files of other ranges, and nothing
        is written to `work`.
        """
        column = quoted(result.parts_by, dialect=_DIALECT)
        largest = max(_cut_tables(result), key=self._rows)
        bounds = _bounds(self._files[largest], result.parts_by, parts)
        since = [f"{column} > DATE '{day}'" for day in bounds]
        until = [f"{column} <= DATE '{day}'" for day in bounds]
        ranges = [
            " AND ".join(both) or "true"
            for both in zip_longest(["true", *since], until, fillvalue="true")
        ]

        def show(part: int) -> None:
            for name in _cut_tables(result):
                condition = ranges[part] if part < len(ranges) else "false"
                self._show(name, self._files[name], condition)

        return show

    def _split(self, name: str, column: str, parts: int, folder: Path) -> None:
        """Write a table's rows to a folder a part, by the hash of a column."""
        folder.mkdir(parents=True)
        self._connection.execute(
            f"COPY (SELECT *, hash({column}::BIGINT) % {parts} AS part"
            f" FROM {quoted(name, dialect=_DIALECT)})"
            f" TO {_text(folder)} (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (part))"
        )

    def _show(self, name: str, files: Sequence[Path], condition: str = "true") -> None:
        """Make a table readable from files, all of its own or those of a part; or some rows."""
        schema = SCHEMAS[name]
        self._connection.execute(
            f"CREATE OR REPLACE VIEW {quoted(name, dialect=_DIALECT)} AS"
            f" SELECT {typed_columns(schema, dialect=_DIALECT)}"
            f" FROM {_scan(schema, files)} WHERE {condition}"
        )

    def close(self) -> None:
        """Let go of memory, threads and temporary files."""
        self._connection.close()


def _cut_tables(result: Result) -> list[str]:
    """The tables of a result that are cut when it is computed in parts."""
    return [name for name in result.inputs if result.parts_by in SCHEMAS[name]]


def _forget_others(path: Path) -> None:
    """Remove what an earlier computation of a result in parts left beside its first file."""
    for file in files_of(path):
        if file != path:
            file.unlink()


def _is_by_day(result: Result) -> bool:
    (name, *_others) = _cut_tables(result)
    return bool(SCHEMAS[name][result.parts_by].is_date())


def _bounds(files: Sequence[Path], column: str, parts: int) -> list[date]:
    """Last days of all parts but the last one, so that each holds about as many rows."""
    days: Counter[date] = Counter()
    for file in files:
        metadata = pq.read_metadata(file)
        index = metadata.schema.names.index(column)
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            days[group.column(index).statistics.max] += group.num_rows
    whole, so_far = days.total(), 0
    bounds: list[date] = []
    for day in sorted(days):
        so_far += days[day]
        if so_far * parts >= whole * (len(bounds) + 1) and len(bounds) < parts - 1:
            bounds.append(day)
    return bounds


def _scan(schema: ibis.Schema, files: Sequence[Path]) -> str:
    if not files:
        return f"({no_rows(schema, dialect=_DIALECT)})"
    listed = ", ".join(_text(file) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
