"""Words on trial: who gets which, what they add, and what is used in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.operations.actions import run_now, wait_until_stable
from siyu.rooms.organization.types import Role
from siyu.rooms.outreach.actions import (
    add_variant,
    adopt_variant,
    edit_playbook,
    end_variant,
    nightly_key,
    set_policy,
)
from siyu.rooms.outreach.facts import read_contacts
from siyu.rooms.outreach.queries import playbooks_of, policy_of, today_of, trials_of
from siyu.rooms.outreach.types import Calendar, Frequency, OffSeason, PlaybookView
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
YESTERDAY = AS_OF - timedelta(days=1)
HORIZON = 14
SIGNAL = "never_ordered"
FRIENDS = {"ann": 250, "bea": 200, "cho": 100}
TEXTS = {"zh-hans": "{customer}好", "en": "Hi {customer}"}


def night(brand: Brand, as_of: date) -> None:
    wait_until_stable()
    run_now(
        program_id=brand.program.id,
        kind="nightly",
        key=nightly_key(program_id=brand.program.id, as_of=as_of),
        arguments={"as_of": str(as_of)},
    )


def playbook(brand: Brand, on: date = AS_OF) -> PlaybookView:
    return next(each for each in playbooks_of(viewer=brand.owner, on=on) if each.signal == SIGNAL)


def add(brand: Brand, name: str, market_id: int | None, today: date = YESTERDAY) -> int:
    return add_variant(
        viewer=brand.owner,
        playbook_id=playbook(brand).id,
        name=name,
        market_id=market_id,
        texts=TEXTS,
        today=today,
    )


def contacts(brand: Brand) -> list[dict[str, Any]]:
    tables = read_contacts(brand.program.id, 0, 2**62)
    rows = [row for table in tables for row in table.to_pylist()]
    return sorted(rows, key=lambda row: row["task_id"])


@dataclass(frozen=True)
class Tried:
    """A brand that tried words everywhere, and others in the second store."""

    brand: Brand
    everywhere: int
    own: int
    first: list[dict[str, Any]]


def tried_brand() -> Tried:
    """In the second store those with its own words buy, elsewhere one in five does."""
    brand = new_brand("words")
    brand.sellers(
        {"key": "ann", "store_key": "n1"},
        {"key": "bea", "store_key": "n2"},
        {"key": "cho", "store_key": "n3"},
    )
    policy = policy_of(program_id=brand.program.id)
    changed = replace(policy, list_size=250, hold_share_ppm=100_000, control_share_ppm=0)
    set_policy(program_id=brand.program.id, **vars(changed))
    for seller, count in FRIENDS.items():
        for number in range(count):
            brand.follow(f"{seller}-{number}", seller, "2025-05-20 10:00")
    brand.react()
    everywhere = add(brand, "Warm", None)
    own = add(brand, "Local", brand.store("n2"))
    night(brand, AS_OF)
    first = contacts(brand)
    day = AS_OF + timedelta(days=HORIZON - 1)
    keys = {
        brand.customer(f"{seller}-{number}"): f"{seller}-{number}"
        for seller, count in FRIENDS.items()
        for number in range(count)
    }
    buyers = [
        row["customer_id"]
        for number, row in enumerate(first)
        if row["variant_id"] == own or number % 5 == 0
    ]
    brand.orders(
        *(
            {
                "order_key": f"o{keys[customer]}",
                "customer_key": keys[customer],
                "paid_at": f"{day} 10:00",
                "quantity": "1",
                "unit_price": "200",
            }
            for customer in buyers
        )
    )
    brand.react()
    night(brand, AS_OF + timedelta(days=HORIZON))
    return Tried(brand, everywhere, own, first)


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tried]:
    with django_db_blocker.unblock():
        yield tried_brand()
        empty_database()


@pytest.fixture
def tried(committed: Tried, db: None) -> Tried:
    return committed


class TestLots:
    def test_each_market_tries_its_own_words_beside_the_usual_ones(self, tried: Tried):
        brand, store = tried.brand, tried.brand.store("n2")
        issued = [row for row in tried.first if row["state"] != "held"]
        own = Counter(
            (row["seller_id"] == brand.seller("bea"), row["market_id"], row["variant_id"])
            for row in issued
        )
        assert set(own) == {
            (True, store, None),
            (True, store, tried.own),
            (False, None, None),
            (False, None, tried.everywhere),
        }
        for near, far in (
            (own[True, store, None], own[True, store, tried.own]),
            (own[False, None, None], own[False, None, tried.everywhere]),
        ):
            assert 0.5 < near / far < 2

    def test_a_held_task_has_no_words(self, tried: Tried):
        held = [row for row in tried.first if row["state"] == "held"]
        assert held
        assert {row["variant_id"] for row in held} == {None}

    def test_a_seller_reads_the_words_of_the_lot(self, tried: Tried):
        brand = tried.brand
        shown = today_of(
            viewer=brand.seller_viewer("bea"), seller_id=brand.seller("bea"), today=AS_OF
        )
        codes = {task.customer_id: task.template_code for task in (*shown.open, *shown.closed)}
        lots = {row["customer_id"]: row["variant_id"] for row in tried.first}
        assert codes == {}, "that day's list is over"
        assert set(lots.values()) == {None, tried.everywhere, tried.own}


class TestTrials:
    def test_the_winner_is_told_where_it_wins(self, tried: Tried):
        brand = tried.brand
        trials = {
            each.market_id: each for each in trials_of(viewer=brand.owner, playbook=playbook(brand))
        }
        assert set(trials) == {None, brand.store("n2")}
        usual, local = trials[brand.store("n2")].arms
        assert usual.variant is None
        assert usual.effect is None
        assert local.variant
        assert local.variant.name == "Local"
        assert local.arm.buyers == local.arm.customers > 50
        assert local.effect
        assert local.effect.low > 0
        assert not local.effect.is_final
        _usual, warm = trials[None].arms
        assert warm.effect
        assert warm.effect.low < 0 < warm.effect.high, "there is nothing to tell"

    def test_every_issued_task_is_in_one_arm(self, tried: Tried):
        found = trials_of(viewer=tried.brand.owner, playbook=playbook(tried.brand))
        counted = sum(arm.arm.customers for trial in found for arm in trial.arms)
        assert counted == sum(row["state"] != "held" for row in tried.first)

    def test_more_variants_ask_for_more_evidence(self, tried: Tried):
        brand = tried.brand
        alone = trials_of(viewer=brand.owner, playbook=playbook(brand))
        add(brand, "Third", brand.store("n2"))
        more = trials_of(viewer=brand.owner, playbook=playbook(brand))
        widths = [
            (effect.high - effect.low)
            for trials in (alone, more)
            for trial in trials
            if trial.market_id and (effect := trial.arms[1].effect)
        ]
        assert widths[0] < widths[1]


class TestChoosing:
    def test_adopting_ends_the_others_and_counts_anew_from_tomorrow(self, tried: Tried):
        brand, today = tried.brand, AS_OF + timedelta(days=HORIZON)
        tomorrow = today + timedelta(days=1)
        other = add(brand, "Other", brand.store("n2"), today=today)
        found = adopt_variant(viewer=brand.owner, variant_id=tried.own, today=today)
        assert found == playbook(brand).id
        assert playbook(brand, tomorrow).launch.launched_on == tomorrow
        trial = next(
            each
            for each in trials_of(viewer=brand.owner, playbook=playbook(brand))
            if each.market_id
        )
        usual, local, third = trial.arms
        assert usual.variant is None
        assert local.variant
        assert local.variant.adopted_on == tomorrow
        assert local.effect, "what spoke for it is still to be seen"
        assert third.variant
        assert (third.variant.id, third.variant.has_ended) == (other, True)
        with pytest.raises(NotFound):
            end_variant(viewer=brand.owner, variant_id=other, today=today)

    def test_an_ended_variant_is_on_trial_no_more(self, tried: Tried):
        brand = tried.brand
        end_variant(viewer=brand.owner, variant_id=tried.everywhere, today=AS_OF)
        found = trials_of(viewer=brand.owner, playbook=playbook(brand))
        assert [each.market_id for each in found] == [brand.store("n2")]
        end_variant(viewer=brand.owner, variant_id=tried.own, today=AS_OF + timedelta(days=20))
        (still,) = trials_of(viewer=brand.owner, playbook=playbook(brand))
        assert still.arms[1].variant
        assert still.arms[1].variant.has_ended, "it was on trial that night"

    def test_what_cannot_be_tried_is_refused(self, tried: Tried):
        brand = tried.brand
        given = {
            "viewer": brand.owner,
            "playbook_id": playbook(brand).id,
            "name": "Odd",
            "market_id": None,
            "texts": TEXTS,
            "today": AS_OF,
        }
        elsewhere = new_brand("elsewhere")
        elsewhere.sellers({"key": "zoe", "store_key": "z1"})
        for wrong in (
            {"name": " "},
            {"market_id": elsewhere.store("z1")},
            {"texts": {"en": "Hi {nobody}"}},
        ):
            with pytest.raises(BadInput):
                add_variant(**(given | wrong))
        for number in range(3):
            add_variant(**(given | {"name": f"N{number}"}))
        with pytest.raises(BadInput, match="4 variants"):
            add_variant(**given)
        with pytest.raises(NotAllowed):
            add_variant(**(given | {"viewer": brand.staff("rita", Role.ANALYST)}))
        for viewer, error in (
            (elsewhere.owner, NotFound),
            (brand.staff("rex", Role.ANALYST), NotAllowed),
        ):
            with pytest.raises(error):
                adopt_variant(viewer=viewer, variant_id=tried.own, today=AS_OF)
            with pytest.raises(error):
                end_variant(viewer=viewer, variant_id=tried.own, today=AS_OF)


class TestCalendar:
    def edit(self, brand: Brand, calendar: Calendar) -> PlaybookView:
        found = playbook(brand)
        edit_playbook(
            viewer=brand.owner,
            playbook_id=found.id,
            priority=found.priority,
            is_enabled=True,
            texts={},
            calendar=calendar,
        )
        return playbook(brand)

    def test_it_is_kept_as_it_was_set(self, tried: Tried):
        off = OffSeason(begins=(11, 20), ends=(2, 29), frequency=Frequency(most_a_day=0))
        calendar = Calendar(usual=Frequency(most_a_day=3, rest_days=30), off_season=off)
        assert self.edit(tried.brand, calendar).calendar == calendar
        assert self.edit(tried.brand, Calendar()).calendar == Calendar()

    @pytest.mark.parametrize(
        ("calendar", "field"),
        [
            (Calendar(usual=Frequency(most_a_day=201)), "most_a_day"),
            (Calendar(usual=Frequency(rest_days=366)), "rest_days"),
            (
                Calendar(off_season=OffSeason(begins=(2, 30), ends=(3, 1), frequency=Frequency())),
                "off_begins",
            ),
            (
                Calendar(off_season=OffSeason(begins=(2, 3), ends=(13, 1), frequency=Frequency())),
                "off_ends",
            ),
        ],
    )
    def test_what_no_year_holds_is_refused(self, tried: Tried, calendar: Calendar, field: str):
        with pytest.raises(BadInput) as caught:
            self.edit(tried.brand, calendar)
        assert caught.value.field == field


@pytest.mark.django_db(transaction=True)
class TestNight:
    def test_adopted_words_are_all_that_a_market_gets_and_the_base_of_trials_within_it(self):
        brand = new_brand("adopted")
        brand.sellers({"key": "ann", "store_key": "n1"}, {"key": "bea", "store_key": "n2"})
        policy = replace(
            policy_of(program_id=brand.program.id), hold_share_ppm=0, control_share_ppm=0
        )
        set_policy(program_id=brand.program.id, **vars(policy))
        for seller in ("ann", "bea"):
            for number in range(18):
                brand.follow(f"{seller}-{number}", seller, "2025-05-20 10:00")
        brand.react()
        everywhere = add(brand, "Warm", None)
        adopt_variant(viewer=brand.owner, variant_id=everywhere, today=YESTERDAY)
        local = add(brand, "Local", brand.store("n2"))
        night(brand, AS_OF)
        words: dict[int, set[int]] = {}
        for row in contacts(brand):
            words.setdefault(row["seller_id"], set()).add(row["variant_id"])
        assert words == {
            brand.seller("ann"): {everywhere},
            brand.seller("bea"): {everywhere, local},
        }
        trials = {
            each.market_id: each for each in trials_of(viewer=brand.owner, playbook=playbook(brand))
        }
        for market_id, count in ((None, 1), (brand.store("n2"), 2)):
            arms = trials[market_id].arms
            assert len(arms) == count
            assert arms[0].variant
            assert arms[0].variant.id == everywhere
        empty_database()

    def test_a_night_keeps_to_the_calendar(self):
        brand = new_brand("seldom")
        brand.sellers({"key": "ann", "store_key": "n1"}, {"key": "bea", "store_key": "n1"})
        policy = replace(
            policy_of(program_id=brand.program.id), hold_share_ppm=0, control_share_ppm=0
        )
        set_policy(program_id=brand.program.id, **vars(policy))
        for seller in ("ann", "bea"):
            for number in range(9):
                brand.follow(f"{seller}-{number}", seller, "2025-05-20 10:00")
        brand.react()
        found = playbook(brand)
        off = OffSeason(begins=(6, 3), ends=(6, 3), frequency=Frequency(most_a_day=0))
        edit_playbook(
            viewer=brand.owner,
            playbook_id=found.id,
            priority=found.priority,
            is_enabled=True,
            texts={},
            calendar=Calendar(usual=Frequency(most_a_day=2), off_season=off),
        )
        drawn = {}
        for day in (AS_OF, AS_OF + timedelta(days=1), AS_OF + timedelta(days=2)):
            night(brand, day)
            rows = [row for row in contacts(brand) if row["drawn_on"] == day]
            drawn[day] = Counter(row["seller_id"] for row in rows)
        first, second, third = drawn.values()
        assert set(first.values()) == set(second.values()) == {2}
        assert not third, "the off-season of a day"
        empty_database()
