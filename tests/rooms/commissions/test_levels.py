"""Levels: earned and kept by own sales, reviewed by the month, carried over with a trial."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.commissions.actions import (
    apply_review,
    carry_levels,
    settle_trials,
    take_back_review,
)
from siyu.rooms.commissions.queries import (
    level_reviews,
    levels_carried,
    own_level,
    review_of_month,
)
from siyu.rooms.commissions.rules import reviewed_place
from siyu.rooms.commissions.types import Threshold
from siyu.rooms.organization.types import Role
from siyu.rooms.plans.actions import draft_plan, publish_plan, withdraw_plan
from siyu.rooms.sellers.queries import level_on
from tests.rooms.brand import Brand, new_brand
from tests.rooms.commissions.test_accruals import accrue, payable, publish, sale

AT = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
TODAY, MARCH = date(2026, 4, 2), date(2026, 3, 1)
TOMORROW = TODAY + timedelta(days=1)
LEVELS = """
[[levels]]
key = "new"
[[levels]]
key = "silver"
own_sales = 100
keep_own_sales = 30
[[levels]]
key = "gold"
own_sales = 500
keep_own_sales = 100

[[shares]]
name = "own sales"
rates = [{ percent = 10, levels = ["gold"] }, { percent = 5, levels = ["silver"] }, { percent = 1 }]
"""
CARRIES = """
[carries]
trial_days = 30
levels = { gold = { to = "gold", earn = 200 }, silver = { to = "silver" } }
"""


@pytest.fixture
def shop(committed_brand: Brand) -> Brand:
    brand = committed_brand
    brand.sellers(*({"key": key, "store_key": "N1"} for key in ("S1", "S2", "S3")))
    brand.products({"key": "P1"})
    publish(brand, LEVELS)
    return brand


def sold(brand: Brand, seller: str, yuan: int, at: str) -> None:
    order = f"{seller}-{at}-{yuan}"
    brand.orders(sale(order, fen=yuan * 100, at=f"{at} 12:00", seller_key=seller))
    accrue(brand)


def reviewed(brand: Brand, today: date = TODAY, month: date = MARCH) -> int:
    return apply_review(viewer=brand.owner, month_on=month, today=today, at=AT)


def level(brand: Brand, seller: str, day: date) -> str | None:
    return level_on(seller_id=brand.seller(seller), day=day)


def preview(brand: Brand, month: date = MARCH, day: date = TOMORROW) -> dict[str, tuple[Any, ...]]:
    keys = {brand.seller(key): key for key in ("S1", "S2", "S3")}
    changes = review_of_month(viewer=brand.owner, month_on=month, from_on=day)
    return {
        keys[each.seller_id]: (each.before, each.after, each.growth_minor, each.month_minor)
        for each in changes
    }


def next_plan(brand: Brand, text: str = LEVELS + CARRIES, from_on: str = "2026-05-01") -> int:
    plan_id = draft_plan(viewer=brand.owner, text=f'name = "reform"\nfrom_on = {from_on}\n{text}')
    publish_plan(viewer=brand.owner, plan_id=plan_id, today=TODAY, at=AT)
    return plan_id


class TestRule:
    LADDER = (Threshold(0, 0), Threshold(100, 30), Threshold(500, 100))

    @pytest.mark.parametrize(
        ("now", "growth", "month", "is_protected", "expected"),
        [
            (None, 0, 0, False, 0),
            (None, 100, 29, False, 0),
            (None, 100, 30, False, 1),
            (None, 10_000, 99, False, 1),
            (0, 500, 100, False, 2),
            (2, 10_000, 99, False, 1),
            (2, 10_000, 29, False, 0),
            (2, 10_000, 29, True, 2),
            (1, 10_000, 100, True, 2),
        ],
    )
    def test_growth_reaches_and_the_month_keeps(
        self, now: int | None, growth: int, month: int, is_protected: bool, expected: int
    ) -> None:
        told = reviewed_place(
            self.LADDER,
            now=now,
            growth_minor=growth,
            month_minor=month,
            is_protected=is_protected,
        )
        assert told == expected

    def test_nobody_gets_the_first_level_for_nothing_nor_falls_below_it(self) -> None:
        ladder = (Threshold(50, 10), Threshold(100, 30))
        asked = {"growth_minor": 49, "month_minor": 49, "is_protected": False}
        assert reviewed_place(ladder, now=None, **asked) is None
        assert reviewed_place(ladder, now=1, **asked) == 0

    @given(
        now=st.none() | st.integers(0, 2),
        sales=st.lists(st.integers(0, 700), min_size=2, max_size=2),
        more=st.integers(0, 700),
        is_protected=st.booleans(),
    )
    def test_more_sales_never_give_less(
        self, now: int | None, sales: list[int], more: int, is_protected: bool
    ) -> None:
        def place(growth: int, month: int) -> int:
            found = reviewed_place(
                self.LADDER,
                now=now,
                growth_minor=growth,
                month_minor=month,
                is_protected=is_protected,
            )
            assert found is not None
            return found

        month, before = sales
        fewer = place(month + before, month)
        assert place(month + before + more, month + more) >= fewer
        assert not is_protected or now is None or fewer >= now


class TestReview:
    def test_the_preview_tells_what_applying_does(self, shop: Brand) -> None:
        sold(shop, "S1", 600, "2026-03-10")
        sold(shop, "S2", 120, "2026-03-20")
        assert preview(shop) == {
            "S1": (None, "gold", 60_000, 60_000),
            "S2": (None, "silver", 12_000, 12_000),
            "S3": (None, "new", 0, 0),
        }
        reviewed(shop)
        assert [level(shop, key, TOMORROW) for key in ("S1", "S2", "S3")] == [
            "gold",
            "silver",
            "new",
        ]
        assert level(shop, "S1", TODAY) is None
        (review,) = level_reviews(viewer=shop.owner)
        assert (review.rises, review.falls, review.month_on) == (3, 0, MARCH)

    def test_a_level_pays_from_its_day_on_and_not_before(self, shop: Brand) -> None:
        sold(shop, "S1", 600, "2026-03-10")
        assert payable(shop, shop.seller("S1")) == 600
        reviewed(shop)
        sold(shop, "S1", 100, "2026-04-02")
        assert payable(shop, shop.seller("S1")) == 700
        sold(shop, "S1", 100, "2026-04-03")
        assert payable(shop, shop.seller("S1")) == 1_700

    def test_refunds_take_growth_back(self, shop: Brand) -> None:
        sold(shop, "S1", 600, "2026-03-10")
        row = sale("S1-2026-03-10-600", fen=60_000, at="2026-03-10 12:00", seller_key="S1")
        shop.orders({**row, "refund_minor": 50_100, "refunded_at": "2026-03-25 12:00"})
        accrue(shop)
        assert preview(shop)["S1"] == (None, "new", 9_900, 9_900)

    def test_who_does_not_keep_her_level_falls_after_a_whole_month(self, shop: Brand) -> None:
        sold(shop, "S1", 600, "2026-03-10")
        reviewed(shop)
        # April is not a whole month for a level of April 3: she cannot fall yet.
        assert preview(shop, date(2026, 4, 1), date(2026, 5, 3))["S1"][1] == "gold"
        reviewed(shop, date(2026, 5, 2), date(2026, 4, 1))
        sold(shop, "S1", 40, "2026-05-20")
        reviewed(shop, date(2026, 6, 2), date(2026, 5, 1))
        assert level(shop, "S1", date(2026, 6, 2)) == "gold"
        assert level(shop, "S1", date(2026, 6, 3)) == "silver"
        (newest, *_) = level_reviews(viewer=shop.owner)
        assert (newest.rises, newest.falls) == (0, 1)

    def test_a_month_is_reviewed_once_and_only_when_it_is_over(self, shop: Brand) -> None:
        reviewed(shop)
        with pytest.raises(Conflict, match="reviewed already"):
            reviewed(shop)
        with pytest.raises(BadInput, match="not over"):
            reviewed(shop, month=date(2026, 4, 1))
        assert len(level_reviews(viewer=shop.owner)) == 1

    def test_a_review_is_taken_back_before_it_counts(self, shop: Brand) -> None:
        sold(shop, "S1", 600, "2026-03-10")
        review_id = reviewed(shop)
        with pytest.raises(Conflict, match="count already"):
            take_back_review(viewer=shop.owner, review_id=review_id, today=TOMORROW, at=AT)
        take_back_review(viewer=shop.owner, review_id=review_id, today=TODAY, at=AT)
        assert level(shop, "S1", TOMORROW) is None
        with pytest.raises(Conflict, match="taken back already"):
            take_back_review(viewer=shop.owner, review_id=review_id, today=TODAY, at=AT)
        reviewed(shop)
        assert level(shop, "S1", TOMORROW) == "gold"

    def test_only_who_may_publish_gives_levels_and_within_her_program(self, shop: Brand) -> None:
        operator = shop.staff("op", Role.OPERATOR)
        assert review_of_month(viewer=operator, month_on=MARCH, from_on=TOMORROW)
        with pytest.raises(NotAllowed):
            apply_review(viewer=operator, month_on=MARCH, today=TODAY, at=AT)
        review_id = reviewed(shop)
        other = new_brand("other").owner
        assert level_reviews(viewer=other) == []
        with pytest.raises(NotFound):
            take_back_review(viewer=other, review_id=review_id, today=TODAY, at=AT)
        with pytest.raises(Conflict, match="no levels"):
            review_of_month(viewer=other, month_on=MARCH, from_on=TOMORROW)
        for viewer in (shop.seller_viewer("S1"), shop.staff("fin", Role.FINANCE)):
            with pytest.raises(NotAllowed):
                review_of_month(viewer=viewer, month_on=MARCH, from_on=TOMORROW)

    def test_a_seller_reads_where_she_stands(self, shop: Brand) -> None:
        sold(shop, "S1", 120, "2026-03-10")
        reviewed(shop)
        sold(shop, "S1", 10, "2026-04-02")
        told = own_level(viewer=shop.seller_viewer("S1"), today=TOMORROW)
        assert told is not None
        assert (told.level, told.growth_minor, told.month_minor) == ("silver", 13_000, 1_000)
        assert (told.next_level, told.next_minor, told.keep_minor) == ("gold", 50_000, 3_000)
        assert told.trial_until is None


class TestChangeOfPlan:
    START, OVER = date(2026, 5, 1), date(2026, 5, 31)

    @pytest.fixture
    def levelled(self, shop: Brand) -> Brand:
        sold(shop, "S1", 600, "2026-03-10")
        sold(shop, "S2", 120, "2026-03-20")
        reviewed(shop)
        return shop

    def carried(self, brand: Brand, plan_id: int) -> int:
        return carry_levels(viewer=brand.owner, plan_id=plan_id, today=TODAY, at=AT)

    def settled(self, brand: Brand, today: date) -> int:
        return settle_trials(program_id=brand.program.id, today=today, at=AT)

    def test_what_is_not_earned_is_paid_as_a_newcomer_once_the_trial_fails(
        self, levelled: Brand
    ) -> None:
        plan_id = next_plan(levelled)
        told = levels_carried(viewer=levelled.owner, plan_id=plan_id)
        assert [(each.before, each.after, each.trial and each.trial.over_on) for each in told] == [
            ("gold", "gold", self.OVER),
            ("silver", "silver", None),
            ("new", "new", None),
        ]
        self.carried(levelled, plan_id)
        sold(levelled, "S1", 100, "2026-05-15")
        assert payable(levelled, levelled.seller("S1")) == 600 + 1_000
        assert self.settled(levelled, self.OVER) == 0
        assert level(levelled, "S1", self.OVER - timedelta(days=1)) == "gold"
        assert level(levelled, "S1", self.OVER) == "new"
        sold(levelled, "S1", 100, "2026-05-31")
        assert payable(levelled, levelled.seller("S1")) == 600 + 1_000 + 100
        assert level(levelled, "S2", self.OVER) == "silver"

    def test_who_earns_it_keeps_it(self, levelled: Brand) -> None:
        self.carried(levelled, next_plan(levelled))
        own = levelled.seller_viewer("S1")
        told = own_level(viewer=own, today=date(2026, 5, 15))
        assert told is not None
        assert told.trial_until == self.OVER - timedelta(days=1)
        sold(levelled, "S1", 200, "2026-05-15")
        assert self.settled(levelled, date(2026, 5, 16)) == 1
        assert self.settled(levelled, date(2026, 5, 17)) == 1
        assert level(levelled, "S1", self.OVER) == "gold"
        told = own_level(viewer=own, today=date(2026, 5, 17))
        assert told is not None
        assert told.trial_until is None

    def test_sales_before_the_change_or_after_the_trial_do_not_earn_it(
        self, levelled: Brand
    ) -> None:
        self.carried(levelled, next_plan(levelled))
        sold(levelled, "S1", 500, "2026-04-30")
        sold(levelled, "S1", 199, "2026-05-30")
        sold(levelled, "S1", 500, "2026-05-31")
        assert self.settled(levelled, date(2026, 6, 1)) == 0
        assert level(levelled, "S1", date(2026, 6, 5)) == "new"

    def test_sales_of_the_trial_that_are_told_late_give_it_back(self, levelled: Brand) -> None:
        self.carried(levelled, next_plan(levelled))
        assert self.settled(levelled, date(2026, 6, 3)) == 0
        sold(levelled, "S1", 200, "2026-05-30")
        assert self.settled(levelled, date(2026, 6, 4)) == 1
        assert level(levelled, "S1", date(2026, 6, 4)) == "new"
        assert level(levelled, "S1", date(2026, 6, 5)) == "gold"
        assert self.settled(levelled, date(2026, 6, 6)) == 0

    def test_a_review_within_the_trial_cannot_lower_but_raises_for_good(
        self, levelled: Brand
    ) -> None:
        text = LEVELS + CARRIES.replace("gold = { to", "silver = { to").replace(
            ', silver = { to = "silver" }', ""
        ).replace('to = "gold"', 'to = "silver"')
        self.carried(levelled, next_plan(levelled, text))
        assert level(levelled, "S1", self.START) == "new"
        assert level(levelled, "S2", self.START) == "silver"
        within = date(2026, 5, 10)
        april = preview(levelled, date(2026, 4, 1), within)
        assert april["S2"][1] == "silver"
        sold(levelled, "S2", 600, "2026-04-20")
        reviewed(levelled, date(2026, 5, 9), date(2026, 4, 1))
        assert level(levelled, "S2", within) == "gold"
        assert level(levelled, "S2", self.OVER) == "gold"

    def test_what_was_earned_and_came_back_within_the_trial_was_not_earned(
        self, levelled: Brand
    ) -> None:
        self.carried(levelled, next_plan(levelled))
        sold(levelled, "S1", 300, "2026-05-02")
        assert self.settled(levelled, date(2026, 5, 3)) == 1
        row = sale("S1-2026-05-02-300", fen=30_000, at="2026-05-02 12:00", seller_key="S1")
        levelled.orders({**row, "refund_minor": 30_000, "refunded_at": "2026-05-04 12:00"})
        accrue(levelled)
        assert self.settled(levelled, date(2026, 5, 5)) == 0
        assert level(levelled, "S1", self.OVER) == "new"

    def test_a_review_before_the_new_plan_begins_leaves_its_trial_alone(
        self, levelled: Brand
    ) -> None:
        self.carried(levelled, next_plan(levelled))
        sold(levelled, "S2", 600, "2026-03-28")
        take_back_review(
            viewer=levelled.owner,
            review_id=level_reviews(viewer=levelled.owner)[-1].id,
            today=TODAY,
            at=AT,
        )
        reviewed(levelled)
        assert level(levelled, "S2", TOMORROW) == "gold"
        assert level(levelled, "S2", self.START) == "silver"
        assert level(levelled, "S1", self.OVER) == "new"

    def test_a_level_raised_after_the_trial_was_passed_stays_raised(self, levelled: Brand) -> None:
        text = LEVELS + CARRIES.replace("gold = {", "silver = {").replace(
            ', silver = { to = "silver" }', ""
        ).replace('to = "gold"', 'to = "silver"')
        self.carried(levelled, next_plan(levelled, text))
        sold(levelled, "S2", 600, "2026-05-02")
        assert self.settled(levelled, date(2026, 5, 3)) == 1
        reviewed(levelled, date(2026, 5, 9), date(2026, 4, 1))
        sold(levelled, "S2", 40, "2026-04-20")
        assert level(levelled, "S2", date(2026, 5, 10)) == "silver"
        reviewed(levelled, date(2026, 6, 9), date(2026, 5, 1))
        assert [level(levelled, "S2", day) for day in (self.OVER, date(2026, 6, 10))] == [
            "silver",
            "gold",
        ]

    def test_a_second_change_of_plan_ends_the_trial_of_the_first(self, levelled: Brand) -> None:
        self.carried(levelled, next_plan(levelled))
        kept = LEVELS + '[carries]\nlevels = { gold = { to = "gold" } }\n'
        self.carried(levelled, next_plan(levelled, kept, "2026-05-15"))
        assert self.settled(levelled, date(2026, 6, 2)) == 0
        assert [level(levelled, "S1", day) for day in (self.START, self.OVER)] == ["gold", "gold"]

    def test_levels_of_the_day_before_are_carried(self, levelled: Brand) -> None:
        plan_id = next_plan(levelled, LEVELS + CARRIES, "2026-04-04")
        take_back_review(
            viewer=levelled.owner,
            review_id=level_reviews(viewer=levelled.owner)[-1].id,
            today=TODAY,
            at=AT,
        )
        reviewed(levelled, date(2026, 4, 3))
        assert [
            each.before for each in levels_carried(viewer=levelled.owner, plan_id=plan_id)
        ] == []

    def test_old_orders_stay_on_the_old_plan(self, levelled: Brand) -> None:
        text = LEVELS.replace("percent = 10", "percent = 8") + CARRIES
        self.carried(levelled, next_plan(levelled, text))
        sold(levelled, "S1", 100, "2026-04-30")
        sold(levelled, "S1", 100, "2026-05-01")
        assert payable(levelled, levelled.seller("S1")) == 600 + 1_000 + 800
        row = sale("S1-2026-04-30-100", fen=10_000, at="2026-04-30 12:00", seller_key="S1")
        levelled.orders({**row, "refund_minor": 5_000, "refunded_at": "2026-05-20 12:00"})
        accrue(levelled)
        assert payable(levelled, levelled.seller("S1")) == 600 + 500 + 800

    def test_a_withdrawn_plan_takes_its_levels_with_it(self, levelled: Brand) -> None:
        plan_id = next_plan(levelled, LEVELS + CARRIES.replace('to = "gold"', 'to = "silver"'))
        self.carried(levelled, plan_id)
        assert level(levelled, "S1", self.START) == "silver"
        withdraw_plan(viewer=levelled.owner, plan_id=plan_id, today=TODAY)
        levelled.react()
        assert level(levelled, "S1", self.START) == "gold"
        assert level_reviews(viewer=levelled.owner)[0].taken_back_at is not None

    def test_levels_are_carried_once_before_the_plan_begins(self, levelled: Brand) -> None:
        plan_id = next_plan(levelled)
        self.carried(levelled, plan_id)
        with pytest.raises(Conflict, match="carried over to this plan already"):
            self.carried(levelled, plan_id)
        with pytest.raises(Conflict, match="before its first day"):
            carry_levels(viewer=levelled.owner, plan_id=plan_id, today=self.START, at=AT)
        silent = next_plan(levelled, LEVELS, "2026-06-01")
        with pytest.raises(Conflict, match=r"\[carries\]"):
            self.carried(levelled, silent)
        operator = levelled.staff("op", Role.OPERATOR)
        with pytest.raises(NotAllowed):
            carry_levels(viewer=operator, plan_id=plan_id, today=TODAY, at=AT)

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            (CARRIES.replace('to = "gold"', 'to = "diamond"'), "carries.levels.gold"),
            (CARRIES.replace("30", "0", 1), "carries.trial_days"),
            (CARRIES.replace("200", "-1"), "carries.levels.gold.earn"),
        ],
    )
    def test_a_rule_that_means_nothing_is_named(self, shop: Brand, text: str, field: str) -> None:
        with pytest.raises(BadInput) as refused:
            draft_plan(viewer=shop.owner, text=f'name = "n"\nfrom_on = 2026-05-01\n{LEVELS}{text}')
        assert refused.value.field == field
