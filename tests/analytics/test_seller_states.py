"""Where sellers stand: planted changes are found, season and market are not taken for them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.facts import from_columns

AS_OF = date(2025, 7, 1)
DAYS = 800
RECENT, YEAR = 30, 365
GROUPS = {"steady": 500, "slower": 25, "faster": 25, "seasonal": 40, "stopped": 5}
GROUPS |= {"newcomers": 25, "of last year": 25}
# How many of a group without a change of their own may be taken for growing or slowing.
MOST_WRONG = (("steady", 0.1), ("seasonal", 0.2), ("newcomers", 0.2), ("of last year", 0.2))
Row = dict[str, Any]


def levels() -> dict[str, np.ndarray]:
    """Each group's level by day, the last day last; all fell by half with the market."""
    back = np.arange(DAYS, 0, -1)
    recent = back <= RECENT
    own_season = recent | ((back > YEAR) & (back <= YEAR + RECENT))
    one = np.ones(DAYS)
    shapes = {
        "steady": one,
        "slower": np.where(recent, 0.45, one),
        "faster": np.where(recent, 1.8, one),
        "seasonal": np.where(own_season, 0.4, one),
        "newcomers": np.where(back <= 75, one, 0.0),
        "of last year": np.where(back <= YEAR + 10, one, 0.0),
        "stopped": np.where(recent, 0.0, one),
    }
    return {name: shape * np.where(recent, 0.5, 1.0) for name, shape in shapes.items()}


def facts(seed: int) -> tuple[dict[str, Any], dict[int, str]]:
    """Every seller sells once a day or so to somebody new; groups by seller."""
    random = np.random.default_rng(seed)
    group_of: dict[int, str] = {}
    sellers, days = [], []
    for name, size in GROUPS.items():
        for _ in range(size):
            seller = len(group_of) + 1
            group_of[seller] = name
            sold = random.poisson(1.2 * levels()[name])
            days.append(np.repeat(np.arange(DAYS), sold))
            sellers.append(np.full(sold.sum(), seller))
    seller, day = np.concatenate(sellers), np.concatenate(days)
    line = np.arange(1, len(seller) + 1)
    first = np.datetime64(AS_OF - timedelta(days=DAYS))
    on = (first + day).astype("datetime64[D]").astype(object)
    tables = {
        "order_lines": from_columns(
            "order_lines",
            {
                "line_id": line,
                "order_id": line,
                "customer_id": line,
                "product_id": line % 50 + 1,
                "business_on": on,
            },
        ),
        "credits": from_columns(
            "credits",
            {
                "line_id": line,
                "seller_id": seller,
                "unit_id": np.ones_like(seller),
                "business_on": on,
            },
        ),
        "sellers": [{"seller_id": k, "unit_id": 1} for k in group_of],
    }
    return tables, group_of


def stand(warehouse: Warehouse, given: dict[str, Any]) -> dict[int, Row]:
    warehouse.load(given)
    return by_id(warehouse.run("seller_states", as_of=AS_OF), "seller_id")


def test_changes_of_ones_own_are_told_from_season_and_market(warehouse: Warehouse) -> None:
    given, group_of = facts(5)
    found = stand(warehouse, given)
    lives = {name: Counter() for name in GROUPS}
    for seller, name in group_of.items():
        lives[name][found[seller]["life"]] += 1
    share = {name: {k: n / GROUPS[name] for k, n in own.items()} for name, own in lives.items()}
    assert share["slower"].get("slowing", 0) > 0.5
    assert share["faster"].get("growing", 0) > 0.6
    assert share["stopped"] == {"silent": 1.0}
    for name, most in MOST_WRONG:
        wrong = share[name].get("slowing", 0) + share[name].get("growing", 0)
        assert wrong < most, (name, share)


def sale(number: int, seller: int, days_ago: int, product: int = 1) -> tuple[Row, Row]:
    line = {
        "line_id": number,
        "order_id": number,
        "customer_id": number,
        "product_id": product,
        "business_on": AS_OF - timedelta(days=days_ago),
    }
    return line, {"line_id": number, "seller_id": seller, "unit_id": 1}


def small(sales: list[tuple[Row, Row]], **more: Any) -> dict[str, Any]:
    sellers = [{"seller_id": k, "unit_id": 1} for k in range(1, 9)]
    lines, credited = zip(*sales, strict=True)
    return {"order_lines": [*lines], "credits": [*credited], "sellers": sellers} | more


def test_the_beginning_and_the_end(warehouse: Warehouse) -> None:
    sales = [sale(1, 1, 10), sale(2, 2, 200), sale(3, 3, 31)]
    given = small(sales)
    given["sellers"][3]["status"] = "left"
    found = stand(warehouse, given)
    assert found[1]["life"] == "first_sale"
    assert found[2]["life"] == "lost"
    assert found[3]["life"] == "stable", "one sale a month ago tells nothing"
    assert found[4]["life"] == "lost"
    assert found[5]["life"] == "trained"
    assert [found[k]["days_since_sale"] for k in (1, 2, 5)] == [10, 200, None]


@pytest.mark.parametrize(
    ("products", "brands", "days", "persona"),
    [(3, 3, 20, "hot_items"), (12, 6, 60, "many_brands"), (12, 2, 60, "sells_herself")],
)
def test_how_a_seller_sells(
    warehouse: Warehouse, products: int, brands: int, days: int, persona: str
) -> None:
    sales = [sale(k + 1, 1, k % days + 1, k % products + 1) for k in range(60)]
    goods = [{"product_id": k + 1, "brand_id": k % brands + 1} for k in range(products)]
    row = stand(warehouse, small(sales, products=goods))[1]
    assert row["persona"] == persona
    assert row["brands_90"] == brands
    assert row["visits_30"] == sum(k % days + 1 <= RECENT for k in range(60))


def test_a_customer_is_one_visit_a_day_and_gifts_are_none(warehouse: Warehouse) -> None:
    pairs = [sale(k, 1, 5) for k in (1, 2, 3)] + [sale(4, 1, 6)]
    for line, _ in pairs[:2]:
        line["customer_id"] = 7
    pairs[3][0]["is_gift"] = True
    row = stand(warehouse, small(pairs))[1]
    assert row["visits_30"] == 2
