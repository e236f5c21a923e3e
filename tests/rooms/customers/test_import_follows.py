from datetime import date, datetime
from itertools import permutations

import pytest

from siyu.rooms.customers.events import FollowsChanged
from siyu.rooms.customers.facts import read_follows
from siyu.rooms.customers.queries import find_customer, serving_at, serving_now
from siyu.rooms.operations.actions import subscribe
from siyu.rooms.operations.types import ImportCounts
from tests.rooms.arrow_rows import moment
from tests.rooms.brand import Brand, new_brand

JAN, FEB, MAR = (f"2025-0{month}-01 10:00" for month in (1, 2, 3))
changed: list[FollowsChanged] = []
subscribe(event=FollowsChanged, reaction=changed.append)


@pytest.fixture
def staffed(brand: Brand) -> Brand:
    changed.clear()
    brand.sellers(*({"key": key} for key in ("ann", "bob", "cat")))
    return brand


def counts(result: ImportCounts) -> tuple[int, int, int, int]:
    return (result.created, result.updated, result.unchanged, len(result.rejects))


def tie(seller: str, since: str, customer: str = "c1", **more: object) -> dict[str, object]:
    return {"customer_key": customer, "seller_key": seller, "followed_at": since, **more}


def served(brand: Brand, customer: str = "c1") -> list[tuple[str, datetime, datetime | None]]:
    """(seller key, from, until) of who served a customer, in order."""
    keys = {brand.seller(key): key for key in ("ann", "bob", "cat")}
    periods = serving_at(customer_ids=[brand.customer(customer)])
    return [(keys[p[2]], p[0], p[1]) for p in periods.get(brand.customer(customer), [])]


def facts(brand: Brand) -> list[dict[str, object]]:
    return [row for t in read_follows(brand.program.id, 0, 2**62) for row in t.to_pylist()]


def test_a_follow_is_created_once(staffed: Brand):
    assert counts(staffed.follows(tie("ann", JAN, account="wx1"))) == (1, 0, 0, 0)
    assert counts(staffed.follows(tie("ann", JAN, account="wx1"))) == (0, 0, 1, 0)
    assert served(staffed) == [("ann", moment(JAN), None)]
    (fact,) = facts(staffed)
    assert (fact["is_serving"], fact["followed_on"]) == (True, date(2025, 1, 1))
    assert (fact["ended_on"], fact["acquired_by_id"]) == (None, None)


def test_an_unknown_customer_comes_to_be(staffed: Brand):
    staffed.follows(tie("ann", JAN, customer="stranger"))
    shown = find_customer(viewer=staffed.owner, customer_id=staffed.customer("stranger"))
    assert (shown.name, shown.serving_seller_id) == ("", staffed.seller("ann"))


@pytest.mark.parametrize("column", ["seller_key", "acquired_by_key"])
def test_an_unknown_seller_rejects_the_row_only(staffed: Brand, column: str):
    result = staffed.follows(tie("ann", JAN) | {column: "nobody"}, tie("bob", JAN, "c2"))
    assert counts(result) == (1, 0, 0, 1)
    (reject,) = result.rejects
    assert (reject.row, reject.column, reject.value, reject.code) == (
        2,
        column,
        "nobody",
        "unknown_seller",
    )
    assert len(facts(staffed)) == 1


def test_a_seller_of_another_program_is_unknown(staffed: Brand):
    other = new_brand("other")
    other.sellers({"key": "zoe"})
    assert counts(staffed.follows(tie("zoe", JAN))) == (0, 0, 0, 1)


def test_a_follow_that_ends_before_it_begins_is_rejected(staffed: Brand):
    result = staffed.follows(tie("ann", FEB, ended_at=JAN))
    assert counts(result) == (0, 0, 0, 1)
    assert result.rejects[0].code == "ends_before_it_begins"
    assert facts(staffed) == []


def test_a_seller_who_takes_over_serves_from_then_on(staffed: Brand):
    staffed.follows(tie("ann", JAN, is_serving=True))
    result = staffed.follows(tie("bob", FEB, is_serving=True))
    assert counts(result) == (1, 0, 0, 0)
    assert served(staffed) == [("ann", moment(JAN), moment(FEB)), ("bob", moment(FEB), None)]
    customer_id = staffed.customer("c1")
    seller_id, _ = serving_now(customer_ids=[customer_id])[customer_id]
    assert seller_id == staffed.seller("bob")


def test_a_second_friend_does_not_take_over(staffed: Brand):
    staffed.follows(tie("ann", JAN), tie("bob", FEB))
    staffed.follows(tie("cat", FEB, is_serving=False))
    assert served(staffed) == [("ann", moment(JAN), None)]
    assert [fact["is_serving"] for fact in facts(staffed)].count(True) == 1


def test_after_the_end_the_next_friend_serves(staffed: Brand):
    staffed.follows(tie("ann", JAN))
    assert counts(staffed.follows(tie("ann", JAN, ended_at=FEB))) == (0, 1, 0, 0)
    assert serving_now(customer_ids=[staffed.customer("c1")]) == {}
    staffed.follows(tie("bob", MAR))
    assert served(staffed) == [("ann", moment(JAN), moment(FEB)), ("bob", moment(MAR), None)]


def test_a_null_keeps_what_is_known(staffed: Brand):
    told = tie("ann", JAN, account="wx1", acquired_by_key="bob", is_serving=True, ended_at=MAR)
    staffed.follows(told)
    before = facts(staffed)
    assert counts(staffed.follows(tie("ann", JAN))) == (0, 0, 1, 0)
    assert facts(staffed) == before
    assert before[0]["acquired_by_id"] == staffed.seller("bob")


def test_the_same_seller_may_follow_again_later(staffed: Brand):
    staffed.follows(tie("ann", JAN, ended_at=FEB), tie("ann", MAR))
    assert served(staffed) == [("ann", moment(JAN), moment(FEB)), ("ann", moment(MAR), None)]


HAND_OVERS = (
    tie("ann", JAN, is_serving=True),
    tie("bob", FEB, is_serving=True),
    tie("cat", MAR, is_serving=True),
)


@pytest.mark.parametrize("order", list(permutations(HAND_OVERS)))
@pytest.mark.parametrize("together", [True, False])
def test_the_order_in_which_follows_are_told_does_not_matter(
    staffed: Brand, order: tuple[dict[str, object], ...], together: bool
):
    for part in [order] if together else [(row,) for row in order]:
        staffed.follows(*part)
    assert served(staffed) == [
        ("ann", moment(JAN), moment(FEB)),
        ("bob", moment(FEB), moment(MAR)),
        ("cat", moment(MAR), None),
    ]


def test_a_hand_back_ends_the_one_in_between(staffed: Brand):
    staffed.follows(tie("ann", JAN, is_serving=True), tie("bob", FEB, is_serving=True))
    assert counts(staffed.follows(tie("bob", FEB, is_serving=False))) == (0, 1, 0, 0)
    assert served(staffed) == [("ann", moment(JAN), None)]


def test_follows_of_several_customers_do_not_touch_each_other(staffed: Brand):
    staffed.follows(tie("ann", JAN, "c1"), tie("bob", JAN, "c2"), tie("cat", FEB, "c2"))
    staffed.follows(tie("cat", MAR, "c2", is_serving=True))
    assert served(staffed, "c1") == [("ann", moment(JAN), None)]
    assert served(staffed, "c2") == [("bob", moment(JAN), moment(MAR)), ("cat", moment(MAR), None)]


def test_a_moment_is_told_as_a_day_of_the_program(staffed: Brand):
    staffed.follows(tie("ann", "2025-01-02 00:30", ended_at="2025-02-01 23:30"))
    (fact,) = facts(staffed)
    assert (fact["followed_on"], fact["ended_on"]) == (date(2025, 1, 2), date(2025, 2, 1))


class TestAnnouncement:
    def test_those_whose_serving_changed_are_announced(self, staffed: Brand):
        staffed.follows(tie("ann", JAN, "c1"), tie("ann", JAN, "c2"))
        staffed.react()
        staffed.follows(tie("bob", FEB, "c1", is_serving=True), tie("ann", JAN, "c2"))
        staffed.react()
        told = [set(event.customer_ids) for event in changed]
        both = {staffed.customer("c1"), staffed.customer("c2")}
        assert told == [both, {staffed.customer("c1")}]
        assert {event.program_id for event in changed} == {staffed.program.id}

    def test_nothing_is_announced_where_nothing_changed(self, staffed: Brand):
        staffed.follows(tie("ann", JAN))
        staffed.react()
        changed.clear()
        staffed.follows(tie("ann", JAN))
        staffed.react()
        assert changed == []
