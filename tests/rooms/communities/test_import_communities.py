"""Communities as files tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from siyu.foundation.errors import NotAllowed
from siyu.rooms.communities.queries import communities_page, open_communities_of
from siyu.rooms.communities.types import CommunityView
from siyu.rooms.organization.types import Role
from tests.rooms.arrow_rows import moment
from tests.rooms.brand import Brand, new_brand
from tests.rooms.plain_text import places_of

NOW = moment("2025-12-01 10:00")
TEA: dict[str, Any] = {
    "key": "tea",
    "name": "Tea friends",
    "seller_key": "ann",
    "theme": "福利群",
    "opened_at": "2025-01-05 10:00",
    "members": 180,
}


@pytest.fixture
def shop(brand: Brand) -> Brand:
    """Ann in the first store, Bob in the second."""
    brand.sellers({"key": "ann", "store_key": "n1"}, {"key": "bob", "store_key": "n2"})
    return brand


def counts(result: Any) -> tuple[int, int, int, int]:
    return (result.created, result.updated, result.unchanged, len(result.rejects))


def all_of(brand: Brand) -> dict[str, CommunityView]:
    found, count = communities_page(viewer=brand.owner, now=NOW, size=100)
    assert count == len(found)
    return {each.key: each for each in found}


def test_a_community_is_created_with_what_is_told(shop: Brand) -> None:
    assert counts(shop.communities(TEA)) == (1, 0, 0, 0)
    tea = all_of(shop)["tea"]
    assert (tea.name, tea.theme, tea.members) == ("Tea friends", "福利群", 180)
    assert (tea.seller_id, tea.opened_at) == (shop.seller("ann"), moment("2025-01-05 10:00"))
    assert tea.ended_at is None


def test_the_same_file_again_changes_nothing(shop: Brand) -> None:
    shop.communities(TEA)
    before = all_of(shop)
    assert counts(shop.communities(TEA)) == (0, 0, 1, 0)
    assert all_of(shop) == before


def test_what_is_told_anew_changes_and_what_is_not_told_stays(shop: Brand) -> None:
    shop.communities(TEA)
    told = {"key": "tea", "seller_key": "bob", "ended_at": "2025-03-01 10:00", "members": 0}
    assert counts(shop.communities(told)) == (0, 1, 0, 0)
    tea = all_of(shop)["tea"]
    assert (tea.seller_id, tea.members) == (shop.seller("bob"), 0)
    assert tea.ended_at == moment("2025-03-01 10:00")
    assert (tea.name, tea.theme) == ("Tea friends", "福利群")
    assert tea.opened_at == moment("2025-01-05 10:00")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ({"key": "new", "seller_key": "ann"}, "opened_at", "missing_value"),
        ({"key": "new", "opened_at": "2025-01-05 10:00"}, "seller_key", "missing_value"),
        (TEA | {"key": "new", "seller_key": "zoe"}, "seller_key", "unknown_seller"),
        ({"key": "tea", "seller_key": "zoe"}, "seller_key", "unknown_seller"),
        ({"key": "tea", "ended_at": "2025-01-05 09:59"}, "ended_at", "ends_before_it_begins"),
        ({"key": "tea", "opened_at": "2025-09-09 10:00"}, "ended_at", "ends_before_it_begins"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_alone(
    shop: Brand, row: dict[str, Any], column: str, code: str
) -> None:
    shop.communities(TEA | {"ended_at": "2025-06-01 10:00"})
    before = all_of(shop)
    result = shop.communities(row, TEA | {"key": "other"})
    assert counts(result) == (1, 0, 0, 1)
    (reject,) = result.rejects
    assert (reject.column, reject.code, reject.row) == (column, code, 2)
    after = all_of(shop)
    assert after.pop("other")
    assert after == before


def test_of_rows_with_one_key_the_later_adds_to_the_first(shop: Brand) -> None:
    result = shop.communities(TEA, {"key": "tea", "name": "Tea", "members": 200})
    assert counts(result) == (1, 0, 0, 0)
    tea = all_of(shop)["tea"]
    assert (tea.name, tea.members, tea.theme) == ("Tea", 200, "福利群")


def test_each_sees_communities_within_reach(shop: Brand) -> None:
    shop.communities(TEA, TEA | {"key": "bobs", "seller_key": "bob", "name": "Bob's"})
    manager = shop.staff("mia", Role.STORE_MANAGER, shop.store("n1"))
    found, count = communities_page(viewer=manager, now=NOW)
    assert ([each.key for each in found], count) == (["tea"], 1)
    assert open_communities_of(viewer=manager, seller_id=shop.seller("ann"), now=NOW) == (1, 180)
    assert open_communities_of(viewer=manager, seller_id=shop.seller("bob"), now=NOW) == (0, 0)
    with pytest.raises(NotAllowed):
        communities_page(viewer=shop.seller_viewer("ann"), now=NOW)
    assert communities_page(viewer=new_brand("other").owner, now=NOW) == ([], 0)


def test_they_are_found_by_number_name_state_and_owner(shop: Brand) -> None:
    shop.communities(
        TEA,
        TEA | {"key": "old", "name": "Old friends", "ended_at": "2025-02-01 10:00"},
        TEA
        | {"key": "bobs", "seller_key": "bob", "name": "Bob's", "opened_at": "2025-01-06 10:00"},
    )

    def keys(**asked: Any) -> list[str]:
        return [each.key for each in communities_page(viewer=shop.owner, now=NOW, **asked)[0]]

    assert keys()[0] == "bobs", "the newest first"
    assert set(keys(find="friends")) == {"tea", "old"}
    assert keys(find="old") == ["old"]
    assert keys(is_open=False) == ["old"]
    assert set(keys(is_open=True)) == {"tea", "bobs"}
    assert keys(seller_id=shop.seller("bob")) == ["bobs"]
    assert len(keys(size=1, page=3)) == 1
    assert keys(size=1, page=4) == []


def test_a_key_of_another_source_is_another_community(shop: Brand) -> None:
    shop.communities(TEA)
    till = Brand(shop.program, source="till")
    assert counts(till.communities(TEA | {"name": "Till's tea"})) == (1, 0, 0, 0)
    found, count = communities_page(viewer=shop.owner, now=NOW)
    assert {each.name for each in found} == {"Tea friends", "Till's tea"}
    assert count == 2


def test_a_long_key_is_cut_as_a_name_only(shop: Brand) -> None:
    key = "k" * 128
    shop.communities({"key": key, "seller_key": "ann", "opened_at": "2025-01-05 10:00"})
    (found,) = communities_page(viewer=shop.owner, now=NOW, find=key)[0]
    assert (found.key, found.name) == (key, "k" * 120)


def test_a_key_that_is_a_phone_number_is_shown_to_nobody(shop: Brand) -> None:
    row = {"key": "13912345678", "seller_key": "ann", "opened_at": "2025-01-05 10:00"}
    shop.communities(row)
    assert counts(shop.communities(row)) == (0, 0, 1, 0)
    (found,) = communities_page(viewer=shop.owner, now=NOW, find="13912345678")[0]
    assert (found.key, found.name) == ("", "139****5678")
    assert places_of("13912345678") == []


def test_what_ends_later_goes_on(shop: Brand) -> None:
    shop.communities(TEA | {"ended_at": "2025-12-01 10:01"})
    (found,) = communities_page(viewer=shop.owner, now=NOW, is_open=True)[0]
    assert found.is_open
    assert communities_page(viewer=shop.owner, now=NOW, is_open=False) == ([], 0)
    later = moment("2025-12-01 10:02")
    (found,) = communities_page(viewer=shop.owner, now=later, is_open=False)[0]
    assert not found.is_open
    ann = shop.seller("ann")
    assert open_communities_of(viewer=shop.owner, seller_id=ann, now=NOW) == (1, 180)
    assert open_communities_of(viewer=shop.owner, seller_id=ann, now=later) == (0, 0)
