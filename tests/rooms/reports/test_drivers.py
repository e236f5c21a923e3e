"""Why sales moved: exact for any two periods, and within reach."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.insights.queries import metrics_between
from siyu.rooms.insights.types import Cut, Span
from siyu.rooms.operations.actions import run_now, wait_until_stable
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import units_under
from siyu.rooms.organization.types import Role, UnitKind
from siyu.rooms.outreach.actions import nightly_key
from siyu.rooms.reports.queries import drivers_between
from siyu.rooms.reports.types import Driver, DriverTree
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
DAYS = 400
SELLERS = {"ann": ("n1", "North"), "amy": ("n2", "North"), "bob": ("s1", "South")}


def sold_brand() -> Brand:
    """Two regions and 500 orders by chance: of sellers, of nobody, of nobody known, given back."""
    draw = random.Random(11)
    brand = new_brand("drivers")
    brand.sellers(
        *({"key": key, "store_key": s, "region_name": r} for key, (s, r) in SELLERS.items())
    )
    for number in range(60):
        if seller := draw.choice([*SELLERS, None]):
            brand.follow(f"c{number}", seller, "2024-01-01 10:00")
    orders: list[dict[str, Any]] = []
    for number in range(500):
        # A silent quarter, so that whole periods are empty.
        day = AS_OF - timedelta(days=draw.choice([*range(1, 200), *range(290, DAYS)]))
        order = {
            "order_key": f"o{number}",
            "paid_at": f"{day} 10:00",
            "quantity": "1",
            "unit_price": str(draw.randrange(0, 300)),
        }
        if draw.random() < 0.8:
            order["customer_key"] = f"c{draw.randrange(60)}"
        orders.append(order)
    brand.orders(*orders)
    back = [each for each in orders if "customer_key" in each and each["unit_price"] != "0"][::9]
    brand.returns(
        *(
            {
                "order_key": f"R{each['order_key']}",
                "customer_key": each["customer_key"],
                "amount_minor": 100,
                "paid_at": f"{date.fromisoformat(each['paid_at'][:10]) + timedelta(3)} 10:00",
            }
            for each in back
        )
    )
    brand.react()
    return brand


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Brand]:
    with django_db_blocker.unblock():
        brand = sold_brand()
        wait_until_stable()
        run_now(
            program_id=brand.program.id,
            kind="nightly",
            key=nightly_key(program_id=brand.program.id, as_of=AS_OF),
            arguments={"as_of": str(AS_OF)},
        )
        yield brand
        empty_database()


@pytest.fixture
def brand(committed: Brand, db: None) -> Brand:
    return committed


def days(first: int, last: int) -> Span:
    """From so many days before the night to so many, both included."""
    return Span(start_on=AS_OF - timedelta(days=first), end_on=AS_OF - timedelta(days=last))


def tree(viewer: Viewer, before: Span, now: Span, cut: Cut, **more: Any) -> DriverTree:
    return drivers_between(viewer=viewer, before=before, now=now, cut=cut, **more)


@pytest.mark.parametrize("pairs", [50, pytest.param(1000, marks=pytest.mark.bar)])
def test_the_parts_add_up_on_random_pairs_of_periods(brand: Brand, pairs: int):
    draw = random.Random(5)
    empty = {"before": 0, "now": 0}
    for _ in range(pairs):
        (a, b), (c, d) = (sorted(draw.sample(range(1, DAYS + 20), 2)) for _ in range(2))
        found = tree(brand.owner, days(b, a), days(d, c), draw.choice(list(Cut)))
        total = found.total
        empty["before"] += not total.before.orders
        empty["now"] += not total.now.orders
        assert sum(total.parts.values()) == total.change_minor
        assert sum(each.change_minor for each in found.groups) == total.change_minor
        for group in found.groups:
            assert sum(group.parts.values()) == group.change_minor
    assert sum(empty.values()), "some periods sold nothing"


def test_the_amounts_are_those_of_the_metrics(brand: Brand):
    before, now = days(120, 61), days(60, 1)
    total = tree(brand.owner, before, now, Cut.KIND).total
    for span, counts in ((before, total.before), (now, total.now)):
        figures = metrics_between(viewer=brand.owner, start_on=span.start_on, end_on=span.end_on)
        assert counts.gmv_minor == figures["gmv_minor"] > 0
        assert counts.refunds_minor == figures["refunds_minor"] > 0
        assert counts.served_minor + counts.house_minor == figures["gmv_identified_minor"]
        assert min(counts.served_minor, counts.house_minor, counts.anonymous_minor) > 0
    assert set(total.parts) == set(Driver)


def test_units_are_told_apart_level_by_level(brand: Brand):
    before, now = days(120, 61), days(60, 1)
    units = {unit.name: unit for unit in units_under(viewer=brand.owner)}
    north = units["North"]
    regions = tree(brand.owner, before, now, Cut.UNIT)
    assert {str(north.id), str(units["South"].id)} <= {each.group_key for each in regions.groups}
    stores = tree(brand.owner, before, now, Cut.UNIT, unit_id=north.id)
    of_north = next(each for each in regions.groups if each.group_key == str(north.id))
    assert (stores.total.before, stores.total.now) == (of_north.before, of_north.now)
    names = {unit.id: unit for unit in units.values()}
    assert {names[int(each.group_key)].kind for each in stores.groups} == {UnitKind.STORE}


def test_a_manager_sees_no_more_than_the_own_region(brand: Brand):
    before, now = days(120, 61), days(60, 1)
    units = {unit.name: unit.id for unit in units_under(viewer=brand.owner)}
    manager = brand.staff("nina", Role.REGION_MANAGER, units["North"])
    own = tree(manager, before, now, Cut.SELLER_AGE).total
    asked = tree(brand.owner, before, now, Cut.SELLER_AGE, unit_id=units["North"]).total
    assert (own.before, own.now) == (asked.before, asked.now)
    assert own.now.house_minor == own.now.anonymous_minor == 0
    with pytest.raises(NotFound):
        tree(manager, before, now, Cut.UNIT, unit_id=units["South"])
    with pytest.raises(NotAllowed):
        tree(brand.seller_viewer("ann"), before, now, Cut.UNIT)


@pytest.mark.parametrize(("turned", "field"), [("now", "from"), ("before", "against_from")])
def test_a_period_that_ends_before_it_begins_is_refused(brand: Brand, turned: str, field: str):
    periods = {"before": days(60, 31), "now": days(30, 1)} | {turned: days(1, 30)}
    with pytest.raises(BadInput) as refused:
        drivers_between(viewer=brand.owner, **periods)
    assert refused.value.field == field


@pytest.mark.django_db
def test_before_the_first_night_there_is_nothing():
    young = new_brand("young")
    with pytest.raises(NotFound):
        drivers_between(viewer=young.owner, before=days(60, 31), now=days(30, 1))
