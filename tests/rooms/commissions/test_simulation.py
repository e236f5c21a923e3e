"""A plan tried on past sales: what everybody would have earned, and nothing written."""

from __future__ import annotations

from datetime import date

import pytest

from siyu.foundation.errors import BadInput, NotAllowed
from siyu.rooms.commissions.models import Accrual, NetLine
from siyu.rooms.commissions.queries import simulate_plan
from siyu.rooms.commissions.types import Simulation
from siyu.rooms.organization.types import Role
from tests.rooms.brand import Brand
from tests.rooms.commissions.test_accruals import DIRECT, TODAY, accrue, publish, sale

NEW = (
    'name = "new"\nfrom_on = 2099-01-01\n'
    '[[shares]]\nname = "own sales"\nrates = [{ percent = 20, kinds = ["guide"] }]\n'
    '[[shares]]\nname = "store"\nto = "store"\nrates = [{ percent = 1 }]\n'
)


@pytest.fixture
def shop(committed_brand: Brand) -> Brand:
    brand = committed_brand
    brand.sellers(
        {"key": "S1", "store_key": "N1", "kind": "guide"},
        {"key": "S2", "store_key": "N1", "kind": "koc"},
    )
    brand.orders(
        sale(),
        sale("O2", fen=20_000, seller_key="S2"),
        sale("O3", at="2026-04-01 00:00"),
        sale("O4", fen=5_000, refund_minor=2_000, refunded_at="2026-03-09 12:00"),
    )
    brand.react()
    return brand


def tried(brand: Brand, text: str = NEW) -> Simulation:
    return simulate_plan(
        viewer=brand.owner, text=text, first=date(2026, 3, 1), last=date(2026, 3, 31)
    )


def test_everybody_is_told_under_both_plans_and_nothing_is_written(shop: Brand) -> None:
    publish(shop)
    found = tried(shop)
    assert (found.orders, found.sold_minor) == (3, 33_000)
    assert (found.now_minor, found.then_minor) == (3_300, 2_600 + 330)
    first, second, third = found.payees
    assert (first.payee_id, first.change_minor) == (shop.seller("S1"), 2_600 - 1_300)
    assert (second.payee_id, second.change_minor) == (shop.store("N1"), 330)
    assert (third.payee_id, third.change_minor) == (shop.seller("S2"), -2_000)
    assert (found.gain, found.lose) == (2, 1)
    kinds = {each.name: (each.now_minor, each.then_minor) for each in found.groups[:3]}
    assert kinds == {"": (0, 330), "guide": (1_300, 2_600), "koc": (2_000, 0)}
    assert (Accrual.objects.count(), NetLine.objects.count()) == (0, 0)


def test_without_a_version_in_force_everything_is_gained(shop: Brand) -> None:
    found = tried(shop)
    assert (found.now_minor, found.then_minor) == (0, 2_930)


def test_what_is_in_force_is_what_is_booked(shop: Brand) -> None:
    publish(shop, DIRECT + "[[bonuses]]\nname = 'push'\nsteps = [{ at = 100, amount = 8 }]\n")
    accrue(shop)
    found = tried(shop)
    booked = Accrual.objects.filter(earned_on__lt=date(2026, 4, 1))
    assert found.now_minor == sum(booked.values_list("amount_minor", flat=True))


def test_days_in_the_wrong_order_and_other_roles_are_refused(shop: Brand) -> None:
    with pytest.raises(BadInput) as wrong:
        simulate_plan(viewer=shop.owner, text=NEW, first=date(2026, 3, 2), last=date(2026, 3, 1))
    assert wrong.value.field == "last"
    with pytest.raises(NotAllowed):
        simulate_plan(viewer=shop.staff("ann", Role.ANALYST), text=NEW, first=TODAY, last=TODAY)
