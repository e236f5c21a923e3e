"""What a warehouse holds and what the database would tell it, as plain rows in one order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from siyu.adapters.warehouse.manifest import read_manifest
from siyu.adapters.warehouse.parquet_warehouse import ParquetWarehouse
from siyu.config.wiring import FACTS
from siyu.rooms.operations.actions import wait_until_stable

Rows = list[tuple[Any, ...]]
_ALL = (0, 2**62)
_OF_THE_ORDER = ("customer_id", "unit_id", "local_hour", "is_paid")


def new_warehouse(home: Path) -> ParquetWarehouse:
    return ParquetWarehouse(
        home=str(home),
        facts=FACTS,
        engine="duckdb",
        memory_mb=512,
        web_memory_mb=128,
        patience_seconds=0,
    )


def root_of(home: Path, program_id: int) -> Path:
    return home / "warehouse" / str(program_id)


def sync(warehouse: ParquetWarehouse, program_id: int) -> dict[str, int]:
    """Feed everything that is committed."""
    wait_until_stable()
    return sync_now(warehouse, program_id)


def sync_now(warehouse: ParquetWarehouse, program_id: int) -> dict[str, int]:
    """Feed what can be fed while others may be writing."""
    return warehouse.sync(program_id=program_id, on_result=lambda name, rows: None)


def fed(home: Path, program_id: int) -> dict[str, Rows]:
    """The rows of every fact in the files that the manifest names."""
    root = root_of(home, program_id)
    manifest = read_manifest(root)
    return {
        fact.name: _rows(
            [pq.read_table(path) for path in manifest.files_of(fact.name, root)], fact.schema
        )
        for fact in FACTS
    }


def stored(program_id: int) -> dict[str, Rows]:
    """The rows of every fact as the database tells them now."""
    return {fact.name: _rows(list(fact.read(program_id, *_ALL)), fact.schema) for fact in FACTS}


def _rows(tables: list[pa.Table], schema: pa.Schema) -> Rows:
    rows = [row for table in tables for row in table.to_pylist()]
    # Nobody reads a void line's order, so it is not told again when that changes.
    blank = dict.fromkeys(_OF_THE_ORDER)
    rows = [row | blank if row.get("is_void") else row for row in rows]
    return sorted((tuple(row[name] for name in schema.names) for row in rows), key=repr)
