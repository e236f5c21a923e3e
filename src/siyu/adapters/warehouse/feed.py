"""Feeding facts from the database: incremental, missing nothing, counting nothing twice."""

import hashlib
import shutil
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from siyu.adapters.warehouse.manifest import (
    WHOLE,
    Manifest,
    read_manifest,
    remove_strays,
    write_manifest,
)
from siyu.rooms.operations.queries import current_epoch, stable_stamp
from siyu.rooms.operations.types import FactTable

OnResult = Callable[[str, int], None]
_SQL_TYPES = {
    pa.int64(): "BIGINT",
    pa.int32(): "INTEGER",
    pa.bool_(): "BOOLEAN",
    pa.string(): "VARCHAR",
    pa.date32(): "DATE",
}


def feed(
    *,
    root: Path,
    program_id: int,
    facts: Sequence[FactTable],
    only: frozenset[str] | None,
    anew: bool,
    memory_mb: int,
    on_result: OnResult,
) -> dict[str, int]:
    """Feed the rows written since the last feed; returns rows by fact.

    Of all facts, or of ``only`` some, which are ahead of the others then; ``anew`` from the
    beginning.

    A row's later version replaces the earlier one in its partition. Files and how far they
    reach change together, in one swap of the manifest, so a killed feed changed nothing. A
    database with another epoch (another cluster, or a restore), or whose stamps went back, is
    fed from the beginning, and so are facts that have got other columns.
    """
    before = found = read_manifest(root)
    epoch, high = f"{current_epoch()}:{_shape(facts)}", stable_stamp()
    if anew or before.epoch != epoch or max(before.stamp, *before.ahead.values(), 0) > high:
        before, only = Manifest(epoch=epoch), None
    fed_now = [fact for fact in facts if only is None or fact.name in only]
    after = Manifest(
        epoch=epoch,
        stamp=high if only is None else before.stamp,
        ahead={} if only is None else before.ahead | dict.fromkeys(only, high),
        files={name: dict(p) for name, p in before.files.items()},
    )
    fed: dict[str, int] = {}
    work = root / f".feed-{uuid.uuid4().hex}"
    work.mkdir(parents=True)
    try:
        with duckdb.connect(
            config={"memory_limit": f"{memory_mb}MB", "temp_directory": str(work / "spill")}
        ) as connection:
            for fact in fed_now:
                tables = fact.read(program_id, before.stamp_of(fact.name), high)
                fed[fact.name] = _merge(connection, root, work, fact, tables, after)
                on_result(fact.name, sum(fed.values()))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    after.retire(found)
    write_manifest(root, after)
    remove_strays(root, after)
    return fed


def _merge(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    work: Path,
    fact: FactTable,
    tables: Iterator[pa.Table],
    manifest: Manifest,
) -> int:
    fresh = work / f"{fact.name}.parquet"
    rows = 0
    with pq.ParquetWriter(fresh, fact.schema) as writer:
        for table in tables:
            writer.write_table(table)
            rows += table.num_rows
    if not rows:
        return 0
    partitions = manifest.files.setdefault(fact.name, {})
    touched = _touched(connection, fact, fresh)
    old = [root / name for key in touched for name in partitions.get(key, [])]
    merged = work / fact.name
    connection.execute(
        f"COPY ({_merged_sql(fact, fresh, old)}) TO {_text(merged)} "
        f"(FORMAT parquet, COMPRESSION zstd, {_layout(fact)})"
    )
    target = root / "facts" / fact.name
    target.mkdir(parents=True, exist_ok=True)
    written = defaultdict(list)
    for path in sorted(merged.rglob("*.parquet")):
        key = path.parent.name.partition("=")[2] if fact.partition else WHOLE
        name = target / f"{key or 'all'}-{uuid.uuid4().hex[:12]}.parquet"
        path.rename(name)
        written[key].append(str(name.relative_to(root)))
    for key in touched:
        partitions[key] = written[key]
    return rows


def _layout(fact: FactTable) -> str:
    if fact.partition is None:
        return "PER_THREAD_OUTPUT true"
    return f"PARTITION_BY ({fact.partition}), WRITE_PARTITION_COLUMNS true"


def _touched(connection: duckdb.DuckDBPyConnection, fact: FactTable, fresh: Path) -> list[str]:
    if fact.partition is None:
        return [WHOLE]
    days = connection.execute(
        f"SELECT DISTINCT {fact.partition}::VARCHAR FROM read_parquet(?) ORDER BY 1", [str(fresh)]
    ).fetchall()
    return [day for (day,) in days]


def _merged_sql(fact: FactTable, fresh: Path, old: list[Path]) -> str:
    columns = ", ".join(
        f"CAST({column.name} AS {_SQL_TYPES[column.type]}) AS {column.name}"
        for column in fact.schema
    )
    new = f"SELECT {columns} FROM read_parquet({_text(fresh)})"
    if not old or fact.keys == ("unit_id", "ancestor_id"):
        return new
    listed = ", ".join(map(_text, old))
    keys = ", ".join(fact.keys)
    return (
        f"{new} UNION ALL SELECT {columns} FROM read_parquet([{listed}]) AS old "
        f"ANTI JOIN read_parquet({_text(fresh)}) AS new USING ({keys})"
    )


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _shape(facts: Sequence[FactTable]) -> str:
    """What names the columns of all facts: files of other columns cannot be read as these."""
    told = "\n".join(f"{fact.name}: {fact.schema}" for fact in facts)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
