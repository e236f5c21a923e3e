"""A file checked row by row and laid down as sorted Parquet, with a file of its rejects."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from siyu.adapters.files.coercion import Coercion, Values, rejects_of
from siyu.adapters.files.columns import kept
from siyu.adapters.files.mapping import Mapping
from siyu.adapters.files.reading import BATCH_ROWS, open_source
from siyu.adapters.files.rejects import RejectFile
from siyu.adapters.files.rows import Columns, assembler_for
from siyu.adapters.files.schemas import SCHEMAS

STAGED_NAME = "staged.parquet"
REJECTS_NAME = "rejects.csv"
# Rows read so far, and the share of the file read so far (0 to 1).
Progress = Callable[[int, float], None]

_SORTED_BY = {
    "customers": "key, row",
    "sellers": "key, row",
    "products": "key, row",
    "follows": "customer_key, row",
    "communities": "key, row",
    "orders": "is_return, order_key, row",
    "order_heads": "order_key, row",
}
_SORT_MEMORY = "512MB"
_SPILL_NAME = "sort.part"
_SORTED_BATCH_ROWS = 100_000
_SUMS = {
    "orders": {
        "sales_minor": "sum(amount_minor) FILTER (NOT is_return)",
        "returns_minor": "sum(amount_minor) FILTER (is_return)",
        "freight_minor": "sum(freight_minor)",
        "refunds_minor": "sum(refund_minor)",
    },
    "order_heads": {"freight_minor": "sum(freight_minor)"},
}


@dataclass(frozen=True)
class Staged:
    """What staging made.

    ``rows_read`` = ``rows_staged`` + all of ``rejects_by_reason``; a row with several problems
    counts once, under its first. ``sums`` are minor units. ``absent_fields`` are mapped but have
    no column in this file. ``rejects_path`` is None where nothing was rejected.
    """

    path: Path
    rows_read: int
    rows_staged: int
    rejects_path: Path | None
    rejects_by_reason: dict[str, int]
    sums: dict[str, int]
    absent_fields: tuple[str, ...] = ()


def stage(
    *, path: Path, mapping: Mapping, directory: Path, progress: Progress | None = None
) -> Staged:
    """Stages a file into ``directory`` as ``staged.parquet`` and, if need be, ``rejects.csv``.

    The Parquet has the schema of the mapping's kind and is sorted by what its rows belong to, so
    that the rows of one customer or order stand together, returns last. The same file and
    mapping give the same rows. Files appear whole or not at all. Raises BadInput where the file
    as a whole cannot be read.
    """
    directory.mkdir(parents=True, exist_ok=True)
    staged, rejects = directory / STAGED_NAME, directory / REJECTS_NAME
    for old in (staged, rejects):
        old.unlink(missing_ok=True)
    part, sorted_part = directory / "staged.part", directory / "sorted.part"
    rejects_part = directory / "rejects.part"
    try:
        counts = _write_parts(path, mapping, part, rejects_part, progress)
        _sort(part, sorted_part, mapping.kind)
        sorted_part.replace(part)
        sums = _sums(part, mapping.kind)
        if counts.rejects_by_reason:
            _publish(rejects_part, rejects)
        _publish(part, staged)
    finally:
        for leftover in (part, sorted_part, rejects_part):
            leftover.unlink(missing_ok=True)
        shutil.rmtree(directory / _SPILL_NAME, ignore_errors=True)
    return Staged(
        path=staged,
        rows_read=counts.rows_read,
        rows_staged=counts.rows_staged,
        rejects_path=rejects if counts.rejects_by_reason else None,
        rejects_by_reason=dict(sorted(counts.rejects_by_reason.items())),
        sums=sums,
        absent_fields=counts.absent_fields,
    )


@dataclass
class _Counts:
    absent_fields: tuple[str, ...]
    rejects_by_reason: Counter[str]
    rows_read: int = 0
    rows_staged: int = 0


def _write_parts(
    path: Path, mapping: Mapping, part: Path, rejects_part: Path, progress: Progress | None
) -> _Counts:
    schema = _part_schema(mapping.kind)
    assemble = assembler_for(mapping)
    with ExitStack() as stack:
        source = stack.enter_context(
            open_source(
                path=path,
                options=mapping.file,
                looks_right=lambda headings: not mapping.missing_in(headings),
            )
        )
        coercion = Coercion(mapping=mapping, headings=source.headings, damaged=source.damaged)
        writer = stack.enter_context(pq.ParquetWriter(part, schema))
        reject_file = stack.enter_context(RejectFile.open(rejects_part, source.headings))
        counts = _Counts(tuple(mapping.absent_in(source.headings)), Counter())
        for batch in source.batches(BATCH_ROWS):
            values, rows = coercion.read(batch)
            columns = assemble(values)
            rejects = rejects_of(values, rows)
            reject_file.write(rejects)
            counts.rejects_by_reason.update(reject.reason for reject in rejects)
            counts.rows_read += len(rows)
            counts.rows_staged += len(rows) - len(rejects)
            if len(rejects) < len(rows):
                writer.write_batch(_record_batch(columns, values, schema))
            if progress is not None:
                progress(counts.rows_read, batch.fraction)
    return counts


def _part_schema(kind: str) -> pa.Schema:
    """The schema of rows still to be sorted: the staged one, its moments without a zone.

    DuckDB writes zoned moments only with an extension that it may not be able to load.
    """
    schema = SCHEMAS[kind]
    return pa.schema(
        [
            field.with_type(pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field
            for field in schema
        ]
    )


def _record_batch(columns: Columns, values: Values, schema: pa.Schema) -> pa.RecordBatch:
    columns["row"] = values.numbers
    keep = None
    if values.problems:
        keep = [index not in values.problems for index in range(len(values.numbers))]
    size = len(values.numbers) if keep is None else sum(keep)
    arrays = []
    for field in schema:
        cells = columns.get(field.name)
        if cells is None:
            arrays.append(pa.nulls(size, field.type))
        else:
            arrays.append(_array(cells if keep is None else kept(cells, keep), field.type))
    batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
    batch.validate()
    return batch


def _array(cells: list[Any], type_: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(type_):
        # Moments are UTC without a zone here: Arrow reads zoned ones twenty times more slowly.
        return pa.array(cells, pa.timestamp(type_.unit)).cast(type_)
    return pa.array(cells, type_)


def _sort(part: Path, sorted_part: Path, kind: str) -> None:
    schema = SCHEMAS[kind]
    with _duckdb(part.parent) as connection, pq.ParquetWriter(sorted_part, schema) as writer:
        rows = connection.sql(
            f"SELECT * FROM read_parquet(?) ORDER BY {_SORTED_BY[kind]}", params=[str(part)]
        )
        for batch in rows.to_arrow_reader(_SORTED_BATCH_ROWS):
            writer.write_table(pa.Table.from_batches([batch]).cast(schema))


def _sums(part: Path, kind: str) -> dict[str, int]:
    wanted = _SUMS.get(kind, {})
    if not wanted:
        return {}
    with _duckdb(part.parent) as connection:
        found = connection.execute(
            f"SELECT {', '.join(wanted.values())} FROM read_parquet(?)", [str(part)]
        ).fetchone()
    return {name: int(total or 0) for name, total in zip(wanted, found or (), strict=True)}


def _duckdb(directory: Path) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(directory / _SPILL_NAME),
        "memory_limit": _SORT_MEMORY,
    }
    return duckdb.connect(config=settings)


def _publish(part: Path, final: Path) -> None:
    """A power cut after this finds the whole file: the bytes go to disk before the name."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(final)
