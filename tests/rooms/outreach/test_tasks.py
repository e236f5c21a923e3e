"""What a seller does with a task, and what nobody else can do with it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.coaching.types import Outcome, SkipReason, TaskState
from siyu.rooms.customers.actions import merge_customers, opt_out
from siyu.rooms.customers.queries import find_customer
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.outreach.actions import finish_task, postpone_task, reopen_task, skip_task
from siyu.rooms.outreach.queries import (
    contacts_with,
    find_task,
    longest_lists,
    open_task_of,
    today_of,
    work_done,
)
from siyu.rooms.outreach.types import TaskView
from tests.rooms.outreach.night import AS_OF, FRIENDS, Night

Act = Callable[[Viewer, int], None]
TOMORROW = AS_OF + timedelta(days=1)
ACTS: dict[str, Act] = {
    "finish": lambda viewer, task: finish_task(
        viewer=viewer, task_id=task, outcome=Outcome.CALL, today=AS_OF
    ),
    "skip": lambda viewer, task: skip_task(
        viewer=viewer, task_id=task, reason=SkipReason.UNREACHABLE, today=AS_OF
    ),
    "postpone": lambda viewer, task: postpone_task(
        viewer=viewer, task_id=task, days=1, today=AS_OF
    ),
}


@pytest.fixture
def drawn(night: Night) -> Night:
    night.policy(list_size=5, hold_share_ppm=0, control_share_ppm=0)
    night.draw()
    return night


@pytest.fixture
def viewer(drawn: Night) -> Viewer:
    return drawn.viewer()


@pytest.fixture
def task(drawn: Night) -> TaskView:
    return drawn.open()[0]


def done(night: Night, today: date = AS_OF) -> tuple[TaskView, ...]:
    viewer, seller_id = night.viewer(), night.brand.seller("s0")
    return today_of(viewer=viewer, seller_id=seller_id, today=today).closed


class TestFinish:
    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_a_finished_task_leaves_the_list(
        self, drawn: Night, viewer: Viewer, task: TaskView, outcome: Outcome
    ):
        finish_task(viewer=viewer, task_id=task.id, outcome=outcome, today=AS_OF)
        assert len(drawn.open()) == 4
        (closed,) = done(drawn)
        assert (closed.id, closed.state, closed.outcome) == (task.id, TaskState.DONE, outcome)
        assert closed.closed_at is not None
        (contact,) = contacts_with(viewer=viewer, customer_id=task.customer_id)
        assert contact == closed == find_task(viewer=viewer, task_id=task.id)
        counts = work_done(viewer=viewer, seller_id=task.seller_id, since=AS_OF)
        assert counts == {"done": 1, "skipped": 0, "expired": 0}
        assert open_task_of(viewer=viewer, customer_id=task.customer_id) is None

    def test_it_blocks_the_customer_for_the_quota(
        self, drawn: Night, viewer: Viewer, task: TaskView
    ):
        finish_task(viewer=viewer, task_id=task.id, outcome=Outcome.CALL, today=AS_OF)
        (row,) = drawn.of("s0", "done")
        assert (row["contacted_on"], row["blocked_until"]) == (AS_OF, AS_OF + timedelta(days=7))

    @pytest.mark.parametrize("act", ["finish", "skip", "postpone"])
    @pytest.mark.parametrize("before", ["finish", "skip"])
    def test_a_closed_task_is_not_closed_again(
        self, drawn: Night, viewer: Viewer, task: TaskView, before: str, act: str
    ):
        ACTS[before](viewer, task.id)
        closed = find_task(viewer=viewer, task_id=task.id)
        with pytest.raises(Conflict):
            ACTS[act](viewer, task.id)
        assert find_task(viewer=viewer, task_id=task.id) == closed


class TestSkip:
    def test_a_skipped_task_keeps_its_reason(self, drawn: Night, viewer: Viewer, task: TaskView):
        skip_task(viewer=viewer, task_id=task.id, reason=SkipReason.JUST_BOUGHT, today=AS_OF)
        (closed,) = done(drawn)
        assert (closed.state, closed.skip_reason) == (TaskState.SKIPPED, "just_bought")
        assert not find_customer(viewer=viewer, customer_id=task.customer_id).opted_out

    def test_who_wants_no_contact_is_opted_out_at_once(
        self, drawn: Night, viewer: Viewer, task: TaskView
    ):
        told = {"viewer": viewer, "task_id": task.id, "today": AS_OF}
        skip_task(reason=SkipReason.WANTS_NO_CONTACT, **told)
        assert find_customer(viewer=viewer, customer_id=task.customer_id).opted_out
        reopen_task(**told)
        assert not find_customer(viewer=viewer, customer_id=task.customer_id).opted_out
        assert len(drawn.open()) == 5

    def test_undoing_another_reason_leaves_an_opt_out_alone(self, viewer: Viewer, task: TaskView):
        told = {"viewer": viewer, "task_id": task.id, "today": AS_OF}
        opt_out(viewer=viewer, customer_id=task.customer_id, out=True)
        skip_task(reason=SkipReason.OTHER, **told)
        reopen_task(**told)
        assert find_customer(viewer=viewer, customer_id=task.customer_id).opted_out


class TestPostpone:
    def test_a_postponed_task_comes_back_on_its_day(
        self, drawn: Night, viewer: Viewer, task: TaskView
    ):
        postpone_task(viewer=viewer, task_id=task.id, days=3, today=AS_OF)
        assert task.id not in {one.id for one in drawn.open()}
        assert done(drawn) == ()
        before, on = (AS_OF + timedelta(days=days) for days in (2, 3))
        assert task.id not in {one.id for one in drawn.open(today=before)}
        assert task.id in {one.id for one in drawn.open(today=on)}
        assert find_task(viewer=viewer, task_id=task.id).due_on == on

    @pytest.mark.parametrize("days", [-1, 0, 15, 1000])
    def test_only_by_a_day_to_two_weeks(
        self, drawn: Night, viewer: Viewer, task: TaskView, days: int
    ):
        with pytest.raises(BadInput) as refused:
            postpone_task(viewer=viewer, task_id=task.id, days=days, today=AS_OF)
        assert refused.value.field == "days"
        assert len(drawn.open()) == 5


class TestReopen:
    @pytest.mark.parametrize("act", sorted(ACTS))
    def test_what_was_done_today_can_be_undone(
        self, drawn: Night, viewer: Viewer, task: TaskView, act: str
    ):
        ACTS[act](viewer, task.id)
        reopen_task(viewer=viewer, task_id=task.id, today=AS_OF)
        assert find_task(viewer=viewer, task_id=task.id) == task
        assert task in drawn.open()
        (row,) = [row for row in drawn.of("s0") if row["task_id"] == task.id]
        assert (row["state"], row["contacted_on"], row["blocked_until"]) == ("open", None, None)

    @pytest.mark.parametrize("act", ["finish", "skip"])
    def test_what_was_done_yesterday_stays(self, viewer: Viewer, task: TaskView, act: str):
        ACTS[act](viewer, task.id)
        closed = find_task(viewer=viewer, task_id=task.id)
        with pytest.raises(Conflict):
            reopen_task(viewer=viewer, task_id=task.id, today=TOMORROW)
        assert find_task(viewer=viewer, task_id=task.id) == closed


class TestOthers:
    @pytest.mark.parametrize("act", [*sorted(ACTS), "reopen", "look"])
    def test_the_task_of_another_seller_is_not_found(self, drawn: Night, task: TaskView, act: str):
        acts = ACTS | {
            "reopen": lambda v, t: reopen_task(viewer=v, task_id=t, today=AS_OF),
            "look": lambda v, t: find_task(viewer=v, task_id=t),
        }
        with pytest.raises(NotFound):
            acts[act](drawn.viewer("s1"), task.id)
        assert task in drawn.open()

    def test_the_list_of_another_seller_is_not_found(self, drawn: Night):
        other = drawn.viewer("s1")
        seller_id = drawn.brand.seller("s0")
        with pytest.raises(NotFound):
            today_of(viewer=other, seller_id=seller_id, today=AS_OF)
        with pytest.raises(NotFound):
            work_done(viewer=other, seller_id=seller_id, since=AS_OF)
        with pytest.raises(NotFound):
            contacts_with(viewer=other, customer_id=drawn.friend(1))
        assert open_task_of(viewer=other, customer_id=drawn.open()[0].customer_id) is None

    @pytest.mark.parametrize(
        "role", [Role.ADMINISTRATOR, Role.OPERATOR, Role.ANALYST, Role.STORE_MANAGER]
    )
    def test_nobody_else_works_the_tasks_of_a_seller(
        self, drawn: Night, task: TaskView, role: Role
    ):
        manager = drawn.brand.staff("boss", role, drawn.brand.store("headquarters"))
        for act in (
            *(lambda act=act: act(manager, task.id) for act in ACTS.values()),
            lambda: find_task(viewer=manager, task_id=task.id),
            lambda: today_of(viewer=manager, seller_id=task.seller_id, today=AS_OF),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert task in drawn.open()

    def test_a_manager_sees_how_much_was_done(self, drawn: Night, viewer: Viewer, task: TaskView):
        ACTS["finish"](viewer, task.id)
        manager = drawn.brand.staff("sam", Role.STORE_MANAGER, drawn.brand.store("headquarters"))
        counts = work_done(viewer=manager, seller_id=task.seller_id, since=AS_OF)
        assert counts["done"] == 1
        assert task.seller_id in longest_lists(viewer=manager, on=AS_OF, limit=20)

    def test_who_handed_the_customer_over_no_longer_sees_what_was_done(
        self, drawn: Night, viewer: Viewer, task: TaskView
    ):
        ACTS["finish"](viewer, task.id)
        key = next(f"c0-{n}" for n in range(220) if drawn.friend(n) == task.customer_id)
        drawn.brand.follow(key, "s1", "2025-06-01 09:00", is_serving=True)
        with pytest.raises(NotFound):
            contacts_with(viewer=viewer, customer_id=task.customer_id)
        (contact,) = contacts_with(viewer=drawn.viewer("s1"), customer_id=task.customer_id)
        assert contact.id == task.id


class TestToday:
    def test_without_a_list_of_today_the_last_one_shows(self, drawn: Night):
        viewer, seller_id = drawn.viewer(), drawn.brand.seller("s0")
        shown = today_of(viewer=viewer, seller_id=seller_id, today=TOMORROW)
        assert (shown.on, len(shown.open)) == (AS_OF, 5)

    def test_a_list_of_tomorrow_does_not_show_today(self, drawn: Night):
        shown = today_of(
            viewer=drawn.viewer(),
            seller_id=drawn.brand.seller("s0"),
            today=AS_OF - timedelta(days=1),
        )
        assert shown.open == ()

    def test_the_most_valuable_comes_first(self, drawn: Night):
        values = [task.expected_value_minor for task in drawn.open()]
        assert values == sorted(values, reverse=True)


class TestLeftAlone:
    def test_a_customer_who_was_handed_over_leaves_the_list_at_once(
        self, drawn: Night, viewer: Viewer, task: TaskView
    ):
        hand_over(drawn, task)
        assert task.customer_id not in {one.customer_id for one in drawn.open()}
        assert len(drawn.open()) == 4

    def test_a_customer_who_wants_no_contact_leaves_the_list_at_once(
        self, drawn: Night, viewer: Viewer, task: TaskView
    ):
        opt_out(viewer=viewer, customer_id=task.customer_id, out=True)
        assert len(drawn.open()) == 4
        opt_out(viewer=viewer, customer_id=task.customer_id, out=False)
        assert len(drawn.open()) == 5


def hand_over(night: Night, task: TaskView) -> None:
    (key,) = [
        key
        for key in (f"c0-{number}" for number in range(FRIENDS))
        if night.brand.customer(key) == task.customer_id
    ]
    night.brand.follow(key, "s1", "2025-06-01 09:00", is_serving=True)


def test_undo_gives_no_consent_that_was_taken_back_before(
    drawn: Night, viewer: Viewer, task: TaskView
):
    opt_out(viewer=viewer, customer_id=task.customer_id, out=True)
    reason = SkipReason.WANTS_NO_CONTACT
    with pytest.raises(Conflict):
        skip_task(viewer=viewer, task_id=task.id, reason=reason, today=AS_OF)
    skip_task(viewer=viewer, task_id=task.id, reason=SkipReason.UNREACHABLE, today=AS_OF)
    reopen_task(viewer=viewer, task_id=task.id, today=AS_OF)
    assert find_customer(viewer=viewer, customer_id=task.customer_id).opted_out


def test_a_customer_who_turns_out_to_be_another_leaves_the_list(drawn: Night, task: TaskView):
    brand = drawn.brand
    brand.customers({"key": "kept"})
    kept_id = brand.customer("kept")
    merge_customers(
        viewer=brand.owner, customer_ids=[task.customer_id], kept_id=kept_id, reason="the same"
    )
    brand.react()
    assert task.id not in {each.id for each in drawn.open()}
    assert kept_id not in {each.customer_id for each in drawn.open()}
