"""One engine for the whole session, and a warehouse of small tables for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siyu.adapters.warehouse.engine_base import files_of
from siyu.analytics.conditions import Audience, Condition, Operator
from siyu.analytics.engine import CARRIED, FACTS, HOURLY, KEPT, NIGHTLY, Engine
from tests.analytics.facts import fact_table

PRIORITIES = {
    "slowing": 1,
    "silent_good": 2,
    "due": 3,
    "never_ordered": 4,
    "first_order": 5,
    "new_top": 6,
    "birthday": 7,
}
LAUNCHES = {"slowing": (date(2024, 1, 1), 14), "due": (date(2024, 3, 1), 7)}
AUDIENCES: dict[int, Audience] = {
    1: ((Condition(field="orders", operator=Operator.AT_LEAST, values=(2,)),),)
}
SEGMENTS: dict[str, int] = {}
GIVEN = {
    "priorities": PRIORITIES,
    "keep": 20,
    "quota_days": 7,
    "launches": LAUNCHES,
    "audiences": AUDIENCES,
    "segments": SEGMENTS,
}
BY_NAME = {result.name: result for result in NIGHTLY}


def start_engine(name: str, folder: Path) -> Engine:
    if name == "spark":
        from siyu.adapters.warehouse.spark_engine import SparkEngine

        return SparkEngine(temporary=folder / "spark", memory_mb=1024, shuffle_partitions=2)
    from siyu.adapters.warehouse.duckdb_engine import DuckDBEngine

    return DuckDBEngine(memory_mb=1024, threads=2, temporary=folder / "duckdb")


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine under test: SIYU_TEST_ENGINE is duckdb (the default) or spark."""
    name = os.environ.get("SIYU_TEST_ENGINE", "duckdb")
    started = start_engine(name, tmp_path_factory.mktemp("engine"))
    yield started
    started.close()


# So small that facts cut by day have bounds to be cut at.
_ROW_GROUP = 20


class Warehouse:
    """Facts and results in Parquet files of one folder, computed by one engine."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def load(self, facts: Mapping[str, pa.Table | list[dict[str, Any]]]) -> None:
        """Register the given fact tables; all others are empty."""
        for name in (*FACTS, *CARRIED, *KEPT):
            files = []
            if name in facts:
                rows = _dated(facts) if name == "credits" else facts[name]
                table = rows if isinstance(rows, pa.Table) else fact_table(name, rows)
                files = [self.folder / f"fact_{name}.parquet"]
                pq.write_table(table, files[0], row_group_size=_ROW_GROUP)
            self.engine.register(name=name, files=files)

    def load_result(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Register rows as a result that has been computed already."""
        schema = BY_NAME[name].schema.to_pyarrow()
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), self.path(name))
        self.engine.register(name=name, files=[self.path(name)])

    def run(self, name: str, *, as_of: date, **parameters: Any) -> pa.Table:
        """Compute a result and everything it needs; return the result's rows."""
        for needed in needs(name):
            rows = self.compute(needed, as_of=as_of, **parameters)
        return rows

    def compute(self, name: str, *, as_of: date, **parameters: Any) -> pa.Table:
        """Compute one result from registered tables and return its rows."""
        given = GIVEN | parameters
        count = self.engine.compute(
            result=BY_NAME[name], parameters={"as_of": as_of, **given}, path=self.path(name)
        )
        parts = [pq.read_table(file) for file in files_of(self.path(name))]
        rows = pa.concat_tables(parts, promote_options="default")
        assert rows.num_rows == count
        return rows

    def hourly(self, **parameters: Any) -> dict[str, pa.Table]:
        """Every result of an hourly run."""
        found = {}
        for result in HOURLY:
            path = self.path(f"hourly_{result.name}")
            self.engine.compute(result=result, parameters=parameters, path=path)
            found[result.name] = pq.read_table(path)
        return found

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


def _dated(facts: Mapping[str, Any]) -> Any:
    """Credits of the day of their line, as they are written."""
    credited, lines = facts["credits"], facts.get("order_lines", [])
    if isinstance(credited, pa.Table) or isinstance(lines, pa.Table):
        return credited
    days = {row["line_id"]: row["business_on"] for row in lines if "business_on" in row}
    return [
        {"business_on": days[row["line_id"]], **row} if row["line_id"] in days else row
        for row in credited
    ]


def needs(name: str) -> list[str]:
    """The results to compute for one, itself last, in the order of the nightly run."""
    wanted = {name}
    for result in reversed(NIGHTLY):
        if result.name in wanted:
            wanted |= set(result.inputs)
    return [result.name for result in NIGHTLY if result.name in wanted]


@pytest.fixture
def warehouse(engine: Engine, tmp_path: Path) -> Warehouse:
    return Warehouse(engine, tmp_path)


def by_id(table: pa.Table, column: str = "customer_id") -> dict[Any, dict[str, Any]]:
    """The rows of a table by the value of a column that is unique."""
    rows = table.to_pylist()
    found = {row[column]: row for row in rows}
    assert len(found) == len(rows), f"{column} is not unique"
    return found
