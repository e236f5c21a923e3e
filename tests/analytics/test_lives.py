"""Lives of buying relations against counting one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse


@pytest.mark.parametrize("seed", [61, 62])
def test_they_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    warehouse.load(random_facts(seed))
    rows = warehouse.run("lives", as_of=AS_OF).to_pylist()
    customers = warehouse.engine.query(expression=table("customers_mart")).to_pylist()
    sellers = {
        row["seller_id"]: row
        for row in warehouse.engine.query(expression=table("sellers_mart")).to_pylist()
    }
    plain: Counter[tuple[str, str, int, bool]] = Counter()
    for row in customers:
        if row["first_on"] is not None:
            is_lost = row["state"] == "lost"
            days = ((row["last_on"] if is_lost else AS_OF) - row["first_on"]).days
            for cut in ("kind", "persona"):
                group = sellers[row["seller_id"]][cut] if row["seller_id"] in sellers else ""
                plain[cut, group, days, is_lost] += 1
    found = Counter(
        {
            (row["cut"], row["group_key"], row["duration_days"], row["has_ended"]): row["customers"]
            for row in rows
        }
    )
    assert found == plain
    assert len(found) == len(rows)
    assert {has_ended for *_, has_ended in found} == {True, False}
    assert ("kind", "") in {key[:2] for key in found}


@pytest.mark.parametrize("seed", [61, 62])
def test_lives_of_communities_equal_counting_one_by_one(warehouse: Warehouse, seed: int) -> None:
    facts = random_facts(seed)
    warehouse.load(facts)
    rows = warehouse.run("community_lives", as_of=AS_OF).to_pylist()
    sellers = {
        row["seller_id"]: row
        for row in warehouse.engine.query(expression=table("sellers_mart")).to_pylist()
    }
    plain: Counter[tuple[str, str, int, bool]] = Counter()
    for row in facts["communities"]:
        if row["opened_on"] < AS_OF:
            ended = row["ended_on"] is not None and row["ended_on"] < AS_OF
            days = ((row["ended_on"] if ended else AS_OF) - row["opened_on"]).days
            owner = sellers.get(row["seller_id"], {})
            for cut in ("kind", "persona"):
                plain[cut, owner.get(cut, ""), days, ended] += 1
            plain["theme", row["theme"], days, ended] += 1
    found = Counter(
        {
            (row["cut"], row["group_key"], row["duration_days"], row["has_ended"]): row[
                "communities"
            ]
            for row in rows
        }
    )
    assert found == plain
    assert len(found) == len(rows)
    assert {has_ended for *_, has_ended in found} == {True, False}
    assert ("kind", "") in {key[:2] for key in found}, "some owners are not known"


def test_who_owns_communities_that_go_on_organises_groups(warehouse: Warehouse) -> None:
    opened, ended = {"opened_on": date(2024, 1, 1)}, {"ended_on": date(2024, 4, 1)}
    warehouse.load(
        {
            "sellers": [{"seller_id": k, "unit_id": 1} for k in (1, 2, 3)],
            "communities": [
                {"community_id": 1, "seller_id": 1, **opened},
                {"community_id": 2, "seller_id": 1, **opened, "ended_on": AS_OF},
                {"community_id": 3, "seller_id": 2, **opened, **ended},
                {"community_id": 4, "seller_id": 3, "opened_on": AS_OF},
            ],
        }
    )
    rows = warehouse.run("sellers_mart", as_of=AS_OF).to_pylist()
    found = {row["seller_id"]: (row["persona"], row["communities"]) for row in rows}
    assert found[1] == ("organises_groups", 2)
    assert found[2] == found[3] == ("sells_herself", 0)


def test_who_invited_three_that_have_not_left_leads_a_team(warehouse: Warehouse) -> None:
    invited = {1: [3, 4, 5], 2: [6, 7, 8]}
    by = {seller: inviter for inviter, team in invited.items() for seller in team}
    warehouse.load(
        {
            "sellers": [
                {
                    "seller_id": k,
                    "unit_id": 1,
                    "invited_by_id": by.get(k),
                    "kind": "group_leader" if k == 1 else "guide",
                    "status": {5: "paused", 8: "left"}.get(k, "active"),
                }
                for k in range(1, 9)
            ]
        }
    )
    rows = warehouse.run("sellers_mart", as_of=AS_OF).to_pylist()
    found = {row["seller_id"]: row["persona"] for row in rows}
    assert found[1] == "leads_a_team"
    assert found[2] == found[3] == "sells_herself"
