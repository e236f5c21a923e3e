"""Where sellers came from, within the viewer's reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import NotAllowed
from siyu.rooms.organization.types import Role
from siyu.rooms.reports.queries import inviters_of, origins_of
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
LONG_AGO = date(2025, 3, 1)


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Brand]:
    with django_db_blocker.unblock():
        brand = new_brand("recruits")
        brand.sellers(
            {"key": "ann", "store_key": "n1", "origin": "fair", "joined_on": LONG_AGO},
            *(
                {
                    "key": f"{store}-{number}",
                    "store_key": store,
                    "invited_by_key": "ann",
                    "joined_on": LONG_AGO,
                }
                for store in ("n1", "s1")
                for number in range(2)
            ),
        )
        brand.orders(
            *(
                {
                    "order_key": f"o-{seller}",
                    "customer_key": f"c-{seller}",
                    "seller_key": seller,
                    "paid_at": f"{day} 10:00",
                    "quantity": "1",
                    "unit_price": "50",
                }
                for seller, day in (("n1-0", "2025-03-10"), ("s1-0", "2025-05-20"))
            )
        )
        brand.night(AS_OF)
        yield brand
        empty_database()


@pytest.fixture
def brand(committed: Brand, db: None) -> Brand:
    return committed


def test_groups_of_all_stores_are_one(brand: Brand):
    found = {(each.origin, each.is_invited): each for each in origins_of(viewer=brand.owner)}
    assert found.keys() == {("fair", False), ("", True)}
    invited = found["", True]
    assert (invited.sellers, invited.known_30, invited.sold_30) == (4, 4, 1)
    assert (invited.selling, invited.gmv_minor) == (1, 5_000)


def test_a_manager_sees_only_the_own_store(brand: Brand):
    manager = brand.staff("max", Role.STORE_MANAGER, brand.store("s1"))
    (own,) = origins_of(viewer=manager)
    assert (own.origin, own.is_invited, own.sellers, own.sold_30) == ("", True, 2, 0)
    assert inviters_of(viewer=manager) == ([], 0)


def test_who_brought_others_is_listed_with_what_they_sell(brand: Brand):
    rows, count = inviters_of(viewer=brand.owner)
    assert count == 1
    (row,) = rows
    assert row["seller_id"] == brand.seller("ann")
    assert (row["invited"], row["invited_selling"], row["invited_gmv_minor"]) == (4, 1, 5_000)
    assert inviters_of(viewer=brand.owner, page=2) == ([], 1)


def test_a_seller_sees_none_of_it(brand: Brand):
    with pytest.raises(NotAllowed):
        origins_of(viewer=brand.seller_viewer("ann"))


def test_before_the_first_night_there_is_nothing(db: None):
    fresh = new_brand("fresh")
    assert origins_of(viewer=fresh.owner) == []
    assert inviters_of(viewer=fresh.owner) == ([], 0)
