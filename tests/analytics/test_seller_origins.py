"""Where sellers came from, against counting one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse

COUNTS = ("sellers", "recent", "known_30", "sold_30", "selling", "lost", "gmv_minor")


def plain(warehouse: Warehouse) -> dict[tuple[int, str, bool], tuple[int, ...]]:
    def rows(name: str) -> list[dict[str, Any]]:
        return warehouse.engine.query(expression=table(name)).to_pylist()

    joined = {row["seller_id"]: row["joined_on"] for row in rows("sellers")}
    groups: dict[tuple[int, str, bool], list[tuple[int, ...]]] = {}
    for row in rows("sellers_mart"):
        on, first_on = joined[row["seller_id"]], row["first_sale_on"]
        known = on is not None and (AS_OF - on).days >= 30
        sold = known and first_on is not None and (first_on - on).days < 30
        group = (row["unit_id"], row["origin"], row["invited_by_id"] is not None)
        groups.setdefault(group, []).append(
            (
                1,
                int(on is not None and on >= AS_OF - timedelta(days=90)),
                int(known),
                int(sold),
                int(row["gmv_minor"] > 0),
                int(row["life"] == "lost"),
                row["gmv_minor"],
            )
        )
    return {group: tuple(map(sum, zip(*own, strict=True))) for group, own in groups.items()}


@pytest.mark.parametrize("seed", [4, 5])
def test_it_equals_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    rows = warehouse.run("seller_origins", as_of=AS_OF).to_pylist()
    found = {
        (row["unit_id"], row["origin"], row["is_invited"]): tuple(row[name] for name in COUNTS)
        for row in rows
    }
    assert found == plain(warehouse)
    assert {invited for _, _, invited in found} == {True, False}
    assert any(counts[3] for counts in found.values())
    assert any(counts[2] > counts[3] for counts in found.values())


def test_a_first_sale_on_the_thirtieth_day_is_too_late(warehouse: Warehouse) -> None:
    on = AS_OF - timedelta(days=60)
    sold = {1: on + timedelta(days=29), 2: on + timedelta(days=30)}
    warehouse.load(
        {
            "sellers": [
                {"seller_id": k, "unit_id": 1, "joined_on": on, "origin": "fair"} for k in sold
            ],
            "order_lines": [
                {"line_id": k, "order_id": k, "product_id": 1, "business_on": day}
                for k, day in sold.items()
            ],
            "credits": [
                {"line_id": k, "seller_id": k, "unit_id": 1, "business_on": day}
                for k, day in sold.items()
            ],
        }
    )
    (row,) = warehouse.run("seller_origins", as_of=AS_OF).to_pylist()
    assert (row["origin"], row["known_30"], row["sold_30"]) == ("fair", 2, 1)
