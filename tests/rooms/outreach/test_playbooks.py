"""Playbooks at headquarters: their words, their launch, and what they added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.content.queries import newest_templates
from siyu.rooms.insights.types import Readout
from siyu.rooms.operations.actions import run_now, wait_until_stable
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.outreach.actions import edit_playbook, launch_playbook, nightly_key, set_policy
from siyu.rooms.outreach.facts import read_contacts
from siyu.rooms.outreach.queries import (
    find_playbook,
    playbooks_of,
    policy_of,
    readout_of,
    work_by_playbook,
)
from siyu.rooms.outreach.types import PlaybookView
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
FRIENDS = 800
HORIZON = 14
SIGNAL = "never_ordered"
WORDS = {"zh-hans": "{customer}您好", "en": "Hello {customer}"}


@dataclass(frozen=True)
class Tried:
    """A brand whose friends were issued and held by halves, and what they did."""

    brand: Brand
    issued: int
    held: int
    bought: int


def night(brand: Brand, as_of: date) -> None:
    wait_until_stable()
    run_now(
        program_id=brand.program.id,
        kind="nightly",
        key=nightly_key(program_id=brand.program.id, as_of=as_of),
        arguments={"as_of": str(as_of)},
    )


def tried_brand() -> Tried:
    """Every second issued customer buys for 200 yuan within the horizon, of the held one in ten."""
    brand = new_brand("tried")
    brand.sellers({"key": "ann", "store_key": "n1"})
    policy = policy_of(program_id=brand.program.id)
    changed = replace(policy, list_size=FRIENDS, hold_share_ppm=500_000, control_share_ppm=0)
    set_policy(program_id=brand.program.id, **vars(changed))
    for number in range(FRIENDS):
        brand.follow(f"c{number}", "ann", "2025-05-20 10:00")
    brand.react()
    night(brand, AS_OF)
    keys = {brand.customer(f"c{number}"): f"c{number}" for number in range(FRIENDS)}
    tables = read_contacts(brand.program.id, 0, 2**62)
    rows = sorted(
        (row for table in tables for row in table.to_pylist()), key=lambda row: row["customer_id"]
    )
    held = [row["customer_id"] for row in rows if row["state"] == "held"]
    issued = [row["customer_id"] for row in rows if row["state"] == "open"]
    buyers = [*issued[::2], *held[::10]]
    day = AS_OF + timedelta(days=HORIZON - 1)
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
        ),
        {
            "order_key": "too late",
            "customer_key": keys[held[1]],
            "paid_at": f"{day + timedelta(days=1)} 10:00",
            "quantity": "1",
            "unit_price": "200",
        },
    )
    brand.react()
    night(brand, AS_OF + timedelta(days=HORIZON))
    return Tried(brand, len(issued), len(held), len(buyers))


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tried]:
    with django_db_blocker.unblock():
        yield tried_brand()
        empty_database()


@pytest.fixture
def tried(committed: Tried, db: None) -> Tried:
    return committed


@pytest.fixture
def brand(tried: Tried) -> Brand:
    return tried.brand


def playbook(viewer: Viewer, *, on: date = AS_OF, signal: str = SIGNAL) -> PlaybookView:
    return next(each for each in playbooks_of(viewer=viewer, on=on) if each.signal == signal)


def read(viewer: Viewer, **more: date) -> Readout:
    return readout_of(viewer=viewer, playbook=playbook(viewer, **more))


class TestReadout:
    def test_all_issued_are_compared_with_all_held_done_or_not(self, tried: Tried):
        found = read(tried.brand.owner)
        assert (found.issued.customers, found.held.customers) == (tried.issued, tried.held)
        assert found.issued.buyers == -(-tried.issued // 2)
        assert found.issued.buyers + found.held.buyers == tried.bought
        assert found.issued.spend_minor == found.issued.buyers * 20_000
        assert found.until_on == AS_OF

    def test_the_effect_has_an_interval_that_holds_at_every_look(self, tried: Tried):
        found = read(tried.brand.owner)
        bought, spent = found.bought, found.spent
        assert bought
        assert spent
        share = found.issued.buyers / tried.issued - found.held.buyers / tried.held
        assert bought.difference == pytest.approx(share * 1_000_000)
        assert spent.difference == pytest.approx(share * 20_000)
        assert 0 < bought.low < bought.difference < bought.high
        assert bought.is_told
        assert not bought.is_final
        assert bought.p < 0.05
        assert found.days_more == 0
        (day,) = found.days
        assert (day.on, day.effect) == (AS_OF + timedelta(days=HORIZON), bought)

    def test_a_playbook_without_draws_tells_nothing_yet(self, brand: Brand):
        found = readout_of(viewer=brand.owner, playbook=playbook(brand.owner, signal="birthday"))
        assert (found.issued.customers, found.held.customers) == (0, 0)
        assert found.bought is found.spent is found.days_more is None
        assert found.days == ()

    def test_when_the_plan_is_over_the_result_is_read_once(self, brand: Brand):
        planned = playbook(brand.owner)
        over = replace(planned, launch=replace(planned.launch, planned_days=1, horizon_days=13))
        found = readout_of(viewer=brand.owner, playbook=over)
        assert found.bought
        assert found.bought.is_final
        assert found.bought.high - found.bought.low < (
            (daily := found.days[-1].effect).high - daily.low
        ), "who looks once may say more"

    def test_only_those_who_see_the_whole_program(self, brand: Brand):
        manager = brand.staff("max", Role.STORE_MANAGER, brand.store("n1"))
        for viewer in (manager, brand.seller_viewer("ann")):
            with pytest.raises(NotAllowed):
                playbooks_of(viewer=viewer, on=AS_OF)


class TestEditing:
    def test_words_place_and_use_are_changed_and_noted(self, brand: Brand):
        found = playbook(brand.owner)
        edit_playbook(
            viewer=brand.owner, playbook_id=found.id, priority=1, is_enabled=False, texts=WORDS
        )
        changed = find_playbook(viewer=brand.owner, playbook_id=found.id, on=AS_OF)
        assert (changed.priority, changed.is_enabled) == (1, False)
        for language, text in WORDS.items():
            words = newest_templates(program_id=brand.program.id, codes=[SIGNAL], language=language)
            assert words[SIGNAL].text == text
        entry = audit_page(viewer=brand.owner)[0]
        assert (entry.action, entry.subject) == ("edit playbook", f"playbook {SIGNAL}")

    @pytest.mark.parametrize("words", [{"en": "Hello {nobody}"}, {"en": "  "}])
    def test_words_that_cannot_be_filled_in_change_nothing(
        self, brand: Brand, words: dict[str, str]
    ):
        found = playbook(brand.owner)
        with pytest.raises(BadInput):
            edit_playbook(
                viewer=brand.owner, playbook_id=found.id, priority=1, is_enabled=False, texts=words
            )
        assert playbook(brand.owner) == found

    def test_nobody_edits_without_the_right_or_in_another_program(self, brand: Brand):
        found = playbook(brand.owner)
        reader = brand.staff("rita", Role.ANALYST)
        edited = {"playbook_id": found.id, "priority": 1, "is_enabled": True, "texts": {}}
        with pytest.raises(NotAllowed):
            edit_playbook(viewer=reader, **edited)
        with pytest.raises(NotFound):
            edit_playbook(viewer=new_brand("elsewhere").owner, **edited)


class TestLaunch:
    def launch(self, brand: Brand, **changes: int) -> None:
        given = {"horizon_days": 7, "planned_days": 30} | changes
        launch_playbook(
            viewer=brand.owner, playbook_id=playbook(brand.owner).id, today=AS_OF, **given
        )

    def test_it_counts_from_the_next_day_with_its_own_horizon(self, brand: Brand):
        before = playbook(brand.owner).launch
        self.launch(brand)
        self.launch(brand, horizon_days=10)
        assert playbook(brand.owner, on=AS_OF).launch == before
        tomorrow = playbook(brand.owner, on=AS_OF + timedelta(days=1)).launch
        assert (tomorrow.launched_on, tomorrow.horizon_days) == (AS_OF + timedelta(days=1), 10)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"horizon_days": 0}, "horizon_days"),
            ({"horizon_days": HORIZON + 1}, "horizon_days"),
            ({"planned_days": 7}, "planned_days"),
            ({"planned_days": 366}, "planned_days"),
        ],
    )
    def test_a_plan_that_cannot_be_read_out_is_refused(
        self, brand: Brand, changes: dict[str, int], field: str
    ):
        with pytest.raises(BadInput) as refused:
            self.launch(brand, **changes)
        assert refused.value.field == field


def test_work_is_counted_by_state(tried: Tried):
    counts = work_by_playbook(viewer=tried.brand.owner, since=AS_OF)
    own = counts[playbook(tried.brand.owner).id]
    assert own["held"] >= tried.held
    assert own["expired"] == tried.issued
