"""What an engine promises: declared types, sorted files, all or nothing, equal answers."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siyu.adapters.warehouse.duckdb_engine import DuckDBEngine
from siyu.adapters.warehouse.engine_base import files_of
from siyu.analytics.engine import CARRIED, NIGHTLY, Engine, Result, table
from siyu.analytics.sources import FACTS
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse, start_engine

PHYSICAL = {
    "int64": "INT64",
    "int32": "INT32",
    "float64": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "INT32",
    "string": "BYTE_ARRAY",
}


def night(warehouse: Warehouse, facts: dict[str, Any]) -> dict[str, pa.Table]:
    """Every result of the nightly run."""
    warehouse.load(facts)
    tables = {}
    for result in NIGHTLY:
        tables[result.name] = warehouse.compute(result.name, as_of=AS_OF)
    return tables


def stored_types(path: Path) -> list[tuple[str, str, str]]:
    """Name, physical type and logical type of the columns of a file."""
    columns = pq.ParquetFile(path).schema
    logical = pq.read_schema(path)
    return [
        (field.name, columns.column(k).physical_type, str(field.type))
        for k, field in enumerate(logical)
    ]


def declared_types(schema: ibis.Schema) -> list[tuple[str, str, str]]:
    arrow = schema.to_pyarrow()
    return [
        (name, PHYSICAL[str(dtype)], str(arrow.field(name).type)) for name, dtype in schema.items()
    ]


def is_sorted(rows: pa.Table, columns: tuple[str, ...]) -> bool:
    """Whether rows ascend, nulls last."""
    keys = [
        [(row[name] is None, "" if row[name] is None else row[name]) for name in columns]
        for row in rows.to_pylist()
    ]
    return all(before <= after for before, after in pairwise(keys))


def test_files_hold_the_declared_columns_in_their_physical_types(warehouse: Warehouse) -> None:
    tables = night(warehouse, random_facts(51))
    for result in NIGHTLY:
        assert stored_types(warehouse.path(result.name)) == declared_types(result.schema)
        assert is_sorted(tables[result.name], result.sort_by), result.name
        assert tables[result.name].num_rows, f"{result.name} should not be empty here"


def test_a_night_without_facts_writes_empty_tables(warehouse: Warehouse) -> None:
    tables = night(warehouse, {})
    filled = {name: rows.num_rows for name, rows in tables.items() if rows.num_rows}
    assert filled == {}
    for result in NIGHTLY:
        assert stored_types(warehouse.path(result.name)) == declared_types(result.schema)


def test_results_read_only_facts_and_earlier_results() -> None:
    known = {*FACTS, *CARRIED}
    for result in NIGHTLY:
        assert set(result.inputs) <= known, result.name
        assert result.name not in known, "a result must not share a name"
        assert set(result.sort_by) <= set(result.schema), result.name
        known.add(result.name)


def test_facts_may_lie_in_several_files(warehouse: Warehouse) -> None:
    facts = random_facts(52)
    warehouse.load(facts)
    whole = warehouse.compute("sales", as_of=AS_OF)
    path = warehouse.folder / "fact_order_lines.parquet"
    rows = pq.read_table(path)
    files = [warehouse.folder / f"part {k}'s.parquet" for k in (0, 1)]
    pq.write_table(rows.slice(0, 100), files[0])
    pq.write_table(rows.slice(100), files[1])
    warehouse.engine.register(name="order_lines", files=files)
    parts = warehouse.compute("sales", as_of=AS_OF)
    assert sorted(parts["line_id"].to_pylist()) == sorted(whole["line_id"].to_pylist())


def test_a_failed_result_leaves_neither_a_file_nor_a_change(warehouse: Warehouse) -> None:
    warehouse.load(random_facts(53))
    warehouse.compute("sales", as_of=AS_OF)
    before = warehouse.path("sales").read_bytes()

    def fails(*, order_lines: ibis.Table) -> ibis.Table:
        # A text that is no number fails while rows are being read.
        state = order_lines.is_paid.ifelse("x", "y")
        return order_lines.select(line_id=state.cast("int64"))

    broken = Result("sales", fails, ("order_lines",), ibis.schema({"line_id": "int64"}))
    with pytest.raises(Exception, match=r"(?i)cast"):
        warehouse.engine.compute(result=broken, parameters={}, path=warehouse.path("sales"))
    assert warehouse.path("sales").read_bytes() == before
    left = {entry.name for entry in warehouse.folder.iterdir()}
    assert not [name for name in left if "tmp" in name or "parts" in name]


def test_a_missing_parameter_is_named(warehouse: Warehouse) -> None:
    warehouse.load({})
    result = next(result for result in NIGHTLY if result.name == "histories")
    with pytest.raises(KeyError, match="as_of"):
        warehouse.engine.compute(result=result, parameters={}, path=warehouse.path("histories"))


def test_a_query_answers_in_the_types_of_its_expression(warehouse: Warehouse) -> None:
    warehouse.load({"order_lines": [{"line_id": 1, "amount_minor": 3}]})
    lines = table("order_lines")
    expression = lines.group_by("is_paid").agg(amount_minor=lines.amount_minor.sum())
    rows = warehouse.engine.query(expression=expression)
    assert rows.schema.field("amount_minor").type == pa.int64()
    assert rows.to_pylist() == [{"is_paid": True, "amount_minor": 3}]


@pytest.mark.spark
def test_both_engines_give_equal_rows(engine: Engine, tmp_path: Path) -> None:
    other = start_engine("duckdb" if engine.name == "spark" else "spark", tmp_path)
    facts = random_facts(54, customers=120)
    own = night(Warehouse(engine, tmp_path / "own"), facts)
    others = night(Warehouse(other, tmp_path / "other"), facts)
    for result in NIGHTLY:
        keys = [(name, "ascending") for name in result.schema]
        left, right = (rows[result.name].sort_by(keys) for rows in (own, others))
        for name in result.schema:
            assert left[name].to_pylist() == right[name].to_pylist(), f"{result.name}.{name}"
        assert left.num_rows, f"{result.name} compares nothing"
    other.close()


def test_a_result_computed_in_parts_holds_the_same_rows(tmp_path: Path) -> None:
    facts = random_facts(52)
    found = {}
    for part_rows in (None, 11):
        engine = DuckDBEngine(
            memory_mb=512, threads=2, temporary=tmp_path / "spill", part_rows=part_rows
        )
        cut = Warehouse(engine, tmp_path / str(part_rows))
        tables = night(cut, facts)
        found[part_rows] = {
            name: sorted(map(repr, rows.to_pylist())) for name, rows in tables.items()
        }
        assert not list((tmp_path / str(part_rows)).glob(".*")), "no part is left behind"
        engine.close()
    assert found[None] == found[11]
    assert len(found[11]["customers_mart"]) > 5 * 11


def test_parts_stand_beside_the_first_file_until_they_are_computed_anew(tmp_path: Path) -> None:
    written = {}
    for part_rows in (40, None):
        engine = DuckDBEngine(
            memory_mb=512, threads=2, temporary=tmp_path / "spill", part_rows=part_rows
        )
        cut = Warehouse(engine, tmp_path / "night")
        night(cut, random_facts(52))
        for name in ("sales", "customers_mart"):
            files = files_of(cut.path(name))
            written[part_rows, name] = [pq.read_metadata(file).num_rows for file in files]
        engine.close()
    for name in ("sales", "customers_mart"):
        assert len(written[40, name]) > 2
        assert sum(1 for rows in written[40, name] if rows) > 2, "rows lie in several parts"
        assert written[None, name] == [sum(written[40, name])]
