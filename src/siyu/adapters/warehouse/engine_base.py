"""What both engines share: the SQL of an expression in exactly its declared types."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq

from siyu.analytics.engine import Engine, Result, table

# Ibis leaves out casts to the type it believes a column has already, while DuckDB sums
# int64 to a wider type; so the last cast is written by hand.
_TYPES: Mapping[str, Mapping[str, str]] = {
    "duckdb": {
        "int64": "BIGINT",
        "int32": "INTEGER",
        "float64": "DOUBLE",
        "string": "VARCHAR",
        "boolean": "BOOLEAN",
        "date": "DATE",
    },
    "pyspark": {
        "int64": "BIGINT",
        "int32": "INT",
        "float64": "DOUBLE",
        "string": "STRING",
        "boolean": "BOOLEAN",
        "date": "DATE",
    },
}
_QUOTE = {"duckdb": '"', "pyspark": "`"}


def quoted(name: str, *, dialect: str) -> str:
    """An identifier as the dialect quotes it."""
    mark = _QUOTE[dialect]
    return f"{mark}{name}{mark}"


def typed_columns(schema: ibis.Schema, *, dialect: str) -> str:
    """The select list that casts every column of a schema to its declared type."""
    return ", ".join(
        f"CAST({quoted(name, dialect=dialect)} AS {sql_type}) AS {quoted(name, dialect=dialect)}"
        for name, sql_type in _sql_types(schema, dialect)
    )


def no_rows(schema: ibis.Schema, *, dialect: str) -> str:
    """A query of a schema's columns without any row."""
    columns = ", ".join(
        f"CAST(NULL AS {sql_type}) AS {quoted(name, dialect=dialect)}"
        for name, sql_type in _sql_types(schema, dialect)
    )
    return f"SELECT {columns} WHERE false"


def _sql_types(schema: ibis.Schema, dialect: str) -> list[tuple[str, str]]:
    types = _TYPES[dialect]
    return [(name, types[str(dtype.copy(nullable=True))]) for name, dtype in schema.items()]


def typed_sql(
    expression: ibis.Table, *, schema: ibis.Schema, dialect: str, sort_by: Sequence[str] = ()
) -> str:
    """The expression as SQL: the schema's columns in its types, sorted with nulls last."""
    # DuckDB works out a column that is read several times once only while the steps stay
    # apart; Spark joins them itself and plans deeply nested ones slowly.
    ibis.options.sql.fuse_selects = dialect == "pyspark"
    inner = ibis.to_sql(expression, dialect=dialect, pretty=False)
    sql = f"SELECT {typed_columns(schema, dialect=dialect)} FROM ({inner}) AS computed"
    if not sort_by:
        return sql
    order = ", ".join(f"{quoted(name, dialect=dialect)} ASC NULLS LAST" for name in sort_by)
    return f"{sql} ORDER BY {order}"


@contextmanager
def complete_or_absent(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its name once the block has written it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def files_of(path: Path) -> list[Path]:
    """The files of a result: one, or as many as parts it was computed in."""
    return sorted(path.parent.glob(f"{path.name}*"))


def write_model(
    *, engine: Engine, result: Result, parameters: Mapping[str, Any], path: Path
) -> int:
    """Write a result `of_arrow` to one Parquet file, register it, and return its number of rows."""
    rows = result.function(
        **{name: engine.query(expression=table(name)) for name in result.inputs},
        **{name: parameters[name] for name in result.parameters},
    )
    with complete_or_absent(path) as temporary:
        pq.write_table(rows, temporary)
    engine.register(name=result.name, files=[path])
    return int(rows.num_rows)
