"""Reasons to look after a seller: which holds, what it is worth, in which order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics.marts.sellers import SELLERS
from tests.analytics.conftest import Warehouse, by_id

AS_OF = date(2025, 7, 1)
Row = dict[str, Any]


def seller(number: int, **values: Any) -> Row:
    """A steady seller of one unit who sold for 12,000 yuan within a year."""
    usual = dict.fromkeys(SELLERS, 0) | {
        "seller_id": number,
        "unit_id": 1,
        "origin": "",
        "kind": "guide",
        "status": "active",
        "life": "stable",
        "persona": "sells_herself",
        "visits_30": 10,
        "expected_30_x100": 1_000,
        "days_since_sale": 3,
        "started_on": AS_OF - timedelta(days=400),
        "first_sale_on": AS_OF - timedelta(days=300),
        "last_sale_on": AS_OF - timedelta(days=3),
        "gmv_minor": 100_000,
        "gmv_365_minor": 1_200_000,
    }
    return usual | values


def chosen(warehouse: Warehouse, *rows: Row) -> dict[int, Row]:
    warehouse.load({})
    warehouse.load_result("sellers_mart", list(rows))
    return by_id(warehouse.compute("seller_candidates", as_of=AS_OF), "seller_id")


def test_each_reason_with_its_numbers_and_its_worth(warehouse: Warehouse) -> None:
    never = {"days_since_sale": None, "first_sale_on": None, "gmv_minor": 0, "gmv_365_minor": 0}
    found = chosen(
        warehouse,
        seller(1, life="slowing", visits_30=4),
        seller(2, life="silent", visits_30=0, days_since_sale=40),
        seller(3, life="trained", started_on=AS_OF - timedelta(days=7), fans=9, **never),
        seller(4, effective_fans=160, fans=300),
        seller(5, life="lost", days_since_sale=200, fans=7),
        seller(6, life="first_sale", gmv_minor=30_000),
        seller(7, life="first_sale", gmv_minor=50_001),
    )
    told = {
        number: (row["signal"], *(row[f"evidence_{k}"] for k in (1, 2, 3)))
        for number, row in found.items()
    }
    assert told == {
        1: ("seller_slowing", 4, 1_000, 100_000),
        2: ("seller_silent", 40, 1_000, 1_200_000),
        3: ("first_sale_due", 7, 9, 0),
        4: ("milestone_near", 160, 300, 100_000),
        5: ("seller_lost", 200, 7, 1_200_000),
    }
    worth = {number: row["expected_value_minor"] for number, row in found.items()}
    assert worth == {1: 60_000, 2: 100_000, 3: 40_001, 4: 25_000, 5: 100_000}
    assert [number for number, _ in sorted(found.items(), key=lambda each: each[1]["rank"])] == [
        2,
        5,
        1,
        3,
        4,
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"life": "growing"},
        {"life": "slowing", "status": "left"},
        {"life": "silent", "status": "paused"},
        {"life": "trained", "started_on": AS_OF - timedelta(days=6)},
        {"effective_fans": 159},
        {"effective_fans": 200},
    ],
)
def test_who_needs_no_help_is_left_alone(warehouse: Warehouse, values: Row) -> None:
    assert chosen(warehouse, seller(1, **values)) == {}


def test_units_are_ranked_apart(warehouse: Warehouse) -> None:
    found = chosen(
        warehouse,
        seller(1, life="lost"),
        seller(2, life="lost", unit_id=2),
        seller(3, life="lost", unit_id=2, gmv_365_minor=2_400_000),
    )
    assert {number: row["rank"] for number, row in found.items()} == {1: 1, 2: 2, 3: 1}
