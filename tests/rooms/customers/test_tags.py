"""Tags: made at headquarters, put on by the seller who serves, stale after their days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.customers.actions import create_tag, edit_tag, retire_tag, tag_customer
from siyu.rooms.customers.facts import read_customer_tags, read_tags
from siyu.rooms.customers.models import CustomerTag
from siyu.rooms.customers.queries import find_tag, tags_of, tags_with
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import today_in
from siyu.rooms.organization.types import Role
from tests.rooms.brand import Brand, new_brand

_ALL = (0, 2**62)


@pytest.fixture
def shop(brand: Brand) -> Brand:
    brand.sellers(
        {"key": "ann", "store_key": "n1", "login": "ann"},
        {"key": "bob", "store_key": "n1", "login": "bob"},
    )
    brand.follow("c1", "ann", "2025-01-01 10:00")
    brand.follow("c2", "bob", "2025-01-01 10:00")
    return brand


@pytest.fixture
def ann(shop: Brand) -> Viewer:
    return shop.seller_viewer("ann")


def made(shop: Brand, name: str = "loves tea", **more: Any) -> int:
    return create_tag(viewer=shop.owner, **({"name": name, "fresh_days": 90} | more))


def facts(shop: Brand) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for table in read_customer_tags(shop.program.id, *_ALL):
        rows += table.to_pylist()
    return rows


def test_a_tag_is_put_on_confirmed_and_taken_off(shop: Brand, ann: Viewer) -> None:
    tag, c1 = made(shop), shop.customer("c1")
    assert [(each.name, each.tagged_on) for each in tags_with(viewer=ann, customer_id=c1)] == [
        ("loves tea", None)
    ]
    tag_customer(viewer=ann, customer_id=c1, tag_id=tag, on=True)
    today = today_in(program_id=shop.program.id)
    (borne,) = tags_with(viewer=ann, customer_id=c1)
    assert (borne.tagged_on, borne.is_fresh) == (today, True)
    CustomerTag.objects.update(tagged_on=today - timedelta(days=91))
    (borne,) = tags_with(viewer=ann, customer_id=c1)
    assert (borne.tagged_on, borne.is_fresh) == (today - timedelta(days=91), False)
    tag_customer(viewer=ann, customer_id=c1, tag_id=tag, on=True)
    assert tags_with(viewer=ann, customer_id=c1)[0].is_fresh
    tag_customer(viewer=ann, customer_id=c1, tag_id=tag, on=False)
    assert tags_with(viewer=ann, customer_id=c1)[0].tagged_on is None
    assert CustomerTag.objects.count() == 1


def test_the_warehouse_is_told_of_every_change(shop: Brand, ann: Viewer) -> None:
    tag, c1 = made(shop, category_id=7), shop.customer("c1")
    tag_customer(viewer=ann, customer_id=c1, tag_id=tag, on=True)
    (first,) = facts(shop)
    assert (first["tag_id"], first["customer_id"], first["seller_id"], first["is_on"]) == (
        tag,
        c1,
        shop.seller("ann"),
        True,
    )
    tag_customer(viewer=ann, customer_id=c1, tag_id=tag, on=False)
    (second,) = facts(shop)
    assert second["is_on"] is False
    assert second["stamp"] >= first["stamp"]
    retire_tag(viewer=shop.owner, tag_id=tag)
    (told,) = next(read_tags(shop.program.id, *_ALL)).to_pylist()
    assert (told["category_id"], told["fresh_days"], told["is_used"]) == (7, 90, False)


def test_only_who_serves_her_puts_tags_on(shop: Brand, ann: Viewer) -> None:
    tag = made(shop)
    with pytest.raises(NotFound):
        tag_customer(viewer=ann, customer_id=shop.customer("c2"), tag_id=tag, on=True)
    with pytest.raises(NotFound):
        tags_with(viewer=ann, customer_id=shop.customer("c2"))
    manager = shop.staff("mia", Role.STORE_MANAGER, shop.store("n1"))
    with pytest.raises(NotAllowed):
        tag_customer(viewer=manager, customer_id=shop.customer("c1"), tag_id=tag, on=True)
    assert facts(shop) == []


def test_a_tag_of_another_program_or_put_away_is_none(shop: Brand, ann: Viewer) -> None:
    other = create_tag(viewer=new_brand("other").owner, name="loves tea", fresh_days=90)
    gone = made(shop)
    retire_tag(viewer=shop.owner, tag_id=gone)
    for tag in (other, gone, 404):
        with pytest.raises(NotFound):
            tag_customer(viewer=ann, customer_id=shop.customer("c1"), tag_id=tag, on=True)
        with pytest.raises(NotFound):
            edit_tag(viewer=shop.owner, tag_id=tag, name="x", fresh_days=1)
        with pytest.raises(NotFound):
            find_tag(viewer=shop.owner, tag_id=tag)
    assert tags_of(viewer=shop.owner) == []
    assert made(shop, "loves tea"), "the name is free again"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 21}, "name"),
        ({"name": "taken"}, "name"),
        ({"fresh_days": 0}, "fresh_days"),
        ({"fresh_days": 9_999}, "fresh_days"),
    ],
)
def test_what_cannot_be_made(shop: Brand, changed: dict[str, Any], field: str) -> None:
    made(shop, "taken")
    mine = made(shop, "mine")
    with pytest.raises(BadInput) as refused:
        made(shop, **({"name": "new"} | changed))
    assert refused.value.field == field
    with pytest.raises(BadInput):
        edit_tag(viewer=shop.owner, tag_id=mine, **({"name": "mine", "fresh_days": 90} | changed))
    assert [each.name for each in tags_of(viewer=shop.owner)] == ["mine", "taken"]


def test_who_may_make_tags_and_what_the_log_keeps(shop: Brand, ann: Viewer) -> None:
    manager = shop.staff("mia", Role.STORE_MANAGER, shop.store("n1"))
    for viewer in (ann, manager, shop.staff("ada", Role.ANALYST)):
        with pytest.raises(NotAllowed):
            create_tag(viewer=viewer, name="x", fresh_days=90)
    tag = made(shop)
    edit_tag(viewer=shop.owner, tag_id=tag, name="drinks tea", fresh_days=30)
    retire_tag(viewer=shop.owner, tag_id=tag)
    entries = audit_page(viewer=shop.owner)
    assert [entry.action for entry in entries][:3] == ["retire tag", "edit tag", "create tag"]
