"""Two customers who turn out to be one, and the merge taken back."""

from __future__ import annotations

import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.credit.models import Credit
from siyu.rooms.customers.actions import (
    create_tag,
    merge_customers,
    opt_out,
    tag_customer,
    undo_merge,
)
from siyu.rooms.customers.facts import read_merges
from siyu.rooms.customers.models import CustomerTag, Follow
from siyu.rooms.customers.queries import (
    find_by_phone,
    find_customer,
    known_as,
    merges_of,
    names_of_customers,
    serving_now,
    twins_of,
)
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.orders.models import Order, OrderLine, Refund
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
    (merge_id,) = merge_customers(
        viewer=brand.owner, customer_ids=[one], kept_id=kept, reason=reason
    )
    return merge_id


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
    assert known_as(customer_ids=[new]) == {old: new, new: new}
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
            viewer=pair.seller_viewer("ann"), customer_ids=[old], kept_id=new, reason="same"
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


def credited(brand: Brand) -> dict[str, int | None]:
    """The seller credited with each order, by the order's number."""
    orders = {order.id: order.source_key for order in Order.objects.all()}
    lines = {line.id: orders[line.order_id] for line in OrderLine.objects.all()}
    return {lines[each.line_id]: each.seller_id for each in Credit.objects.all()}


def test_past_sales_stay_with_who_served_then_and_later_ones_go_to_who_serves_now(pair: Brand):
    sold = [
        {"order_key": "before", "customer_key": "old", "paid_at": "2025-02-01 10:00"},
        {"order_key": "of new", "customer_key": "new", "paid_at": "2025-02-01 10:00"},
    ]
    pair.orders(*sold)
    pair.react()
    ann, bob = pair.seller("ann"), pair.seller("bob")
    assert credited(pair) == {"before": ann, "of new": None}
    pair.follow("new", "bob", "2025-03-01 10:00")
    old, new = pair.customer("old"), pair.customer("new")
    merge(pair, old, new)
    again = pair.orders(*sold)
    assert (again.created, again.updated) == (0, 0)
    late = {"order_key": "late", "customer_key": "old", "paid_at": "2025-02-05 10:00"}
    after = {"order_key": "after", "customer_key": "old", "paid_at": "2100-01-01 10:00"}
    pair.orders(late, after)
    pair.react()
    expected = {"before": ann, "of new": None, "late": ann, "after": bob}
    assert credited(pair) == expected
    pair.returns(
        {"order_key": "back", "customer_key": "old", "paid_at": "2100-01-02 10:00", "quantity": "1"}
    )
    assert Refund.objects.get().line_id is not None
    pair.follow("new", "ann", "2099-01-01 10:00", is_serving=True)
    pair.react()
    assert credited(pair) == expected | {"after": ann}


def test_a_refusal_that_a_file_brings_is_the_kept_ones(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    merge(pair, old, new)
    told_again = pair.customers({"key": "old", "opted_out": True})
    assert told_again.updated == 1
    assert find_customer(viewer=pair.owner, customer_id=new).opted_out
    assert pair.customers({"key": "old", "opted_out": True}).updated == 0


def test_who_refused_while_both_were_one_is_left_alone_as_either(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    merge_id = merge(pair, old, new)
    opt_out(viewer=pair.owner, customer_id=new, out=True)
    undo_merge(viewer=pair.owner, merge_id=merge_id)
    assert find_customer(viewer=pair.owner, customer_id=old).opted_out


def test_a_friend_who_leaves_under_the_old_number_is_served_no_more(pair: Brand):
    old, new = pair.customer("old"), pair.customer("new")
    merge(pair, old, new)
    assert seller_of(pair, new) == pair.seller("ann")
    pair.follow("old", "ann", SINCE, ended_at="2100-01-01 10:00")
    ended = Follow.objects.get(customer_id=new)
    assert ended.serving_until is not None
    assert old not in serving_now(customer_ids=[old, new])


def test_a_number_that_only_the_merged_one_had_still_finds_her(pair: Brand):
    other, new = pair.customer("other"), pair.customer("new")
    pair.customers({"key": "other", "phone": "13822223333"})
    merge(pair, other, new)
    assert find_by_phone(viewer=pair.owner, phone="13822223333") == [new]
    assert pair.customer("13822223333") == new


def test_the_newer_of_two_tags_counts(pair: Brand):
    pair.follow("new", "bob", SINCE)
    old, new = pair.customer("old"), pair.customer("new")
    tag_id = create_tag(viewer=pair.owner, name="drinks tea", fresh_days=90)
    bob, ann = pair.seller_viewer("bob"), pair.seller_viewer("ann")
    tag_customer(viewer=bob, customer_id=new, tag_id=tag_id, on=False)
    CustomerTag.objects.update(tagged_on="2025-01-01")
    tag_customer(viewer=ann, customer_id=old, tag_id=tag_id, on=True)
    merge(pair, old, new)
    kept = CustomerTag.objects.get(customer_id=new)
    assert (kept.is_on, kept.seller_id) == (True, pair.seller("ann"))
    assert not CustomerTag.objects.get(customer_id=old).is_on
