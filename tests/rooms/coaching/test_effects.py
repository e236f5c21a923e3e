"""What looking after sellers added: issued tasks against the held ones, done or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import NotAllowed
from siyu.rooms.coaching.facts import read_coachings
from siyu.rooms.coaching.queries import coaching_effects
from siyu.rooms.organization.types import Role
from siyu.rooms.outreach.actions import set_policy
from siyu.rooms.outreach.queries import policy_of
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
HORIZON = 14
STORES, EACH = 24, 5


@dataclass(frozen=True)
class Coached:
    """Sellers who never sold, half of them held back: all issued sell, of the held one in four."""

    brand: Brand
    issued: int
    held: int


def coached() -> Coached:
    brand = new_brand("coached")
    policy = policy_of(program_id=brand.program.id)
    changed = replace(policy, hold_share_ppm=500_000)
    set_policy(program_id=brand.program.id, **vars(changed))
    keys = [f"{store}-{number}" for store in range(STORES) for number in range(EACH)]
    brand.sellers(*({"key": key, "store_key": key.split("-")[0]} for key in keys))
    brand.night(AS_OF)
    drawn = [
        row
        for table in read_coachings(brand.program.id, 0, 2**62)
        for row in table.to_pylist()
        if row["drawn_on"] == AS_OF
    ]
    assert len(drawn) == len(keys)
    held = [row["seller_id"] for row in drawn if row["state"] == "held"]
    issued = [row["seller_id"] for row in drawn if row["state"] == "open"]
    names = {brand.seller(key): key for key in keys}
    day = AS_OF + timedelta(days=HORIZON - 1)
    brand.orders(
        *(
            {
                "order_key": f"o{names[seller]}",
                "customer_key": f"c{names[seller]}",
                "seller_key": names[seller],
                "paid_at": f"{day} 10:00",
                "quantity": "1",
                "unit_price": "300",
            }
            for seller in (*issued, *held[::4])
        ),
        {
            "order_key": "too late",
            "customer_key": "late",
            "seller_key": names[held[1]],
            "paid_at": f"{day + timedelta(days=1)} 10:00",
            "quantity": "1",
            "unit_price": "300",
        },
    )
    brand.night(AS_OF + timedelta(days=HORIZON))
    return Coached(brand, len(issued), len(held))


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Coached]:
    with django_db_blocker.unblock():
        yield coached()
        empty_database()


@pytest.fixture
def sellers(committed: Coached, db: None) -> Coached:
    return committed


def test_all_issued_are_compared_with_all_held_though_nothing_was_done(sellers: Coached):
    found = coaching_effects(viewer=sellers.brand.owner)["first_sale_due"]
    assert (found.issued.customers, found.held.customers) == (sellers.issued, sellers.held)
    assert found.issued.buyers == sellers.issued
    assert found.held.buyers == -(-sellers.held // 4)
    assert found.issued.spend_minor == sellers.issued * 30_000
    assert found.bought
    share = 1 - found.held.buyers / found.held.customers
    assert found.bought.difference == pytest.approx(share * 1_000_000)
    assert found.bought.low < found.bought.difference < found.bought.high
    assert not found.bought.is_final


def test_reasons_that_nobody_was_drawn_for_tell_nothing(sellers: Coached):
    effects = coaching_effects(viewer=sellers.brand.owner)
    assert list(effects) == [
        "seller_slowing",
        "seller_silent",
        "first_sale_due",
        "milestone_near",
        "seller_lost",
    ]
    lost = effects["seller_lost"]
    assert (lost.issued.customers, lost.bought, lost.days) == (0, None, ())


def test_only_those_who_see_the_whole_program(sellers: Coached):
    brand = sellers.brand
    manager = brand.staff("max", Role.STORE_MANAGER, brand.store("0"))
    for viewer in (manager, brand.seller_viewer("0-0")):
        with pytest.raises(NotAllowed):
            coaching_effects(viewer=viewer)
