"""Figures of today: what changed is in them without a night, and they equal a whole run."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from siyu.foundation.clock import utc_now, zone
from siyu.foundation.errors import NotFound
from siyu.rooms.insights.actions import freshen_figures, hourly_key
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries import (
    day_so_far,
    freshness_of,
    seller_days_of,
    sellers_in_month,
    units_in_month,
)
from siyu.rooms.insights.types import Lookup, Sold
from siyu.rooms.operations.actions import RunLog, request_run, run_now, wait_until_stable
from siyu.rooms.operations.queries import run_of
from siyu.rooms.organization.queries import today_in, units_under
from siyu.rooms.organization.types import Role, UnitKind
from tests.rooms.brand import Brand

RESULTS = ("seller_days", "unit_hours", "month_sales")
SELLERS = {"ann": ("n1", "North"), "amy": ("n1", "North"), "bob": ("s1", "South")}


def hourly(brand: Brand) -> None:
    """One hourly run, as the timer starts it."""
    wait_until_stable()
    program_id = brand.program.id
    run_now(
        program_id=program_id, kind="hourly", key=hourly_key(program_id=program_id), arguments={}
    )


def figures(brand: Brand) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row of the hourly results that readers see."""
    fresh = freshness_of(program_id=brand.program.id)
    assert fresh is not None
    return {
        name: Counter(
            tuple(row.values())
            for row in warehouse()
            .read(program_id=brand.program.id, run_id=fresh.run_id, lookup=Lookup(result=name))
            .to_pylist()
        )
        for name in RESULTS
    }


def everything(brand: Brand) -> dict[str, Counter[tuple[Any, ...]]]:
    """The same rows, all computed anew."""
    run = request_run(program_id=brand.program.id, kind="hourly", key="whole", arguments={})
    freshen_figures(
        program_id=brand.program.id, log=RunLog(run.id, lambda *_: None), everything=True
    )
    return figures(brand)


def order(key: str, at: datetime, price: str = "100", **more: Any) -> dict[str, Any]:
    told = f"{at:%Y-%m-%d %H:%M}"
    return {"order_key": key, "paid_at": told, "quantity": "1", "unit_price": price, **more}


@pytest.fixture
def shop(committed_brand: Brand) -> Brand:
    brand = committed_brand
    brand.sellers(
        *({"key": key, "store_key": s, "region_name": r} for key, (s, r) in SELLERS.items())
    )
    for number, seller in enumerate(SELLERS):
        brand.follow(f"c{number}", seller, "2024-01-01 10:00")
    return brand


@pytest.fixture
def now(shop: Brand) -> datetime:
    """This moment on the program's clock."""
    return utc_now().astimezone(zone(shop.program.zone)).replace(tzinfo=None)


def test_an_order_of_now_is_in_every_figure_without_a_night(shop: Brand, now: datetime) -> None:
    owner, today = shop.owner, today_in(program_id=shop.program.id)
    shop.orders(order("a", now, customer_key="c0"), order("b", now, "50", customer_key="c2"))
    hourly(shop)
    ann, bob = shop.seller("ann"), shop.seller("bob")
    month_on = today.replace(day=1)
    so_far = day_so_far(viewer=owner, now=utc_now())
    assert so_far is not None
    assert (so_far.gmv_minor, so_far.orders, so_far.refunds_minor) == (15_000, 2, 0)
    assert sum(so_far.by_hour) == 15_000
    found = seller_days_of(viewer=owner, seller_id=ann, start_on=today, end_on=today)
    assert found == {today: Sold(gmv_minor=10_000)}
    months = sellers_in_month(viewer=owner, month_on=month_on, seller_ids=[ann, bob])
    assert {key: each.net_minor for key, each in months.items()} == {ann: 10_000, bob: 5_000}
    units = {unit.key: unit.id for unit in units_under(viewer=owner)}
    asked = [None, *units.values()]
    sold = units_in_month(viewer=owner, month_on=month_on, unit_ids=asked)
    top = next(unit for unit in units_under(viewer=owner) if unit.kind is UnitKind.HEADQUARTERS)
    assert {key: each.gmv_minor for key, each in sold.items()} == {
        None: 15_000,
        top.id: 15_000,
        units["North"]: 10_000,
        units["n1"]: 10_000,
        units["South"]: 5_000,
        units["s1"]: 5_000,
    }


def test_a_refund_of_now_is_taken_off(shop: Brand, now: datetime) -> None:
    today = today_in(program_id=shop.program.id)
    shop.orders(order("a", now, customer_key="c0"))
    hourly(shop)
    shop.returns(
        {"order_key": "R", "customer_key": "c0", "amount_minor": 3_000, "paid_at": f"{now:%F %R}"}
    )
    hourly(shop)
    so_far = day_so_far(viewer=shop.owner, now=utc_now())
    assert so_far is not None
    assert (so_far.gmv_minor, so_far.refunds_minor) == (10_000, 3_000)
    ann = shop.seller("ann")
    found = seller_days_of(viewer=shop.owner, seller_id=ann, start_on=today, end_on=today)
    assert found[today].net_minor == 7_000


def test_a_manager_sees_her_own_store_only(shop: Brand, now: datetime) -> None:
    shop.orders(order("a", now, customer_key="c0"), order("b", now, "50", customer_key="c2"))
    hourly(shop)
    month_on = today_in(program_id=shop.program.id).replace(day=1)
    units = {unit.key: unit.id for unit in units_under(viewer=shop.owner)}
    manager = shop.staff("mia", Role.STORE_MANAGER, units["s1"])
    so_far = day_so_far(viewer=manager, now=utc_now())
    assert so_far is not None
    assert so_far.gmv_minor == 5_000
    asked = [None, *units.values()]
    found = units_in_month(viewer=manager, month_on=month_on, unit_ids=asked)
    assert {key: each.gmv_minor for key, each in found.items()} == {units["s1"]: 5_000}
    ann = shop.seller("ann")
    assert sellers_in_month(viewer=manager, month_on=month_on, seller_ids=[ann]) == {}
    with pytest.raises(NotFound):
        seller_days_of(viewer=manager, seller_id=ann, start_on=month_on, end_on=month_on)


def test_runs_over_what_changed_equal_a_run_over_everything(shop: Brand, now: datetime) -> None:
    draw = random.Random(5)
    for step in range(6):
        orders = [
            order(
                f"o{step}-{number}",
                now - timedelta(days=draw.randrange(50), hours=draw.randrange(20)),
                str(draw.randrange(1, 90)),
                customer_key=f"c{draw.randrange(5)}",
            )
            for number in range(12)
        ]
        shop.orders(*orders)
        back = draw.choice(orders)
        shop.returns(
            {
                "order_key": f"R{step}",
                "customer_key": back["customer_key"],
                "amount_minor": 50,
                "paid_at": f"{now:%F %R}",
            }
        )
        if step == 3:
            # An old line changes hands, and with it what was given back of it.
            shop.follow("c0", "bob", f"{now - timedelta(days=60):%F %R}")
        hourly(shop)
    kept = figures(shop)
    assert kept == everything(shop)
    assert all(kept[name] for name in RESULTS)


def test_a_run_computes_only_the_days_that_changed(shop: Brand, now: datetime) -> None:
    yesterday = now - timedelta(days=1)
    shop.orders(order("a", now, customer_key="c0"), order("b", yesterday, customer_key="c1"))
    hourly(shop)
    first = freshness_of(program_id=shop.program.id)
    hourly(shop)
    second = freshness_of(program_id=shop.program.id)
    assert first is not None
    assert second is not None
    assert second.run_id == first.run_id, "nothing changed, so nothing is written"
    assert second.fresh_at > first.fresh_at
    shop.orders(order("c", yesterday, customer_key="c1"))
    hourly(shop)
    run = request_run(
        program_id=shop.program.id,
        kind="hourly",
        key=hourly_key(program_id=shop.program.id),
        arguments={},
    )
    steps = {step.name: step.rows for step in run_of(run_id=run.id).steps}
    assert steps["figures"] == 1


def test_before_the_first_order_there_is_nothing_to_see(shop: Brand) -> None:
    hourly(shop)
    assert freshness_of(program_id=shop.program.id) is None
    assert day_so_far(viewer=shop.owner, now=utc_now()) is None
