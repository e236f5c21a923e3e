"""Plans that the trade is known for: what they pay, worked out by hand, and what the law says."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siyu.adapters.warehouse.duckdb_engine import DuckDBEngine
from siyu.analytics.commissions import NET_LINES, Ids, accruals
from siyu.analytics.engine import table
from siyu.rooms.plans.rules import lint_plan, read_plan, verdict_of
from siyu.rooms.plans.types import Severity, Verdict

FOLDER = Path(__file__).parent / "known"
NAMES = sorted(path.name.removesuffix(".expected.toml") for path in FOLDER.glob("*.expected.toml"))
IDS = Ids(brands={"full price": 1}, categories={"luxury": 1})


def plan_text(name: str) -> str:
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def expected_of(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.expected.toml").read_text(encoding="utf-8"))


def net_lines(told: list[dict[str, Any]]) -> pa.Table:
    rows = [
        {"line_id": place, "order_id": place, "event": "sale", "local_minute": 720} | line
        for place, line in enumerate(told, start=1)
    ]
    known = NET_LINES.to_pyarrow()
    assert not {name for row in rows for name in row} - set(known.names)
    numbers = {"quantity_milli": 1000, "paid_minor": 0, "margin_minor": 0, "alliance_minor": 0}
    return pa.Table.from_pylist([numbers | row for row in rows], schema=known)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_law_says_of_it(name: str) -> None:
    plan, expected = read_plan(plan_text(name)), expected_of(name)
    found = lint_plan(plan)
    assert sorted({each.rule for each in found}) == expected["rules"]
    assert verdict_of(found) is Verdict(expected["verdict"])
    for each in found:
        assert each.template.format(**each.params)
        assert each.mend
        assert each.basis
        assert each.in_doubt or each.severity is not Severity.HIGH


@pytest.mark.parametrize("name", NAMES)
def test_what_it_pays(name: str, tmp_path: Path) -> None:
    plan, expected = read_plan(plan_text(name)), expected_of(name)
    engine = DuckDBEngine(memory_mb=512, threads=1, temporary=tmp_path)
    try:
        pq.write_table(net_lines(expected["lines"]), tmp_path / "lines.parquet")
        engine.register(name="net_lines", files=[tmp_path / "lines.parquet"])
        paid: Counter[str] = Counter()
        expression = accruals(net_lines=table("net_lines"), plan=plan, ids=IDS)
        for row in engine.query(expression=expression).to_pylist():
            paid[str(row["payee_id"])] += row["amount_minor"]
    finally:
        engine.close()
    assert paid == expected["pays"]


def test_every_plan_has_its_amounts_and_every_verdict_is_given() -> None:
    plans = {path.stem for path in FOLDER.glob("*.toml") if ".expected" not in path.name}
    assert plans == set(NAMES)
    assert {expected_of(name)["verdict"] for name in NAMES} == {each.value for each in Verdict}


def test_a_plan_that_begins_before_it_was_announced_needs_a_signature() -> None:
    plan = read_plan(plan_text("direct_only"))
    assert lint_plan(plan, announced_on=date(2026, 1, 1)) == []
    (found,) = lint_plan(plan, announced_on=date(2026, 1, 2))
    assert (found.rule, found.severity) == ("CPL-021", Severity.HIGH)
    shared = read_plan(plan_text("direct_only") + "\n[promises]\nhas_many_merchants = true\n")
    assert lint_plan(shared, announced_on=date(2025, 12, 25)) == []
    assert [each.rule for each in lint_plan(shared, announced_on=date(2025, 12, 26))] == ["CPL-021"]
