"""Tiers of brands against counting one by one, and by their bounds."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, UNITS, random_facts
from tests.analytics.conftest import Warehouse

SINCE = date(2024, 1, 1)
Key = tuple[int, str, int]


def rows_of(warehouse: Warehouse, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = warehouse.engine.query(expression=table(name)).to_pylist()
    return found


def plain(warehouse: Warehouse) -> dict[Key, dict[str, int | str]]:
    brand_of = {row["product_id"]: row["brand_id"] for row in rows_of(warehouse, "goods")}
    persona_of = {row["seller_id"]: row["persona"] for row in rows_of(warehouse, "sellers_mart")}
    amounts: dict[Key, int] = defaultdict(int)
    lines: dict[Key, int] = defaultdict(int)
    sellers: dict[Key, set[int]] = defaultdict(set)
    for row in rows_of(warehouse, "sales"):
        brand, seller = brand_of.get(row["product_id"]), row["seller_id"]
        if None in (brand, seller) or row["is_gift"] or row["business_on"] < SINCE:
            continue
        for unit in UNITS.get(row["unit_id"], []):
            for persona in {"", persona_of.get(seller, "")}:
                key = (unit, persona, brand)
                amounts[key] += row["amount_minor"]
                lines[key] += 1
                sellers[key].add(seller)
    groups: dict[tuple[int, str], list[Key]] = defaultdict(list)
    everyone: dict[tuple[int, str], set[int]] = defaultdict(set)
    for key, amount in amounts.items():
        everyone[key[:2]] |= sellers[key]
        if amount > 0:
            groups[key[:2]].append(key)
    found: dict[Key, dict[str, int | str]] = {}
    for group, keys in groups.items():
        keys.sort(key=lambda key: (-amounts[key], key[2]))
        whole, before = sum(amounts[key] for key in keys), 0
        for place, key in enumerate(keys, 1):
            reached = before * 1_000_000 // whole
            tier = "SABC"[sum(reached >= bound for bound in (500_000, 800_000, 950_000))]
            before += amounts[key]
            found[key] = {
                "tier": tier,
                "place": place,
                "sellers": len(sellers[key]),
                "sellers_all": len(everyone[group]),
                "lines": lines[key],
                "gmv_minor": amounts[key],
                "share_ppm": amounts[key] * 1_000_000 // whole,
            }
    return found


@pytest.mark.parametrize("seed", [31, 32])
def test_they_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    rows = warehouse.run("brand_tiers", as_of=AS_OF).to_pylist()
    found = {(row.pop("unit_id"), row.pop("persona"), row.pop("brand_id")): row for row in rows}
    assert found == plain(warehouse)
    assert len({persona for _, persona, _ in found}) > 1


def sold(amounts: dict[int, int]) -> dict[str, list[dict[str, Any]]]:
    """One seller's sales by brand on one day."""
    numbered = list(enumerate(amounts.items(), 1))
    return {
        "order_lines": [
            {
                "line_id": k,
                "order_id": k,
                "customer_id": 1,
                "product_id": brand,
                "business_on": date(2024, 4, 1),
                "amount_minor": amount,
            }
            for k, (brand, amount) in numbered
        ],
        "credits": [{"line_id": k, "seller_id": 1, "unit_id": 1} for k, _ in numbered],
        "products": [{"product_id": brand, "brand_id": brand} for brand in amounts],
        "sellers": [{"seller_id": 1, "unit_id": 1}],
        "unit_ancestors": [{"unit_id": 1, "ancestor_id": 1}],
    }


@pytest.mark.parametrize(
    ("amounts", "tiers"),
    [
        ((100,), "S"),
        ((50, 30, 15, 5), "SABC"),
        # The one that reaches half of the sales is still of the first tier.
        ((49, 31, 15, 5), "SSBC"),
        ((20, 20, 20, 20, 20), "SSSAB"),
    ],
)
def test_a_brand_belongs_where_those_before_it_end(
    warehouse: Warehouse, amounts: tuple[int, ...], tiers: str
) -> None:
    warehouse.load(sold({31 + place: amount for place, amount in enumerate(amounts)}))
    rows = warehouse.run("brand_tiers", as_of=AS_OF).to_pylist()
    own = [row["tier"] for row in rows if row["persona"] == ""]
    assert "".join(own) == tiers


def test_what_was_sold_before_the_four_months_is_left_out(warehouse: Warehouse) -> None:
    facts = sold({31: 10, 32: 90})
    facts["order_lines"][1]["business_on"] = date(2023, 12, 31)
    warehouse.load(facts)
    rows = warehouse.run("brand_tiers", as_of=AS_OF).to_pylist()
    assert {row["brand_id"] for row in rows} == {31}


@pytest.mark.parametrize("seed", [33, 34])
def test_months_of_sellers_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    rows = warehouse.run("seller_months", as_of=AS_OF).to_pylist()
    plainly: dict[tuple[date, int], list[int]] = defaultdict(lambda: [0, 0])
    for place, name in enumerate(("sales", "returns")):
        for row in rows_of(warehouse, name):
            month_on = row["business_on"].replace(day=1)
            if row["seller_id"] is not None and month_on >= date(2023, 4, 1):
                plainly[month_on, row["seller_id"]][place] += row["amount_minor"]
    found = {
        (row["month_on"], row["seller_id"]): [row["gmv_minor"], row["refunds_minor"]]
        for row in rows
    }
    assert found == plainly
    assert any(refunds for _, refunds in plainly.values())
