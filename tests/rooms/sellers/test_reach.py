"""Which sellers a viewer sees, by hand for every role."""

from dataclasses import replace

import pytest

from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import find_program, units_under
from siyu.rooms.organization.types import Role, UnitKind
from siyu.rooms.sellers.queries import (
    find_seller,
    own_seller,
    seller_ids_within,
    sellers_of_ids,
    sellers_page,
)
from tests.rooms.brand import Brand, new_brand

KEYS = ("ann", "bob", "cat", "dan")


@pytest.fixture
def spread(brand: Brand) -> Brand:
    """Two stores in the north, one in the south, one seller at headquarters."""
    brand.sellers(
        {"key": "ann", "store_key": "n1", "region_name": "North", "phone": "13911112222"},
        {"key": "bob", "store_key": "n2", "region_name": "North"},
        {"key": "cat", "store_key": "s1", "region_name": "South"},
        {"key": "dan"},
    )
    other = new_brand("other")
    other.sellers(*({"key": key, "store_key": "n1", "region_name": "North"} for key in KEYS))
    return brand


def north(brand: Brand) -> int:
    units = units_under(viewer=brand.owner)
    return next(u.id for u in units if u.kind is UnitKind.REGION and u.name == "North")


@pytest.fixture
def viewers(spread: Brand) -> dict[str, Viewer]:
    return {
        "administrator": spread.staff("root", Role.ADMINISTRATOR),
        "operator": spread.staff("olga", Role.OPERATOR),
        "analyst": spread.staff("ada", Role.ANALYST),
        "region": spread.staff("rita", Role.REGION_MANAGER, north(spread)),
        "store": spread.staff("sam", Role.STORE_MANAGER, spread.store("n1")),
        "seller": spread.seller_viewer("ann"),
        "owner": spread.owner,
    }


SEEN = {
    "administrator": KEYS,
    "operator": KEYS,
    "analyst": KEYS,
    "region": ("ann", "bob"),
    "store": ("ann",),
    "seller": ("ann",),
    "owner": KEYS,
}


@pytest.mark.parametrize("who", sorted(SEEN))
def test_each_viewer_finds_those_within_reach_and_no_others(
    spread: Brand, viewers: dict[str, Viewer], who: str
):
    viewer = viewers[who]
    ids = {key: spread.seller(key) for key in KEYS}
    seen = {ids[key] for key in SEEN[who]}
    for seller_id in ids.values():
        if seller_id in seen:
            assert find_seller(viewer=viewer, seller_id=seller_id).id == seller_id
        else:
            with pytest.raises(NotFound):
                find_seller(viewer=viewer, seller_id=seller_id)
    assert set(sellers_of_ids(viewer=viewer, seller_ids=ids.values())) == seen
    within = seller_ids_within(viewer=viewer)
    assert within == (None if len(seen) == len(KEYS) else seen)


@pytest.mark.parametrize("who", sorted(set(SEEN) - {"seller"}))
def test_each_viewer_lists_those_within_reach(spread: Brand, viewers: dict[str, Viewer], who: str):
    page, number = sellers_page(viewer=viewers[who])
    assert [one.key for one in page] == list(SEEN[who])
    assert number == len(SEEN[who])
    found, _ = sellers_page(viewer=viewers[who], find="cat")
    assert [one.key for one in found] == (["cat"] if "cat" in SEEN[who] else [])
    (by_phone,), _ = sellers_page(viewer=viewers[who], find="13911112222")
    assert by_phone.key == "ann"


def test_a_seller_lists_no_sellers(viewers: dict[str, Viewer]):
    with pytest.raises(NotAllowed):
        sellers_page(viewer=viewers["seller"])


def test_no_viewer_reaches_another_program(spread: Brand, viewers: dict[str, Viewer]):
    other = Brand(find_program(code="other"))
    strangers = [other.seller(key) for key in KEYS]
    for viewer in viewers.values():
        assert sellers_of_ids(viewer=viewer, seller_ids=strangers) == {}
        for seller_id in strangers:
            with pytest.raises(NotFound):
                find_seller(viewer=viewer, seller_id=seller_id)


def test_pages_and_stores(spread: Brand):
    first, number = sellers_page(viewer=spread.owner, size=3)
    second, _ = sellers_page(viewer=spread.owner, size=3, page=2)
    assert [one.key for one in (*first, *second)] == list(KEYS)
    assert number == 4
    in_store, _ = sellers_page(viewer=spread.owner, unit_id=spread.store("n2"))
    assert [one.key for one in in_store] == ["bob"]


def test_a_member_of_staff_is_the_seller_of_one_program(spread: Brand):
    viewer = spread.seller_viewer("ann")
    assert own_seller(viewer=viewer).key == "ann"
    for stranger in (
        replace(viewer, program_id=spread.program.id + 1),
        replace(viewer, staff_id=1),
    ):
        with pytest.raises(NotFound):
            own_seller(viewer=stranger)
