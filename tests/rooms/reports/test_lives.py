"""How long customers stay: groups told apart, bands, and who may read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import BadInput, NotAllowed
from siyu.rooms.organization.types import Role
from siyu.rooms.reports.queries import lives_of
from siyu.rooms.reports.types import LivesCut, LivesOf
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
# Days before the night on which each customer of a seller bought; 40 customers of each kind.
STAYED = tuple(range(5, 425, 30))
LEFT = (1_050, 1_020, 990)
SELLERS = {"ann": ("guide", STAYED, 40), "bob": ("shopkeeper", LEFT, 40), "cat": ("koc", LEFT, 5)}


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Brand]:
    with django_db_blocker.unblock():
        brand = new_brand("lives")
        brand.sellers(
            *(
                {"key": key, "kind": kind, "store_key": "n1"}
                for key, (kind, _days, _count) in SELLERS.items()
            )
        )
        orders = []
        for seller, (_kind, days, count) in SELLERS.items():
            for number in range(count):
                brand.follow(f"{seller}-{number}", seller, "2022-01-01 10:00")
                orders += [
                    {
                        "order_key": f"{seller}-{number}-{ago}",
                        "customer_key": f"{seller}-{number}",
                        "paid_at": f"{AS_OF - timedelta(days=ago)} 10:00",
                        "quantity": "1",
                        "unit_price": "10",
                    }
                    for ago in days
                ]
        brand.orders(*orders)
        brand.communities(*_communities())
        brand.night(AS_OF)
        yield brand
        empty_database()


def _communities() -> Iterator[dict[str, object]]:
    """Ann's go on; Bob's ended after 100 days, their theme told."""
    for seller in ("ann", "bob"):
        for number in range(40):
            ended = {"ended_at": f"{AS_OF - timedelta(days=200)} 10:00", "theme": "flash"}
            yield {
                "key": f"{seller}-{number}",
                "seller_key": seller,
                "opened_at": f"{AS_OF - timedelta(days=300)} 10:00",
                **(ended if seller == "bob" else {}),
            }


@pytest.fixture
def brand(committed: Brand, db: None) -> Brand:
    return committed


def test_who_left_and_who_stays_are_told_apart(brand: Brand) -> None:
    found = lives_of(
        viewer=brand.owner, of=LivesOf.CUSTOMERS, cut=LivesCut.KIND, at_days=(0, 59, 60, 300)
    )
    assert found is not None
    groups = {each.group_key: each for each in found.groups}
    assert groups.keys() == {"guide", "shopkeeper"}, "five of a koc tell nothing"
    assert (groups["guide"].lives, groups["guide"].ended) == (40, 0)
    assert groups["guide"].median_days is None
    assert [each.share for each in groups["guide"].survivals] == [1.0] * 4
    left = groups["shopkeeper"]
    assert (left.lives, left.ended, left.median_days) == (40, 40, 60)
    assert [each.share for each in left.survivals] == [1.0, 1.0, 0.0, 0.0]
    assert found.p is not None
    assert found.p < 1e-6


def test_one_group_alone_is_compared_with_none(brand: Brand) -> None:
    found = lives_of(
        viewer=brand.owner, of=LivesOf.CUSTOMERS, cut=LivesCut.PERSONA, at_days=(0, 30)
    )
    assert found is not None
    assert found.p is None or len(found.groups) > 1
    assert sum(each.lives for each in found.groups) == 85


def test_it_is_of_the_whole_program(brand: Brand) -> None:
    manager = brand.staff("mia", Role.STORE_MANAGER, brand.store("n1"))
    with pytest.raises(NotAllowed):
        lives_of(viewer=manager, of=LivesOf.CUSTOMERS, cut=LivesCut.KIND, at_days=(0,))
    assert (
        lives_of(
            viewer=new_brand("none").owner, of=LivesOf.CUSTOMERS, cut=LivesCut.KIND, at_days=(0,)
        )
        is None
    )


@pytest.mark.parametrize(
    ("cut", "lasting", "ended"),
    [(LivesCut.KIND, "guide", "shopkeeper"), (LivesCut.THEME, "", "flash")],
)
def test_communities_are_told_apart_by_owner_and_theme(
    brand: Brand, cut: LivesCut, lasting: str, ended: str
) -> None:
    found = lives_of(viewer=brand.owner, of=LivesOf.COMMUNITIES, cut=cut, at_days=(0, 99, 100, 300))
    assert found is not None
    groups = {each.group_key: each for each in found.groups}
    assert groups.keys() == {lasting, ended}
    assert groups[lasting].ended == 0
    assert groups[ended].lives == groups[ended].ended == 40
    assert groups[ended].median_days == 100
    assert [each.share for each in groups[ended].survivals] == [1.0, 1.0, 0.0, 0.0]
    assert found.p is not None
    assert found.p < 1e-6


def test_customers_have_no_theme(brand: Brand) -> None:
    with pytest.raises(BadInput) as raised:
        lives_of(viewer=brand.owner, of=LivesOf.CUSTOMERS, cut=LivesCut.THEME, at_days=(0,))
    assert raised.value.field == "cut"
