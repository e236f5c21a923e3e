"""The engine's accruals against a plan read line by line, on both engines."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siyu.analytics.commissions import (
    ACCRUALS,
    NET_LINES,
    Ids,
    Plan,
    Rate,
    Share,
    accruals,
)
from siyu.analytics.engine import Engine, table
from tests.analytics.commissions.chance import IDS, random_lines, random_plan
from tests.analytics.commissions.plain import Accrual, accruals_of


def computed(engine: Engine, plan: Plan, ids: Ids = IDS) -> set[Accrual]:
    found = engine.query(expression=accruals(net_lines=table("net_lines"), plan=plan, ids=ids))
    assert ibis.Schema.from_pyarrow(found.schema) == ACCRUALS
    rows = [tuple(row.values()) for row in found.to_pylist()]
    assert len(set(rows)) == len(rows)
    return set(rows)


def register(engine: Engine, lines: pa.Table, folder: Path) -> list[dict[str, object]]:
    pq.write_table(lines, folder / "net_lines.parquet")
    engine.register(name="net_lines", files=[folder / "net_lines.parquet"])
    return lines.to_pylist()


def compare(engine: Engine, folder: Path, *, lines: int, plans: int) -> None:
    rows = register(engine, random_lines(lines, seed=1), folder)
    paid = 0
    for seed in range(plans):
        plan = random_plan(seed)
        expected = accruals_of(rows, plan, IDS)
        assert computed(engine, plan) == expected, f"plan {seed}: {plan}"
        paid += bool(expected)
    assert paid > plans * 0.8


def test_what_a_plan_pays(engine: Engine, tmp_path: Path) -> None:
    spark = os.environ.get("SIYU_TEST_ENGINE") == "spark"
    compare(engine, tmp_path, lines=1_500, plans=20 if spark else 30)


GREAT = (2**53 - 1, 2**52 + 1, 10**15 + 7, 13_510_798_882, 4_503_599_627, 4_503_599_626, 3, 1)


def test_what_is_paid_of_amounts_as_great_as_an_engine_counts(
    engine: Engine, tmp_path: Path
) -> None:
    head = random_lines(1, seed=1).to_pylist()[0] | {"event": "sale", "seller_id": 1}
    rows = [
        head | {"line_id": place, "order_id": place, "paid_minor": amount}
        for place, amount in enumerate(GREAT, 1)
    ]
    lines = pa.Table.from_pylist(rows, schema=NET_LINES.to_pyarrow())
    register(engine, lines, tmp_path)
    for percent in ("100", "99.9999", "33.3333", "0.0001"):
        share = Share(name="own", rates=(Rate(percent=Decimal(percent)),))
        plan = Plan(name="great", from_on=head["business_on"], shares=(share,))
        assert computed(engine, plan) == accruals_of(rows, plan, IDS), percent


@pytest.mark.long
def test_a_hundred_thousand_lines_by_two_hundred_plans(engine: Engine, tmp_path: Path) -> None:
    compare(engine, tmp_path, lines=100_000, plans=200)
