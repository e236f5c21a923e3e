"""Targets of a month: set, broken down, set by hand, and how far everybody came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.calendar import month_of
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.campaigns.actions import drop_targets, fix_target, release_target, set_targets
from siyu.rooms.campaigns.queries import (
    own_target,
    target_plan_of,
    target_tree,
    targets_below,
    unit_target,
)
from siyu.rooms.campaigns.types import TargetRule, TargetView
from siyu.rooms.insights.types import Sold
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import today_in
from siyu.rooms.organization.types import Role
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

# Each sold that many yuan two months ago.
SOLD = {"ann": 300, "amy": 100, "bob": 400, "cat": 0}
SHOPS = {"ann": ("n1", "North"), "amy": ("n1", "North"), "bob": ("s1", "South")}
SHOPS |= {"cat": ("s2", "South")}
YUAN = 100


@dataclass(frozen=True)
class Chain:
    """Two regions with three shops and four sellers; nobody sold anything this month but Ann."""

    brand: Brand
    month_on: date
    north: Viewer
    shop: Viewer
    analyst: Viewer

    def set(self, yuan: int, rule: TargetRule = TargetRule.PAST_MONTHS, **more: Any) -> int:
        settings = {"viewer": self.brand.owner, "month_on": self.month_on, "now": utc_now()} | more
        return set_targets(amount_minor=yuan * YUAN, rule=rule, **settings)

    def fix(self, viewer: Viewer, holder_id: int, yuan: int) -> None:
        fix_target(
            viewer=viewer,
            month_on=self.month_on,
            holder_id=holder_id,
            amount_minor=yuan * YUAN,
            now=utc_now(),
        )

    def yuan(self) -> dict[str, int]:
        """Every target in yuan, by the name of its holder."""
        names = {self.brand.seller(key): key for key in SOLD}
        names |= {self.brand.store(key): key for key in ("n1", "s1", "s2")}
        names |= {self.brand.unit(name): name for name in ("North", "South")}
        rows = target_tree(viewer=self.brand.owner, month_on=self.month_on)
        return {
            names.get(row.unit_id or row.seller_id or 0, "whole"): row.amount_minor // YUAN
            for row in rows
        }


def made_chain() -> Chain:
    brand = new_brand("targets")
    brand.sellers(
        *(
            {"key": key, "store_key": s, "region_name": r, "joined_on": date(2020, 1, 1)}
            for key, (s, r) in SHOPS.items()
        )
    )
    for number, seller in enumerate(SOLD):
        brand.follow(f"c{number}", seller, "2020-01-02 10:00")
    today = today_in(program_id=brand.program.id)
    past = [
        {
            "order_key": f"o{number}",
            "customer_key": f"c{number}",
            "paid_at": f"{month_of(today, -2)} 10:00",
            "quantity": "1",
            "unit_price": str(yuan),
        }
        for number, yuan in enumerate(SOLD.values())
        if yuan
    ]
    now = {"order_key": "now", "customer_key": "c0", "paid_at": f"{today} 00:00"}
    brand.orders(*past, now | {"quantity": "1", "unit_price": "60"})
    brand.night(today)
    return Chain(
        brand=brand,
        month_on=today.replace(day=1),
        north=brand.staff("nora", Role.REGION_MANAGER, brand.unit("North")),
        shop=brand.staff("sam", Role.STORE_MANAGER, brand.store("n1")),
        analyst=brand.staff("ada", Role.ANALYST),
    )


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Chain]:
    with django_db_blocker.unblock():
        yield made_chain()
        empty_database()


@pytest.fixture
def chain(committed: Chain, db: None) -> Chain:
    """The chain without any target; what a test sets is undone after it."""
    return committed


def test_a_target_follows_what_everybody_sold(chain: Chain) -> None:
    assert chain.set(8_000) == 4
    assert chain.yuan() == {
        "whole": 8_000,
        "North": 4_000,
        "South": 4_000,
        "n1": 4_000,
        "s1": 4_000,
        "s2": 0,
        "ann": 3_000,
        "amy": 1_000,
        "bob": 4_000,
        "cat": 0,
    }
    plan = target_plan_of(viewer=chain.brand.owner, month_on=chain.month_on)
    assert plan is not None
    assert (plan.amount_minor, plan.rule, plan.sellers) == (800_000, TargetRule.PAST_MONTHS, 4)


def test_evenly(chain: Chain) -> None:
    chain.set(8_000, TargetRule.EQUAL)
    assert {chain.yuan()[name] for name in SOLD} == {2_000}


def test_where_nothing_was_sold_it_cannot_be_broken_down_by_it(chain: Chain) -> None:
    chain.set(8_000)
    for more in ({"rule": TargetRule.LAST_YEAR}, {"past_months": 1}):
        with pytest.raises(BadInput) as refused:
            chain.set(9_000, **more)
        assert refused.value.field == "rule"
    assert chain.yuan()["whole"] == 8_000


def test_a_later_month_is_broken_down_by_the_whole_months_before_this_one(chain: Chain) -> None:
    later = month_of(chain.month_on, 2)
    assert chain.set(8_000, month_on=later) == 4
    ann = own_target(viewer=chain.brand.owner, seller_id=chain.brand.seller("ann"), month_on=later)
    assert ann is not None
    assert ann.amount_minor == 300_000


def test_what_was_sold_counts_at_every_level(chain: Chain) -> None:
    chain.set(8_000)
    owner, brand = chain.brand.owner, chain.brand
    own = unit_target(viewer=owner, month_on=chain.month_on)
    assert own is not None
    below, count = targets_below(viewer=owner, month_on=chain.month_on)
    assert count == 2
    assert (own.sold.net_minor, own.attained_ppm, own.left_minor) == (6_000, 7_500, 794_000)
    assert [row.unit_id for row in below] == sorted([brand.unit("North"), brand.unit("South")])
    assert [row.sold.net_minor for row in below] == [6_000, 0]
    shop = {"viewer": owner, "month_on": chain.month_on, "unit_id": brand.store("n1")}
    found, _ = targets_below(**shop)
    assert [(row.seller_id, row.sold.net_minor) for row in found] == [
        (brand.seller("ann"), 6_000),
        (brand.seller("amy"), 0),
    ]
    second, count = targets_below(**shop, page=2, size=1)
    assert ([row.seller_id for row in second], count) == ([brand.seller("amy")], 2)
    one = own_target(viewer=owner, seller_id=brand.seller("ann"), month_on=chain.month_on)
    assert one is not None
    assert (one.amount_minor, one.attained_ppm) == (300_000, 20_000)


def test_a_manager_sees_and_sets_what_is_below_her(chain: Chain) -> None:
    chain.set(8_000)
    brand = chain.brand
    own = unit_target(viewer=chain.shop, month_on=chain.month_on)
    assert own is not None
    assert own.unit_id == brand.store("n1")
    assert len(target_tree(viewer=chain.shop, month_on=chain.month_on)) == 3
    chain.fix(chain.shop, brand.seller("amy"), 1_500)
    assert (chain.yuan()["ann"], chain.yuan()["amy"]) == (2_500, 1_500)
    with pytest.raises(NotAllowed, match="above you"):
        chain.fix(chain.shop, brand.store("n1"), 1)
    for holder in (brand.seller("bob"), brand.store("s1"), 404):
        with pytest.raises(NotFound):
            chain.fix(chain.shop, holder, 1)
    with pytest.raises(NotFound):
        targets_below(viewer=chain.shop, month_on=chain.month_on, unit_id=brand.store("s1"))
    with pytest.raises(NotFound):
        own_target(viewer=chain.shop, seller_id=brand.seller("bob"), month_on=chain.month_on)


def test_what_is_set_by_hand_moves_nobody_elsewhere_and_stays(chain: Chain) -> None:
    chain.set(8_000)
    before = chain.yuan()
    chain.fix(chain.north, chain.brand.seller("ann"), 500)
    after = chain.yuan()
    assert (after["ann"], after["amy"]) == (500, 3_500)
    elsewhere = ("North", "South", "s1", "bob", "cat")
    assert {name: after[name] for name in elsewhere} == {name: before[name] for name in elsewhere}
    chain.set(9_000)
    assert chain.yuan()["ann"] == 500
    rows = target_tree(viewer=chain.brand.owner, month_on=chain.month_on)
    fixed = [row for row in rows if row.is_fixed]
    assert [row.seller_id for row in fixed] == [chain.brand.seller("ann")]
    release_target(
        viewer=chain.north,
        month_on=chain.month_on,
        holder_id=chain.brand.seller("ann"),
        now=utc_now(),
    )
    assert chain.yuan()["ann"] == 3_375


def test_too_much_by_hand_is_refused_and_changes_nothing(chain: Chain) -> None:
    chain.set(8_000)
    before = chain.yuan()
    with pytest.raises(BadInput, match="by hand"):
        chain.fix(chain.north, chain.brand.seller("ann"), 4_001)
    assert chain.yuan() == before


@pytest.mark.parametrize("yuan", [0, -1, 10**15])
def test_amounts_that_cannot_be_set(chain: Chain, yuan: int) -> None:
    with pytest.raises(BadInput) as refused:
        chain.set(yuan)
    assert refused.value.field == "amount"
    assert target_plan_of(viewer=chain.brand.owner, month_on=chain.month_on) is None


def test_months_that_are_over_or_far_away_cannot_be_set(chain: Chain) -> None:
    for month_on in (
        month_of(chain.month_on, -1),
        month_of(chain.month_on, 12),
        date(2099, 1, 1),
        chain.month_on.replace(day=2),
    ):
        with pytest.raises(BadInput) as refused:
            chain.set(8_000, month_on=month_on)
        assert refused.value.field == "month"


def test_who_may_not(chain: Chain) -> None:
    for viewer in (chain.north, chain.shop, chain.analyst):
        with pytest.raises(NotAllowed):
            chain.set(8_000, viewer=viewer)
    chain.set(8_000)
    with pytest.raises(NotAllowed):
        chain.fix(chain.analyst, chain.brand.seller("ann"), 1)
    with pytest.raises(NotAllowed):
        drop_targets(viewer=chain.north, month_on=chain.month_on, now=utc_now())
    assert unit_target(viewer=chain.analyst, month_on=chain.month_on) is not None


def test_taking_back_and_what_the_log_keeps(chain: Chain) -> None:
    chain.set(8_000)
    chain.fix(chain.brand.owner, chain.brand.seller("ann"), 500)
    drop_targets(viewer=chain.brand.owner, month_on=chain.month_on, now=utc_now())
    assert target_tree(viewer=chain.brand.owner, month_on=chain.month_on) == []
    assert unit_target(viewer=chain.brand.owner, month_on=chain.month_on) is None
    with pytest.raises(NotFound):
        drop_targets(viewer=chain.brand.owner, month_on=chain.month_on, now=utc_now())
    entries = audit_page(viewer=chain.brand.owner)
    assert [entry.action for entry in entries][:3] == ["drop targets", "fix target", "set targets"]


def test_a_program_without_sellers_cannot_carry_a_target(db: None) -> None:
    brand = new_brand("empty")
    today = today_in(program_id=brand.program.id)
    with pytest.raises(Conflict, match="import sellers"):
        set_targets(
            viewer=brand.owner,
            month_on=today.replace(day=1),
            amount_minor=100,
            rule=TargetRule.EQUAL,
            now=utc_now(),
        )


def test_a_target_of_nothing_is_attained_by_no_share() -> None:
    view = TargetView(
        unit_id=None, seller_id=1, amount_minor=0, is_fixed=False, sold=Sold(gmv_minor=5)
    )
    assert (view.attained_ppm, view.left_minor) == (None, 0)
