"""What two periods sold by group, against counting one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import ibis
import pytest

from siyu.analytics import marts
from siyu.analytics.engine import table
from siyu.analytics.marts.movements import CUTS, MOVEMENTS
from siyu.analytics.models.drivers import shares_of_change
from tests.analytics.chance import AS_OF, UNITS, random_facts
from tests.analytics.conftest import Warehouse

READS = ("sales", "returns", "sellers_mart", "histories", "goods")
BEFORE = (AS_OF - timedelta(days=120), AS_OF - timedelta(days=61))
NOW = (AS_OF - timedelta(days=60), AS_OF - timedelta(days=1))
CHILDREN = {unit: ancestors[1] for unit, ancestors in UNITS.items()}
Row = dict[str, Any]


def spans(before: tuple[date, date] = BEFORE, now: tuple[date, date] = NOW) -> ibis.Table:
    rows = [
        ibis.literal(1)
        .as_table()
        .select(is_now=ibis.literal(is_now), start_on=ibis.literal(a), end_on=ibis.literal(b))
        for is_now, (a, b) in ((False, before), (True, now))
    ]
    return ibis.union(*rows)


def units(children: dict[int, int]) -> ibis.Table:
    rows = [
        ibis.literal(1)
        .as_table()
        .select(unit_id=ibis.literal(unit, "int64"), child_id=ibis.literal(child, "int64"))
        for unit, child in children.items()
    ]
    return ibis.union(*rows)


def moved(
    warehouse: Warehouse, cut: str, *, children: dict[int, int] = CHILDREN, whole: bool = True
) -> dict[tuple[str, bool], Row]:
    computed = marts.movements(
        **{name: table(name) for name in READS},
        spans=spans(),
        units=units(children),
        cut=cut,
        whole=whole,
    )
    rows = warehouse.engine.query(expression=computed).to_pylist()
    return {(row.pop("group_key"), row.pop("is_now")): row for row in rows}


def compute(warehouse: Warehouse, facts: dict[str, Any]) -> None:
    warehouse.load(facts)
    warehouse.run("sellers_mart", as_of=AS_OF)
    warehouse.compute("goods", as_of=AS_OF)


def key_of(cut: str, row: Row, start_on: date, known: dict[str, dict[int, Any]]) -> str:
    if cut == "everything":
        return ""
    if cut == "seller_age":
        seller = row["seller_id"]
        if seller is None:
            return ""
        began = known["started"].get(seller)
        return "new" if began and began >= start_on else "existing"
    if cut == "customer_age":
        customer = row["customer_id"]
        if customer is None:
            return ""
        first = known["first"].get(customer)
        return "new" if first and first >= start_on else "returning"
    found = {
        "kind": lambda: known["kind"].get(row["seller_id"]),
        "category": lambda: known["category"].get(row["product_id"]),
        "unit": lambda: known["child"].get(row["unit_id"]),
    }[cut]()
    return "" if found is None else str(found)


def plain(warehouse: Warehouse, cut: str, *, whole: bool) -> dict[tuple[str, bool], Row]:
    def rows(name: str) -> list[Row]:
        return warehouse.engine.query(expression=table(name)).to_pylist()

    known = {
        "started": {row["seller_id"]: row["started_on"] for row in rows("sellers_mart")},
        "kind": {row["seller_id"]: row["kind"] for row in rows("sellers_mart")},
        "first": {row["customer_id"]: row["first_on"] for row in rows("histories")},
        "category": {row["product_id"]: row["category_id"] for row in rows("goods")},
        "child": CHILDREN,
    }
    grouped: dict[tuple[str, bool], list[tuple[bool, Row]]] = defaultdict(list)
    for is_now, (start_on, end_on) in ((False, BEFORE), (True, NOW)):
        for is_refund, name in ((False, "sales"), (True, "returns")):
            for row in rows(name):
                if start_on <= row["business_on"] <= end_on and (
                    whole or row["unit_id"] in CHILDREN
                ):
                    key = key_of(cut, row, start_on, known)
                    grouped[key, is_now].append((is_refund, row))
    return {key: counted(own) for key, own in grouped.items()}


def counted(rows: list[tuple[bool, Row]]) -> Row:
    sold = [row for is_refund, row in rows if not is_refund]
    named = [row for row in sold if row["customer_id"] is not None]
    goods = [row for row in named if row["seller_id"] is not None and not row["is_gift"]]

    def amount(some: list[Row]) -> int:
        return sum(row["amount_minor"] for row in some)

    return {
        "sellers": len({row["seller_id"] for row in goods}),
        "buyers": len({row["customer_id"] for row in goods}),
        "orders": len({row["order_id"] for row in goods}),
        "served_minor": amount(goods),
        "house_minor": amount(named) - amount(goods),
        "anonymous_minor": amount(sold) - amount(named),
        "refunds_minor": amount([row for is_refund, row in rows if is_refund]),
    }


@pytest.mark.parametrize("seed", [3, 4])
def test_every_cut_equals_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    compute(warehouse, random_facts(seed))
    for cut in CUTS:
        for whole in (True, False):
            assert moved(warehouse, cut, whole=whole) == plain(warehouse, cut, whole=whole), cut
    assert len(moved(warehouse, "unit")) > 4, "regions and nobody's, in both periods"


def test_a_unit_looked_at_counts_only_what_is_credited_to_it(warehouse: Warehouse) -> None:
    compute(warehouse, random_facts(5))
    everything = sum(row["served_minor"] for row in moved(warehouse, "everything").values())
    alone = moved(warehouse, "unit", children={1: 1}, whole=False)
    assert {key for key, _ in alone} == {"1"}
    assert 0 < sum(row["served_minor"] for row in alone.values()) < everything


def test_a_gift_with_an_amount_stands_on_no_order(warehouse: Warehouse) -> None:
    plan = Plan()
    plan.sell(seller=1, customer=7, orders=1, fen=500, start_on=NOW[0])
    plan.lines[0]["is_gift"] = True
    compute(warehouse, plan.facts({1: OLD}))
    row = moved(warehouse, "everything")["", True]
    assert (row["orders"], row["served_minor"], row["house_minor"]) == (0, 0, 500)


def test_nothing_sold_gives_no_rows(warehouse: Warehouse) -> None:
    compute(warehouse, {"sellers": [{"seller_id": 1, "unit_id": 1}]})
    assert all(moved(warehouse, cut) == {} for cut in CUTS)
    assert tuple(MOVEMENTS)[:2] == ("group_key", "is_now")


class Plan:
    """Order lines written by hand: seller, customer, how many orders, fen an order."""

    def __init__(self) -> None:
        self.lines: list[Row] = []
        self.credits: list[Row] = []

    def sell(self, *, seller: int, customer: int, orders: int, fen: int, start_on: date) -> None:
        for k in range(orders):
            line = len(self.lines) + 1
            self.lines.append(
                {
                    "line_id": line,
                    "order_id": line,
                    "customer_id": customer,
                    "product_id": 1,
                    "business_on": start_on + timedelta(days=k),
                    "amount_minor": fen,
                }
            )
            self.credits.append({"line_id": line, "seller_id": seller, "unit_id": 1})

    def facts(self, joined: dict[int, date]) -> dict[str, list[Row]]:
        sellers = [{"seller_id": k, "unit_id": 1, "joined_on": on} for k, on in joined.items()]
        return {"order_lines": self.lines, "credits": self.credits, "sellers": sellers}


OLD = date(2020, 1, 1)


def split(rows: dict[tuple[str, bool], Row], group: str = "") -> dict[str, int]:
    """The parts of a group's change by factor."""
    nothing = dict.fromkeys(("sellers", "buyers", "orders", "served_minor"), 0)
    chains = [
        [rows.get((group, is_now), nothing)[name] for name in nothing] for is_now in (False, True)
    ]
    parts = shares_of_change(before=chains[0], after=chains[1])
    return dict(zip(("sellers", "buyers", "frequency", "order_value"), parts, strict=True))


def test_recruited_sellers_and_more_from_each_seller_are_told_apart(warehouse: Warehouse) -> None:
    plan = Plan()
    for seller in range(1, 11):
        for customer in range(10):
            number = seller * 100 + customer
            sold = {"seller": seller, "customer": number, "fen": 10_000}
            plan.sell(**sold, orders=1, start_on=BEFORE[0])
            plan.sell(**sold, orders=2, start_on=NOW[0])
    for seller in range(11, 16):
        plan.sell(seller=seller, customer=seller * 100, orders=1, fen=10_000, start_on=NOW[0])
    joined = dict.fromkeys(range(1, 11), OLD) | dict.fromkeys(range(11, 16), NOW[0])
    compute(warehouse, plan.facts(joined))
    rows = moved(warehouse, "seller_age")
    recruits = {"sellers": 50_000, "buyers": 0, "frequency": 0, "order_value": 0}
    assert split(rows, "new") == recruits
    twice = {"sellers": 0, "buyers": 0, "frequency": 1_000_000, "order_value": 0}
    assert split(rows, "existing") == twice


def test_a_fall_of_frequency_at_constant_order_value_is_named(warehouse: Warehouse) -> None:
    plan = Plan()
    for seller in range(1, 6):
        for customer in range(20):
            sold = {"seller": seller, "customer": seller * 100 + customer, "fen": 8_000}
            plan.sell(**sold, orders=4, start_on=BEFORE[0])
            plan.sell(**sold, orders=2, start_on=NOW[0])
    compute(warehouse, plan.facts(dict.fromkeys(range(1, 6), OLD)))
    fall = {"sellers": 0, "buyers": 0, "frequency": -1_600_000, "order_value": 0}
    assert split(moved(warehouse, "everything")) == fall
