"""Several nights in a row, through the real warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import Conflict
from siyu.foundation.events import Event, announced
from siyu.rooms.coaching.types import Outcome
from siyu.rooms.insights.queries import portrait_of, publication_of, verify_warehouse
from siyu.rooms.operations.actions import announce, run_now, subscribe, wait_until_stable
from siyu.rooms.operations.types import RunState, RunView
from siyu.rooms.outreach.actions import finish_task, nightly_key, postpone_task, set_policy
from siyu.rooms.outreach.facts import read_contacts
from siyu.rooms.outreach.queries import today_of
from siyu.rooms.outreach.types import TaskView
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

FIRST = date(2025, 6, 1)
FRIENDS, SIZE = 24, 6
KEYS = tuple(f"c{number}" for number in range(FRIENDS))


@announced
@dataclass(frozen=True, kw_only=True)
class BellRang(Event):
    """An event whose reaction fails."""


def fail(event: BellRang) -> None:
    raise Conflict("The bell is broken.")


subscribe(event=BellRang, reaction=fail)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def new_small_brand(code: str = "main") -> Brand:
    brand = new_brand(code)
    brand.sellers({"key": "ann"}, {"key": "bob"})
    brand.customers(*({"key": key, "name": f"客{key}"} for key in KEYS))
    brand.follows(
        *({"customer_key": k, "seller_key": "ann", "followed_at": "2025-05-25 10:00"} for k in KEYS)
    )
    brand.orders(
        {"order_key": "o1", "customer_key": "c0", "paid_at": "2025-05-20 10:00"},
        {"order_key": "o2", "customer_key": "c0", "paid_at": "2025-06-01 00:30"},
    )
    set_policy(
        program_id=brand.program.id,
        list_size=SIZE,
        quota_days=2,
        hold_share_ppm=0,
        hold_window_days=3,
        control_share_ppm=0,
    )
    return brand


def night_of(brand: Brand, number: int) -> RunView:
    wait_until_stable()
    return run_now(
        program_id=brand.program.id,
        kind="nightly",
        key=nightly_key(program_id=brand.program.id, as_of=day(number)),
        arguments={"as_of": str(day(number))},
    )


def shown(brand: Brand, number: int) -> tuple[TaskView, ...]:
    viewer, seller_id = brand.seller_viewer("ann"), brand.seller("ann")
    return today_of(viewer=viewer, seller_id=seller_id, today=day(number)).open


def tasks(brand: Brand) -> list[dict[str, Any]]:
    tables = read_contacts(brand.program.id, 0, 2**62)
    return [row for table in tables for row in table.to_pylist()]


@dataclass
class Story:
    """What was seen on the way through three nights."""

    brand: Brand
    first: RunView
    again: RunView
    lists: dict[int, tuple[TaskView, ...]] = field(default_factory=dict)
    tasks_after_first: list[dict[str, Any]] = field(default_factory=list)
    tasks_after_again: list[dict[str, Any]] = field(default_factory=list)
    done: TaskView | None = None
    postponed: TaskView | None = None


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Story]:
    """The first night twice, then one task done and one put off, then two nights more."""
    with django_db_blocker.unblock():
        brand = new_small_brand()
        first = night_of(brand, 0)
        told = Story(brand, first, first)
        told.tasks_after_first = tasks(brand)
        told.again = night_of(brand, 0)
        told.tasks_after_again = tasks(brand)
        told.lists[0] = shown(brand, 0)
        told.done, told.postponed = told.lists[0][1:3]
        viewer = brand.seller_viewer("ann")
        finish_task(viewer=viewer, task_id=told.done.id, outcome=Outcome.CALL, today=day(0))
        postpone_task(viewer=viewer, task_id=told.postponed.id, days=2, today=day(0))
        for number in (1, 2):
            night_of(brand, number)
            told.lists[number] = shown(brand, number)
        yield told
        empty_database()


@pytest.mark.usefixtures("db")
class TestNights:
    def test_a_night_records_what_it_did(self, story: Story):
        assert (story.first.state, story.first.error) == (RunState.DONE, "")
        steps = {step.name: step for step in story.first.steps}
        assert list(steps)[:3] == ["reactions", "expire", "sync"]
        assert list(steps)[-4:] == ["lists", "seller_lists", "fresh_facts", "figures"]
        assert {step.state for step in steps.values()} == {RunState.DONE}
        assert steps["customers_mart"].rows == FRIENDS
        assert (steps["candidates"].rows, steps["lists"].rows) == (2 * SIZE + 10, SIZE)

    def test_a_list_of_the_best_is_shown(self, story: Story):
        assert len(story.lists[0]) == SIZE
        values = [task.expected_value_minor for task in story.lists[0]]
        assert values == sorted(values, reverse=True)

    def test_the_same_night_again_draws_nothing_anew(self, story: Story):
        assert story.tasks_after_again == story.tasks_after_first
        assert story.again.id == story.first.id
        assert {step.name: step.rows for step in story.again.steps}["lists"] == 0

    def test_what_was_left_expires_with_the_next_night(self, story: Story):
        left = {task.id for task in story.lists[0][3:]}
        expired = [row for row in tasks(story.brand) if row["task_id"] in left]
        assert {row["state"] for row in expired} == {"expired"}
        assert {row["contacted_on"] for row in expired} == {day(0)}
        assert {row["blocked_until"] for row in expired} == {None}
        assert not left & {task.id for task in (*story.lists[1], *story.lists[2])}

    def test_who_was_left_may_be_drawn_again(self, story: Story):
        left = {task.customer_id for task in story.lists[0][3:]}
        assert left & {task.customer_id for task in story.lists[1]}

    def test_who_was_contacted_rests_for_the_quota(self, story: Story):
        assert story.done is not None
        assert story.done.customer_id not in {task.customer_id for task in story.lists[1]}
        assert story.done.customer_id in {task.customer_id for task in story.lists[2]}

    def test_a_postponed_task_comes_back_in_a_place_of_its_own(self, story: Story):
        assert story.postponed is not None
        assert story.postponed.customer_id not in {task.customer_id for task in story.lists[1]}
        back = [task for task in story.lists[2] if task.id == story.postponed.id]
        assert [task.due_on for task in back] == [day(2)]
        assert len(story.lists[1]) == len(story.lists[2]) == SIZE
        drawn = [row for row in tasks(story.brand) if row["drawn_on"] == day(2)]
        assert len(drawn) == SIZE - 1

    def test_readers_see_the_newest_night(self, story: Story):
        published = publication_of(program_id=story.brand.program.id)
        assert published is not None
        assert published.as_of == day(2)
        assert verify_warehouse(program_id=story.brand.program.id) == []

    def test_what_happened_on_the_day_of_the_list_counts_the_next_night(self, story: Story):
        portrait = portrait_of(viewer=story.brand.owner, customer_id=story.brand.customer("c0"))
        assert portrait is not None
        assert (portrait["orders"], portrait["last_on"]) == (2, day(0))


class TestHandOver:
    def test_what_was_put_off_goes_with_the_customer(self, transactional_db: None):
        brand = new_small_brand("handed")
        night_of(brand, 0)
        given, kept = shown(brand, 0)[1:3]
        viewer = brand.seller_viewer("ann")
        for task in (given, kept):
            postpone_task(viewer=viewer, task_id=task.id, days=3, today=day(0))
        (key,) = [k for k in KEYS if brand.customer(k) == given.customer_id]
        brand.follow(key, "bob", "2025-06-01 12:00", is_serving=True)
        night_of(brand, 1)
        states = {row["task_id"]: row["state"] for row in tasks(brand)}
        assert (states[given.id], states[kept.id]) == ("expired", "open")
        bob, bob_id = brand.seller_viewer("bob"), brand.seller("bob")
        listed = today_of(viewer=bob, seller_id=bob_id, today=day(1)).open
        assert [task.customer_id for task in listed] == [given.customer_id]


class TestFailure:
    def test_a_failing_reaction_stops_the_night_of_its_program_only(self, transactional_db: None):
        brand, other = new_small_brand(), new_small_brand("other")
        announce(BellRang(program_id=brand.program.id))
        with pytest.raises(Conflict, match="Failed reactions"):
            night_of(brand, 0)
        assert publication_of(program_id=brand.program.id) is None
        assert tasks(brand) == []
        run = night_of(other, 0)
        assert run.state is RunState.DONE
        assert len(tasks(other)) == SIZE
        assert tasks(brand) == []
