"""Tags: which are fresh, and whether purchases bear them out, against counting one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse

Row = dict[str, Any]


def rows_of(warehouse: Warehouse, name: str) -> list[Row]:
    found: list[Row] = warehouse.engine.query(expression=table(name)).to_pylist()
    return found


def plain_fresh(warehouse: Warehouse) -> set[tuple[Any, ...]]:
    lasts = {
        row["tag_id"]: row["fresh_days"] for row in rows_of(warehouse, "tags") if row["is_used"]
    }
    return {
        (row["tag_id"], row["customer_id"], row["seller_id"], row["tagged_on"])
        for row in rows_of(warehouse, "customer_tags")
        if row["is_on"]
        and row["tag_id"] in lasts
        and 0 < (AS_OF - row["tagged_on"]).days <= lasts[row["tag_id"]]
    }


def plain_truth(warehouse: Warehouse) -> dict[tuple[int, int], Counter[str]]:
    goods = {row["product_id"]: row for row in rows_of(warehouse, "goods")}
    claims = {row["tag_id"]: row for row in rows_of(warehouse, "tags") if row["is_used"]}
    bearers = {(row["tag_id"], row["customer_id"]) for row in rows_of(warehouse, "fresh_tags")}
    bought: dict[int, list[Row]] = {}
    for line in rows_of(warehouse, "sales"):
        if not line["is_gift"] and line["business_on"] >= AS_OF - timedelta(days=365):
            bought.setdefault(line["customer_id"], []).append(goods.get(line["product_id"], {}))
    found: dict[tuple[int, int], Counter[str]] = {}
    for customer in rows_of(warehouse, "customers_mart"):
        for tag_id, tag in claims.items():
            own = bought.get(customer["customer_id"], [])
            columns = [name for name in ("category_id", "brand_id") if tag[name] is not None]
            has_bought = any(line.get(name) == tag[name] for line in own for name in columns)
            bears = (tag_id, customer["customer_id"]) in bearers
            # A claim on what nobody can buy judges nobody.
            claimed = any(row[name] == tag[name] for row in goods.values() for name in columns)
            if customer["seller_id"] is None or not (bears or has_bought):
                continue
            counts = found.setdefault((customer["seller_id"], tag_id), Counter())
            judged = bears and bool(own) and claimed
            counts.update(
                tagged=bears,
                judged=judged,
                held=judged and has_bought,
                buyers=has_bought,
                covered=bears and has_bought,
            )
    return found


@pytest.mark.parametrize("seed", [41, 42])
def test_they_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    truth = warehouse.run("tag_truth", as_of=AS_OF).to_pylist()
    fresh = {tuple(row.values()) for row in rows_of(warehouse, "fresh_tags")}
    assert fresh == plain_fresh(warehouse)
    assert fresh
    expected = plain_truth(warehouse)
    found = {(row.pop("seller_id"), row.pop("tag_id")): row for row in truth}
    assert found == {key: dict(counts) for key, counts in expected.items()}
    assert any(row["held"] for row in found.values())
    assert any(row["judged"] > row["held"] for row in found.values())
    assert {tag for _, tag in found} == {1, 2, 3}


@pytest.mark.parametrize(("days_ago", "is_fresh"), [(0, False), (1, True), (30, True), (31, False)])
def test_a_tag_is_fresh_from_the_next_morning_for_its_days(
    warehouse: Warehouse, days_ago: int, is_fresh: bool
) -> None:
    warehouse.load(
        {
            "tags": [{"tag_id": 1, "fresh_days": 30, "is_used": True}],
            "customer_tags": [
                {
                    "tag_id": 1,
                    "customer_id": 5,
                    "seller_id": 1,
                    "tagged_on": date(2024, 5, 1) - timedelta(days=days_ago),
                    "is_on": True,
                }
            ],
        }
    )
    rows = warehouse.run("fresh_tags", as_of=date(2024, 5, 1))
    assert bool(rows.num_rows) is is_fresh
