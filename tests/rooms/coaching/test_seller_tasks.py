"""Tasks about sellers: drawn at night, worked by whoever leads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.coaching.actions import (
    draw_seller_tasks,
    finish_seller_task,
    reopen_seller_task,
    skip_seller_task,
)
from siyu.rooms.coaching.models import SellerTask
from siyu.rooms.coaching.queries import seller_tasks_closed, seller_tasks_of
from siyu.rooms.coaching.types import Outcome, SellerTaskView, SkipReason, TaskState
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.outreach.actions import set_policy
from siyu.rooms.outreach.queries import policy_of
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand
from tests.rooms.outreach.night import run_log
from tests.rooms.outreach.test_playbooks import night

AS_OF = date(2025, 6, 1)
NORTH, SOUTH = 12, 3
REST_DAYS, OPEN_DAYS, PER_UNIT = 14, 7, 5


@dataclass(frozen=True)
class Shops:
    """A night's candidates: sellers of two shops who never sold; tasks are not drawn yet."""

    brand: Brand
    results_id: int

    def draw(self, days: int = 0) -> int:
        as_of = AS_OF + timedelta(days=days)
        return draw_seller_tasks(
            program_id=self.brand.program.id,
            results_id=self.results_id,
            as_of=as_of,
            hold_share_ppm=policy_of(program_id=self.brand.program.id).hold_share_ppm,
            log=run_log(self.brand, f"draw {days}"),
        )

    def hold(self, share_ppm: int) -> None:
        policy = vars(policy_of(program_id=self.brand.program.id))
        set_policy(program_id=self.brand.program.id, **{**policy, "hold_share_ppm": share_ppm})

    def open(self, viewer: Viewer | None = None, days: int = 0) -> list[SellerTaskView]:
        viewer = viewer or self.brand.owner
        tasks, count, worth_minor = seller_tasks_of(
            viewer=viewer, today=AS_OF + timedelta(days=days)
        )
        assert count == len(tasks)
        assert worth_minor == sum(task.expected_value_minor for task in tasks)
        return tasks

    def manager(self, store: str) -> Viewer:
        return self.brand.staff(f"of {store}", Role.STORE_MANAGER, self.brand.store(store))


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shops]:
    with django_db_blocker.unblock():
        brand = new_brand("shops")
        for store, number in (("n1", NORTH), ("s1", SOUTH)):
            brand.sellers(*({"key": f"{store}-{k}", "store_key": store} for k in range(number)))
        brand.react()
        night(brand, AS_OF)
        published = publication_of(program_id=brand.program.id)
        assert published
        SellerTask.objects.all().delete()
        yield Shops(brand, published.run_id)
        empty_database()


@pytest.fixture
def shops(committed: Shops, db: None) -> Shops:
    committed.hold(0)
    return committed


def test_a_unit_has_five_tasks_and_a_day_is_drawn_once(shops: Shops):
    assert shops.draw() == PER_UNIT + SOUTH
    assert shops.draw() == 0
    tasks = shops.open()
    assert {task.signal for task in tasks} == {"first_sale_due"}
    assert len({task.seller_id for task in tasks}) == PER_UNIT + SOUTH
    assert shops.draw(days=1) == 0, "both shops are full, or have nobody left"


def test_a_manager_sees_and_works_only_the_own_shop(shops: Shops):
    shops.draw()
    north, south = shops.manager("n1"), shops.manager("s1")
    assert len(shops.open(north)) == PER_UNIT
    assert len(shops.open(south)) == SOUTH
    other = shops.open(south)[0]
    done = {"outcome": Outcome.CALL, "note": "", "today": AS_OF}
    with pytest.raises(NotFound):
        finish_seller_task(viewer=north, task_id=other.id, **done)
    seller = shops.brand.seller_viewer("n1-0")
    with pytest.raises(NotAllowed):
        shops.open(seller)
    with pytest.raises(NotFound):
        finish_seller_task(viewer=new_brand("far").owner, task_id=other.id, **done)


def test_who_was_looked_after_rests_and_makes_room(shops: Shops):
    shops.draw()
    viewer = shops.manager("n1")
    first = shops.open(viewer)[0]
    finish_seller_task(
        viewer=viewer, task_id=first.id, outcome=Outcome.VISIT, note=" met her ", today=AS_OF
    )
    (closed,) = seller_tasks_closed(viewer=viewer, since=AS_OF)
    assert (closed.outcome, closed.note, closed.state) == ("visit", "met her", TaskState.DONE)
    assert shops.draw(days=1) == 1
    for days in (1, REST_DAYS - 1):
        assert first.seller_id not in {task.seller_id for task in shops.open(days=days)}
        shops.draw(days=days + 1)


def test_what_nobody_did_runs_out_after_a_week_and_may_come_again(shops: Shops):
    shops.draw()
    sellers = {task.seller_id for task in shops.open(shops.manager("s1"))}
    assert len(shops.open(days=OPEN_DAYS - 1)) == PER_UNIT + SOUTH
    assert shops.open(days=OPEN_DAYS) == []
    shops.draw(days=OPEN_DAYS)
    states = SellerTask.objects.filter(drawn_on=AS_OF).values_list("state", flat=True)
    assert set(states) == {TaskState.EXPIRED}
    assert sellers <= {task.seller_id for task in shops.open(days=OPEN_DAYS)}


def test_held_tasks_take_their_place_and_never_show(shops: Shops):
    shops.hold(1_000_000)
    assert shops.draw() == PER_UNIT + SOUTH
    assert shops.open() == []
    held = SellerTask.objects.first()
    assert held
    assert held.blocked_until == AS_OF + timedelta(days=REST_DAYS)
    with pytest.raises(NotFound):
        skip_seller_task(
            viewer=shops.brand.owner, task_id=held.id, reason=SkipReason.OTHER, today=AS_OF
        )


def test_what_was_closed_today_can_be_undone(shops: Shops):
    shops.draw()
    viewer, task = shops.brand.owner, shops.open()[0]
    skip = {"viewer": viewer, "task_id": task.id, "reason": SkipReason.OTHER, "today": AS_OF}
    skip_seller_task(**skip)
    with pytest.raises(Conflict):
        skip_seller_task(**skip)
    with pytest.raises(Conflict):
        reopen_seller_task(viewer=viewer, task_id=task.id, today=AS_OF + timedelta(days=1))
    reopen_seller_task(viewer=viewer, task_id=task.id, today=AS_OF)
    assert task in shops.open()


def test_a_note_that_is_too_long_changes_nothing(shops: Shops):
    shops.draw()
    task = shops.open()[0]
    with pytest.raises(BadInput):
        finish_seller_task(
            viewer=shops.brand.owner,
            task_id=task.id,
            outcome=Outcome.CALL,
            note="x" * 501,
            today=AS_OF,
        )
    assert task in shops.open()


def test_a_long_list_comes_page_by_page(shops: Shops):
    shops.draw()
    first, count, _ = seller_tasks_of(viewer=shops.brand.owner, today=AS_OF, size=5)
    second, _, _ = seller_tasks_of(viewer=shops.brand.owner, today=AS_OF, page=2, size=5)
    assert (len(first), len(second), count) == (5, 3, PER_UNIT + SOUTH)
    assert [*first, *second] == shops.open()


def test_who_moved_or_left_leaves_the_list_in_the_night(shops: Shops):
    shops.draw()
    moved, left, *_ = [task.seller_id for task in shops.open(shops.manager("n1"))]
    keys = {shops.brand.seller(f"n1-{k}"): f"n1-{k}" for k in range(NORTH)}
    shops.brand.sellers(
        {"key": keys[moved], "store_key": "s1"},
        {"key": keys[left], "store_key": "n1", "status": "left"},
    )
    shops.draw(days=1)
    open_now = {task.seller_id: task.unit_id for task in shops.open(days=1)}
    assert left not in open_now
    assert open_now.get(moved) in (None, shops.brand.store("s1"))
