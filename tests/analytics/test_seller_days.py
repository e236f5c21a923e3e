"""The hourly tables against counting one by one, on both engines."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from siyu.analytics.engine import HOURLY, table
from tests.analytics.chance import AS_OF, UNITS, random_facts
from tests.analytics.conftest import Warehouse, start_engine

SINCE = AS_OF - timedelta(days=61)
HOURS_SINCE = AS_OF - timedelta(days=7)
ALL = [SINCE + timedelta(days=number) for number in range(70)]
Found = dict[tuple[Any, ...], tuple[int, ...]]


def run(warehouse: Warehouse) -> dict[str, pa.Table]:
    return warehouse.hourly(since=SINCE, hours_since=HOURS_SINCE, touched=ALL)


def rows_of(warehouse: Warehouse, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = warehouse.engine.query(expression=table(name)).to_pylist()
    return found


def found_in(rows: pa.Table, by: tuple[str, ...], numbers: tuple[str, ...]) -> Found:
    every = rows.to_pylist()
    found = {tuple(row[name] for name in by): tuple(row[name] for name in numbers) for row in every}
    assert len(found) == len(every)
    return found


def plain_days(sales: list[dict[str, Any]], returns: list[dict[str, Any]]) -> Found:
    amounts: Counter[tuple[Any, ...]] = Counter()
    refunds: Counter[tuple[Any, ...]] = Counter()
    orders: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    buyers: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for row in sales:
        key = (row["business_on"], row["seller_id"], row["unit_id"])
        amounts[key] += row["amount_minor"]
        if row["customer_id"] is not None and not row["is_gift"]:
            orders[key].add(row["order_id"])
            buyers[key].add(row["customer_id"])
    for row in returns:
        refunds[row["business_on"], row["seller_id"], row["unit_id"]] += row["amount_minor"]
    return {
        key: (amounts[key], refunds[key], len(orders[key]), len(buyers[key]))
        for key in amounts.keys() | refunds.keys()
        if key[0] >= SINCE
    }


def plain_hours(sales: list[dict[str, Any]]) -> Found:
    amounts: Counter[tuple[Any, ...]] = Counter()
    orders: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for row in sales:
        for unit_id in (None, *UNITS.get(row["unit_id"], [])):
            key = (unit_id, row["business_on"], row["local_hour"])
            amounts[key] += row["amount_minor"]
            if row["customer_id"] is not None and not row["is_gift"]:
                orders[key].add(row["order_id"])
    return {key: (amounts[key], len(orders[key])) for key in amounts if key[1] >= HOURS_SINCE}


def plain_months(days: Found) -> Found:
    months: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for (on, seller_id, unit_id), (gmv, refunds, *_rest) in days.items():
        month_on = on.replace(day=1)
        keys = [(month_on, None, None)]
        keys += [(month_on, above, None) for above in UNITS.get(unit_id, [])]
        keys += [(month_on, None, seller_id)] if seller_id is not None else []
        for key in keys:
            months[key][0] += gmv
            months[key][1] += refunds
    return {key: (gmv, refunds) for key, (gmv, refunds) in months.items()}


@pytest.mark.parametrize("seed", [21, 22])
def test_they_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    found = run(warehouse)
    sales, returns = rows_of(warehouse, "sales"), rows_of(warehouse, "returns")
    days = plain_days(sales, returns)
    by_day = ("business_on", "seller_id", "unit_id")
    numbers = ("gmv_minor", "refunds_minor", "orders", "buyers")
    assert found_in(found["seller_days"], by_day, numbers) == days
    by_hour = ("unit_id", "business_on", "local_hour")
    hours = found_in(found["unit_hours"], by_hour, ("gmv_minor", "orders"))
    assert hours == plain_hours(sales)
    by_month = ("month_on", "unit_id", "seller_id")
    months = found_in(found["month_sales"], by_month, ("gmv_minor", "refunds_minor"))
    assert months == plain_months(days)
    assert any(row[2] for row in days.values())
    assert any(key[0] is None for key in hours)


def test_days_that_were_not_touched_are_kept(warehouse: Warehouse) -> None:
    warehouse.load(random_facts(23))
    whole = run(warehouse)
    touched = [date(2024, 4, 28), date(2024, 4, 29)]
    changed = random_facts(24)
    for fact in ("order_lines", "refunds"):
        changed[fact] = [row for row in changed[fact] if row["business_on"] in touched]
    warehouse.load(changed)
    for name in ("seller_days", "unit_hours"):
        files = [warehouse.path(f"hourly_{name}").rename(warehouse.path(f"before_{name}"))]
        warehouse.engine.register(name=f"{name}_before", files=files)
    partial = warehouse.hourly(since=SINCE, hours_since=HOURS_SINCE, touched=touched)
    for name in ("seller_days", "unit_hours"):
        kept = [row for row in whole[name].to_pylist() if row["business_on"] not in touched]
        found = [row for row in partial[name].to_pylist() if row["business_on"] not in touched]
        assert sorted(map(str, found)) == sorted(map(str, kept))
        assert len(found) < partial[name].num_rows, "the touched days are there too"


@pytest.mark.spark
def test_both_engines_give_equal_rows(
    warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = "duckdb" if warehouse.engine.name == "spark" else "spark"
    other = start_engine(name, tmp_path_factory.mktemp("other"))
    beside = Warehouse(other, tmp_path_factory.mktemp("beside"))
    tables = []
    for each in (warehouse, beside):
        each.load(random_facts(25))
        tables.append(run(each))
    for result in HOURLY:
        left, right = (sorted(map(str, some[result.name].to_pylist())) for some in tables)
        assert left == right, result.name
        assert left, f"{result.name} compares nothing"
    other.close()
