"""Two customers who turn out to be one, and the merge taken back."""

from __future__ import annotations

import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.customers.actions import merge_customers, opt_out, undo_merge
from siyu.rooms.customers.facts import read_merges
from siyu.rooms.customers.queries import (
    find_by_phone,
    find_customer,
    merges_of,
    names_of_customers,
    same_person,
    serving_now,
    twins_of,
)
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.orders.queries import purchases_of
from tests.rooms.brand import Brand, new_brand

PHONE = "13911112222"
SINCE = "2025-01-10 10:00"


@pytest.fixture
def pair(brand: Brand) -> Brand:
    """`old` is Ann's friend, `new` has the same phone and nobody serves her."""
    brand.sellers({"key": "ann", "store_key": "n1"}, {"key": "bob", "store_key": "s1"})
    brand.customers(
        {"key": "old", "phone": PHONE, "city": "杭州"},
        {"key": "new", "phone": PHONE, "name": "李娜"},
        {"key": "other", "name": "高小琴"},
    )
    brand.follow("old", "ann", SINCE)
    return brand


def merge(brand: Brand, one: int, kept: int, reason: str = "same phone") -> int:
    return merge_customers(viewer=brand.owner, customer_id=one, kept_id=kept, reason=reason)


def told(brand: Brand) -> dict[int, tuple[int, bool]]:
    rows = [row for table in read_merges(brand.program.id, 0, 2**62) for row in table.to_pylist()]
    return {row["customer_id"]: (row["into_id"], row["is_undone"]) for row in rows}


def seller_of(brand: Brand, customer_id: int) -> int | None:
    return find_customer(viewer=brand.owner, customer_id=customer_id).serving_seller_id


def test_the_kept_one_takes_over_what_is_missing_and_who_serves(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    merge(pair, old, new)
    found = find_customer(viewer=pair.owner, customer_id=old)
    assert (found.id, found.name, found.city) == (new, "李娜", "杭州")
    assert seller_of(pair, new) == pair.seller("ann")
    assert old not in serving_now(customer_ids=[old])
    assert find_by_phone(viewer=pair.owner, phone=PHONE) == [new]
    assert sorted(same_person(customer_id=new)) == sorted([old, new])
    assert told(pair) == {old: (new, False)}
    assert audit_page(viewer=pair.owner)[0].action == "merge customers"


def test_who_serves_the_kept_one_goes_on(pair: Brand):
    pair.follow("new", "bob", SINCE)
    old, new = pair.customer("old"), pair.customer("new")
    merge(pair, old, new)
    assert seller_of(pair, new) == pair.seller("bob")
    ann = pair.seller_viewer("ann")
    with pytest.raises(NotFound):
        find_customer(viewer=ann, customer_id=old)
    assert names_of_customers(viewer=ann, customer_ids=[old, new]) == {}


def test_keys_of_both_lead_to_the_kept_one(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    pair.orders({"order_key": "1", "customer_key": "old", "paid_at": "2025-02-01 10:00"})
    merge(pair, old, new)
    pair.orders({"order_key": "2", "customer_key": "old", "paid_at": "2025-02-02 10:00"})
    assert pair.customer("old") == pair.customer("new") == new
    assert len(purchases_of(viewer=pair.owner, customer_id=old)) == 2


def test_files_that_still_know_both_change_nothing(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    merge(pair, old, new)
    before = find_customer(viewer=pair.owner, customer_id=new)
    again = pair.customers({"key": "old", "phone": PHONE, "name": "Nobody", "city": "北京"})
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    ties = pair.follow("old", "ann", SINCE)
    assert (ties.created, ties.updated, ties.unchanged) == (0, 0, 1)
    assert find_customer(viewer=pair.owner, customer_id=new) == before


def test_a_refusal_of_either_is_hers(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    opt_out(viewer=pair.owner, customer_id=old, out=True)
    merge(pair, old, new)
    assert find_customer(viewer=pair.owner, customer_id=new).opted_out


def test_a_merge_that_is_undone_leaves_two_customers(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    merge_id = merge(pair, old, new)
    undo_merge(viewer=pair.owner, merge_id=merge_id)
    assert find_customer(viewer=pair.owner, customer_id=old).id == old
    assert (seller_of(pair, old), seller_of(pair, new)) == (pair.seller("ann"), None)
    assert sorted(find_by_phone(viewer=pair.owner, phone=PHONE)) == sorted([old, new])
    assert pair.customer("old") == old
    assert told(pair)[old][1]
    with pytest.raises(Conflict):
        undo_merge(viewer=pair.owner, merge_id=merge_id)
    merge(pair, old, new)
    assert told(pair)[old] == (new, False)


def test_merges_of_merges_lead_to_the_last_one_and_come_apart_again(pair: Brand):
    old, new, other = (pair.customer(key) for key in ("old", "new", "other"))
    first = merge(pair, old, new)
    second = merge(pair, new, other)
    assert told(pair) == {old: (other, False), new: (other, False)}
    assert pair.customer("old") == other
    with pytest.raises(Conflict):
        undo_merge(viewer=pair.owner, merge_id=first)
    undo_merge(viewer=pair.owner, merge_id=second)
    assert told(pair) == {old: (new, False), new: (other, True)}
    assert (pair.customer("old"), pair.customer("new")) == (new, new)


def test_what_cannot_be_merged_changes_nothing(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    far = new_brand("far")
    far.customers({"key": "zoe"})
    for one, kept, error in (
        (old, old, BadInput),
        (old, far.customer("zoe"), NotFound),
        (1, new, NotFound),
    ):
        with pytest.raises(error):
            merge(pair, one, kept)
    for reason in (" ", "x" * 201):
        with pytest.raises(BadInput):
            merge(pair, old, new, reason)
    with pytest.raises(NotAllowed):
        merge_customers(
            viewer=pair.seller_viewer("ann"), customer_id=old, kept_id=new, reason="same"
        )
    with pytest.raises(NotFound):
        merge(far, old, new)
    assert told(pair) == {}
    merge_id = merge(pair, old, new)
    with pytest.raises(Conflict):
        merge(pair, pair.customer("other"), old)
    with pytest.raises(NotFound):
        undo_merge(viewer=far.owner, merge_id=merge_id)


def test_customers_of_one_phone_are_shown_until_they_are_one(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    (twins,), count = twins_of(viewer=pair.owner)
    assert (count, twins.masked_phone) == (1, "139****2222")
    assert [each.id for each in twins.customers] == sorted([old, new])
    assert twins_of(viewer=pair.owner, page=2) == ([], 1)
    assert twins_of(viewer=new_brand("far").owner) == ([], 0)
    merge(pair, old, new)
    assert twins_of(viewer=pair.owner) == ([], 0)
    (noted,) = merges_of(viewer=pair.owner)
    assert (noted.customer_id, noted.kept_id, noted.undone_at) == (old, new, None)
    with pytest.raises(NotAllowed):
        twins_of(viewer=pair.seller_viewer("ann"))
