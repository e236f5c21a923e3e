"""Candidates: who may be contacted, for which reason, in which order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import PRIORITIES, Warehouse, by_id
from tests.analytics.test_signals import mart_row


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def birthday(customer_id: int, **columns: Any) -> dict[str, Any]:
    own = {"seller_id": 1, "opted_out": False, "is_minor": False, "days_to_birthday": 2}
    value = {"propensity_ppm": 100, "order_value_minor": 100, "expected_value_minor": 100}
    return mart_row(customer_id=customer_id, state="active", **(own | value | columns))


def drawn(
    warehouse: Warehouse,
    customers: list[dict[str, Any]],
    contacts: list[dict[str, Any]] | None = None,
    memberships: list[dict[str, Any]] | None = None,
    assignments: list[dict[str, Any]] | None = None,
    **parameters: Any,
) -> list[dict[str, Any]]:
    warehouse.load({"contacts": contacts or [], "assignments": assignments or []})
    warehouse.load_result("memberships", memberships or [])
    warehouse.load_result("customers_mart", customers)
    return warehouse.compute("candidates", as_of=AS_OF, **parameters).to_pylist()


def test_whoever_may_not_be_contacted_is_left_out(warehouse: Warehouse) -> None:
    rows = drawn(
        warehouse,
        [
            birthday(1),
            birthday(2, seller_id=None),
            birthday(3, opted_out=True),
            birthday(4, is_minor=True),
            birthday(5, days_to_birthday=8),
        ],
    )
    assert [row["customer_id"] for row in rows] == [1]


@pytest.mark.parametrize(
    ("contact", "is_free"),
    [
        ({"state": "open", "drawn_on": ago(6)}, False),
        ({"state": "held", "drawn_on": ago(6)}, False),
        ({"state": "done", "drawn_on": ago(20), "contacted_on": ago(6)}, False),
        ({"state": "done", "drawn_on": ago(20), "contacted_on": ago(7)}, True),
        ({"state": "open", "drawn_on": ago(7)}, True),
        ({"state": "skipped", "drawn_on": ago(1)}, True),
        ({"state": "expired", "drawn_on": ago(1)}, True),
        (
            {"state": "skipped", "drawn_on": ago(9), "blocked_until": AS_OF + timedelta(days=1)},
            False,
        ),
        ({"state": "skipped", "drawn_on": ago(9), "blocked_until": AS_OF}, True),
        ({"state": "open", "drawn_on": AS_OF}, True),
    ],
)
def test_a_contact_bars_for_its_window(
    warehouse: Warehouse, contact: dict[str, Any], is_free: bool
) -> None:
    task = {"task_id": 1, "customer_id": 1, "seller_id": 9} | contact
    rows = drawn(warehouse, [birthday(1), birthday(2)], [task], quota_days=7)
    assert [row["customer_id"] for row in rows] == ([1, 2] if is_free else [2])


@pytest.mark.parametrize(
    ("until", "is_free"), [(AS_OF, True), (AS_OF + timedelta(days=1), False), (None, True)]
)
def test_whoever_is_asked_for_by_a_dispatch_is_left_out(
    warehouse: Warehouse, until: date | None, is_free: bool
) -> None:
    asked = {"assignment_id": 1, "customer_id": 1, "seller_id": 9, "blocked_until": until}
    rows = drawn(warehouse, [birthday(1), birthday(2)], assignments=[asked])
    assert [row["customer_id"] for row in rows] == ([1, 2] if is_free else [2])


def test_the_signal_of_the_first_priority_wins(warehouse: Warehouse) -> None:
    both = birthday(1, is_top=True, spend_minor=900, spend_before_30_minor=1, orders=3)
    first = drawn(warehouse, [both], priorities={"new_top": 1, "birthday": 2})
    assert [(row["signal"], row["priority"]) for row in first] == [("new_top", 1)]
    assert (first[0]["evidence_1"], first[0]["evidence_2"]) == (900, 1)
    other = drawn(warehouse, [both], priorities={"new_top": 5, "birthday": 2})
    assert [(row["signal"], row["priority"]) for row in other] == [("birthday", 2)]
    assert other[0]["evidence_1"] == 2
    tie = drawn(warehouse, [both], priorities={"new_top": 3, "birthday": 3})
    assert [row["signal"] for row in tie] == ["birthday"], "declared first"
    assert drawn(warehouse, [both], priorities={"due": 1}) == []
    assert drawn(warehouse, [both], priorities={}) == []


def test_the_list_is_cut_by_value_for_each_seller(warehouse: Warehouse) -> None:
    customers = [birthday(k, expected_value_minor=k // 2) for k in range(1, 7)]
    customers += [birthday(k, seller_id=2) for k in (11, 12)]
    rows = drawn(warehouse, customers, keep=3)
    assert [(row["seller_id"], row["rank"], row["customer_id"]) for row in rows] == [
        (1, 1, 6),
        (1, 2, 4),
        (1, 3, 5),
        (2, 1, 11),
        (2, 2, 12),
    ]


def test_a_playbook_rests_with_a_customer_while_others_may_ask(warehouse: Warehouse) -> None:
    top = {"is_top": True, "spend_minor": 900, "spend_before_30_minor": 1, "orders": 3}
    asked = [
        {"task_id": 1, "customer_id": 1, "signal": "birthday", "drawn_on": ago(20)},
        {"task_id": 2, "customer_id": 2, "signal": "birthday", "drawn_on": ago(20)},
        {"task_id": 3, "customer_id": 3, "signal": "birthday", "drawn_on": ago(30)},
        {"task_id": 4, "customer_id": 4, "signal": "new_top", "drawn_on": ago(20)},
        {"task_id": 5, "customer_id": 5, "signal": "birthday", "drawn_on": ago(9)},
    ]
    asked[-1]["state"] = "skipped"
    contacts = [{"seller_id": 9, "state": "done"} | task for task in asked]
    customers = [birthday(1), birthday(2, **top), *(birthday(k) for k in (3, 4, 5))]
    told = {"priorities": {"birthday": 1, "new_top": 2}, "rests": {"birthday": 30}}
    rows = drawn(warehouse, customers, contacts, **told)
    found = {row["customer_id"]: row["signal"] for row in rows}
    assert found == {2: "new_top", 3: "birthday", 4: "birthday", 5: "birthday"}
    assert len(drawn(warehouse, customers, contacts, **(told | {"rests": {}}))) == 5


def test_a_limited_playbook_leaves_room_for_others(warehouse: Warehouse) -> None:
    top = {"is_top": True, "spend_minor": 900, "spend_before_30_minor": 1, "orders": 3}
    customers = [birthday(k, expected_value_minor=100 - k) for k in range(1, 6)]
    customers += [birthday(6, seller_id=2), birthday(7, days_to_birthday=99, **top)]
    told = {"priorities": {"birthday": 1, "new_top": 2}, "keep": 3, "most": {"birthday": 2}}
    rows = drawn(warehouse, customers, **told)
    assert [(row["seller_id"], row["rank"], row["customer_id"]) for row in rows] == [
        (1, 1, 7),
        (1, 2, 1),
        (1, 3, 2),
        (2, 1, 6),
    ]


def test_who_finds_no_place_in_a_limited_playbook_is_taken_for_her_next_reason(
    warehouse: Warehouse,
) -> None:
    top = {"is_top": True, "spend_minor": 900, "spend_before_30_minor": 1, "orders": 3}
    customers = [birthday(k, expected_value_minor=100 - k, **top) for k in range(1, 5)]
    customers += [birthday(5, seller_id=2, **top)]
    told = {"priorities": {"birthday": 1, "new_top": 2}, "most": {"birthday": 2}}
    found = {row["customer_id"]: row["signal"] for row in drawn(warehouse, customers, **told)}
    assert found == {1: "birthday", 2: "birthday", 3: "new_top", 4: "new_top", 5: "birthday"}
    both = drawn(warehouse, customers, **(told | {"most": {"birthday": 1, "new_top": 1}}))
    assert {row["customer_id"]: row["signal"] for row in both} == {
        1: "birthday",
        2: "new_top",
        5: "birthday",
    }


def test_every_candidate_of_a_random_brand_keeps_the_rules(warehouse: Warehouse) -> None:
    warehouse.load(random_facts(41))
    rows = warehouse.run("candidates", as_of=AS_OF, keep=4).to_pylist()
    signals = {
        (row["customer_id"], row["signal"]): row
        for row in warehouse.run("signals", as_of=AS_OF).to_pylist()
    }
    mart = by_id(warehouse.engine.query(expression=table("customers_mart")))
    assert rows
    assert len({row["customer_id"] for row in rows}) == len(rows)
    for row in rows:
        customer = mart[row["customer_id"]]
        assert row["seller_id"] == customer["seller_id"] is not None
        assert not customer["opted_out"]
        assert not customer["is_minor"]
        assert 1 <= row["rank"] <= 4
        signal = signals[row["customer_id"], row["signal"]]
        assert all(row[f"evidence_{k}"] == signal[f"evidence_{k}"] for k in range(1, 5))
        own = [name for customer_id, name in signals if customer_id == row["customer_id"]]
        assert row["priority"] == min(PRIORITIES[name] for name in own)


def stay(segment_id: int, customer_id: int, since: int, until: int | None = None) -> dict[str, Any]:
    left_on = None if until is None else ago(until)
    return {
        "segment_id": segment_id,
        "customer_id": customer_id,
        "entered_on": ago(since),
        "left_on": left_on,
    }


def test_a_signal_of_a_segment_holds_for_its_members_only(warehouse: Warehouse) -> None:
    rows = drawn(
        warehouse,
        [birthday(1), birthday(2), birthday(3)],
        memberships=[stay(5, 1, 10), stay(6, 2, 10), stay(5, 3, 10, 2)],
        segments={"birthday": 5},
    )
    assert [(row["customer_id"], row["signal"]) for row in rows] == [(1, "birthday")]


def test_to_belong_to_a_segment_is_a_reason_of_its_own(warehouse: Warehouse) -> None:
    rows = drawn(
        warehouse,
        [
            birthday(1, days_to_birthday=40, orders=3, spend_minor=700, recency_days=12),
            birthday(2, days_to_birthday=40),
            birthday(3),
        ],
        memberships=[stay(5, 1, 10), stay(5, 3, 4)],
        segments={"segment_5": 5},
        priorities={"segment_5": 2, "birthday": 1},
    )
    assert [(row["customer_id"], row["signal"]) for row in rows] == [
        (1, "segment_5"),
        (3, "birthday"),
    ]
    assert [rows[0][f"evidence_{k}"] for k in (1, 2, 3, 4)] == [10, 3, 700, 12]


def test_a_segment_without_a_playbook_is_no_reason(warehouse: Warehouse) -> None:
    rows = drawn(
        warehouse,
        [birthday(1, days_to_birthday=40)],
        memberships=[stay(5, 1, 10)],
        segments={"segment_5": 5},
        priorities={"birthday": 1},
    )
    assert rows == []
