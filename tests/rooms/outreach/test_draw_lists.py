from datetime import date, timedelta

import pytest

from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.coaching.types import Outcome, SkipReason
from siyu.rooms.customers.actions import opt_out
from siyu.rooms.operations.types import Viewer
from siyu.rooms.outreach.actions import (
    finish_task,
    postpone_task,
    reopen_task,
    skip_task,
)
from siyu.rooms.outreach.models import DrawnList, Playbook, Task
from siyu.rooms.outreach.queries import (
    contacts_with,
    find_task,
    longest_lists,
    open_task_of,
    policy_of,
    work_done,
)
from tests.rooms.brand import new_brand
from tests.rooms.outreach.night import AS_OF, FRIENDS, SELLERS, Night

EVERYONE = 1_000_000


def day(number: int) -> date:
    return AS_OF + timedelta(days=number)


def customers(tasks: list[dict[str, object]]) -> set[object]:
    return {task["customer_id"] for task in tasks}


class TestList:
    def test_every_working_seller_gets_a_list_of_the_size(self, night: Night):
        assert night.draw() == 20 * len(SELLERS)
        for seller in SELLERS:
            own = night.of(seller)
            assert len(own) == 20
            assert len(customers(own)) == 20
            assert {task["drawn_on"] for task in own} == {AS_OF}
        assert night.of("gone") == []
        first = longest_lists(viewer=night.brand.owner, on=AS_OF, limit=100)
        assert sorted(first) == sorted(night.brand.seller(key) for key in SELLERS)

    def test_places_are_counted_from_the_most_valuable(self, night: Night):
        night.draw()
        for seller in SELLERS:
            rows = Task.objects.filter(seller_id=night.brand.seller(seller)).order_by("rank")
            assert list(rows.values_list("rank", flat=True)) == list(range(1, 21))
            values = list(rows.values_list("expected_value_minor", flat=True))
            assert values == sorted(values, reverse=True)

    def test_a_task_tells_its_reason_in_numbers(self, night: Night):
        night.draw()
        task = night.open()[0]
        assert (task.signal, task.template_code) == ("never_ordered", "never_ordered")
        assert task.evidence["days_since_follow"] == 12
        assert task.evidence["expected_value_minor"] == task.expected_value_minor
        assert (task.drawn_on, task.due_on) == (AS_OF, AS_OF)

    def test_no_customer_is_on_two_lists(self, night: Night):
        night.draw()
        tasks = night.tasks()
        assert len(customers(tasks)) == len(tasks)

    def test_a_day_is_drawn_once(self, night: Night):
        night.draw()
        before = night.tasks(), night.arms()
        night.policy(list_size=50, hold_share_ppm=0)
        assert night.draw() == 0
        assert (night.tasks(), night.arms()) == before

    def test_only_missing_lists_are_drawn(self, night: Night):
        night.draw()
        lost = night.brand.seller("s3")
        others = [task for task in night.tasks() if task["seller_id"] != lost]
        DrawnList.objects.filter(seller_id=lost).delete()
        Task.objects.filter(seller_id=lost).delete()
        assert night.draw() == 20
        assert len(night.of("s3")) == 20
        assert [task for task in night.tasks() if task["seller_id"] != lost] == others

    def test_a_disabled_playbook_is_not_played(self, night: Night):
        Playbook.objects.filter(signal="never_ordered").update(is_enabled=False)
        assert night.draw() == 0
        assert night.tasks() == []
        assert night.arms() == {}

    def test_another_program_is_left_alone(self, night: Night):
        other = new_brand("other")
        other.sellers({"key": "ann"})
        night.draw()
        assert not Task.objects.filter(program_id=other.program.id).exists()
        assert not DrawnList.objects.filter(program_id=other.program.id).exists()


class TestShares:
    def test_the_shares_of_held_and_left_alone_are_as_told(self, night: Night):
        """Six standard deviations of a binomial, so that chance fails this about never."""
        night.policy(list_size=FRIENDS)
        night.draw()
        held = len([task for task in night.tasks() if task["state"] == "held"])
        tasks = len(night.tasks())
        control = len([arm for arm in night.arms().values() if arm == "control"])
        considered = tasks + control
        assert considered > 2_000
        assert abs(held - tasks * 0.1) < 6 * (tasks * 0.1 * 0.9) ** 0.5
        assert abs(control - considered * 0.05) < 6 * (considered * 0.05 * 0.95) ** 0.5

    def test_nobody_and_everybody(self, night: Night):
        night.policy(hold_share_ppm=0, control_share_ppm=0)
        night.draw()
        assert {task["state"] for task in night.tasks()} == {"open"}
        assert set(night.arms().values()) == {"treated"}
        night.policy(hold_share_ppm=EVERYONE)
        night.draw(day(1))
        assert {t["state"] for t in night.tasks() if t["drawn_on"] == day(1)} == {"held"}

    @pytest.mark.parametrize(
        "wrong",
        [
            {"hold_share_ppm": EVERYONE + 1},
            {"control_share_ppm": -1},
            {"list_size": 0},
        ],
    )
    def test_limits_that_make_no_sense_are_refused(self, night: Night, wrong: dict[str, int]):
        before = policy_of(program_id=night.brand.program.id)
        with pytest.raises(BadInput) as refused:
            night.policy(**wrong)
        assert refused.value.field == next(iter(wrong))
        assert policy_of(program_id=night.brand.program.id) == before


class TestHeld:
    @pytest.fixture
    def held(self, night: Night) -> list[dict[str, object]]:
        """The held tasks of one seller, half of all."""
        night.policy(hold_share_ppm=500_000)
        night.draw()
        found = night.of("s0", "held")
        assert found
        return found

    def test_a_held_task_takes_its_place_in_the_list(
        self, night: Night, held: list[dict[str, object]]
    ):
        assert len(night.open()) == 20 - len(held)
        assert len(night.of("s0")) == 20

    def test_it_is_never_visible(self, night: Night, held: list[dict[str, object]]):
        viewer = night.viewer()
        ids = {task["task_id"] for task in held}
        assert not ids & {task.id for task in night.open()}
        for task in held:
            with pytest.raises(NotFound):
                find_task(viewer=viewer, task_id=task["task_id"])
            assert contacts_with(viewer=viewer, customer_id=task["customer_id"]) == []
            assert open_task_of(viewer=viewer, customer_id=task["customer_id"]) is None
        counts = work_done(viewer=viewer, seller_id=night.brand.seller("s0"), since=AS_OF)
        assert set(counts.values()) == {0}

    def test_nothing_can_be_done_to_it(self, night: Night, held: list[dict[str, object]]):
        viewer, task_id = night.viewer(), held[0]["task_id"]
        told = {"viewer": viewer, "task_id": task_id, "today": AS_OF}
        for act in (
            lambda: finish_task(outcome=Outcome.CALL, **told),
            lambda: skip_task(reason=SkipReason.OTHER, **told),
            lambda: postpone_task(days=1, **told),
            lambda: reopen_task(**told),
        ):
            with pytest.raises(NotFound):
                act()
        assert night.of("s0", "held") == held

    def test_it_bars_the_customer_for_the_window(self, night: Night, held: list[dict[str, object]]):
        assert {task["blocked_until"] for task in held} == {day(14)}
        night.policy(hold_share_ppm=0, list_size=FRIENDS)
        barred = customers(held)
        night.draw(day(13))
        assert not barred & {t["customer_id"] for t in night.tasks() if t["drawn_on"] == day(13)}
        Task.objects.filter(drawn_on=day(13)).delete()
        night.draw(day(14))
        assert barred <= {t["customer_id"] for t in night.tasks() if t["drawn_on"] == day(14)}

    def test_it_is_not_drawn_again_the_next_day(self, night: Night, held: list[dict[str, object]]):
        night.policy(list_size=FRIENDS)
        night.draw(day(1))
        again = {t["customer_id"] for t in night.tasks() if t["drawn_on"] == day(1)}
        assert not customers(held) & again


class TestControl:
    def test_who_is_left_alone_is_in_no_playbook(self, night: Night):
        night.policy(control_share_ppm=500_000)
        night.draw()
        arms = night.arms()
        alone = {customer for customer, arm in arms.items() if arm == "control"}
        treated = {customer for customer, arm in arms.items() if arm == "treated"}
        assert len(alone) > 50
        assert customers(night.tasks()) == treated
        assert not alone & treated
        assert all(len(night.of(seller)) == 20 for seller in SELLERS)

    def test_an_arm_is_stored_once_and_holds(self, night: Night):
        night.policy(control_share_ppm=500_000)
        night.draw()
        first = night.arms()
        # Whatever the share is later: who was drawn before stays in her arm.
        for number, share in enumerate((0, EVERYONE), 1):
            night.policy(control_share_ppm=share, list_size=FRIENDS)
            night.draw(day(number))
            assert {c: arm for c, arm in night.arms().items() if c in first} == first
        alone = {customer for customer, arm in first.items() if arm == "control"}
        assert not alone & customers(night.tasks())
        later = set(night.arms()) - set(first)
        assert {night.arms()[customer] for customer in later} == {"treated"}


class TestBarred:
    """Who may not be contacted is not drawn, whatever the warehouse knew."""

    @pytest.fixture
    def everyone(self, night: Night) -> Night:
        night.policy(list_size=FRIENDS + 3, hold_share_ppm=0, control_share_ppm=0)
        return night

    def test_all_others_are_drawn(self, everyone: Night):
        everyone.draw()
        assert len(everyone.of("s0")) == FRIENDS + 1
        assert everyone.brand.customer("adult") in customers(everyone.of("s0"))

    @pytest.mark.parametrize("key", ["out", "child", "of-gone-0"])
    def test_opted_out_below_18_or_without_a_working_seller(self, everyone: Night, key: str):
        everyone.draw()
        assert everyone.brand.customer(key) not in customers(everyone.tasks())
        assert everyone.brand.customer(key) not in everyone.arms()

    def test_who_opts_out_after_the_night_was_computed(self, everyone: Night):
        customer_id = everyone.friend(1)
        opt_out(viewer=everyone.viewer(), customer_id=customer_id, out=True)
        everyone.draw()
        assert customer_id not in customers(everyone.tasks())
        assert customer_id not in everyone.arms()
        assert len(everyone.of("s0")) == FRIENDS

    def test_who_was_handed_over_after_the_night_was_computed(self, everyone: Night):
        customer_id = everyone.friend(1)
        everyone.brand.follow("c0-1", "s1", "2025-06-01 01:00", is_serving=True)
        everyone.draw()
        assert customer_id not in customers(everyone.tasks())

    def test_who_left_the_seller_after_the_night_was_computed(self, everyone: Night):
        customer_id = everyone.friend(1)
        everyone.brand.follow("c0-1", "s0", "2025-05-20 10:00", ended_at="2025-06-01 01:00")
        everyone.draw()
        assert customer_id not in customers(everyone.tasks())

    def test_who_has_an_open_task(self, everyone: Night):
        everyone.policy(list_size=5)
        everyone.draw()
        first = customers(everyone.tasks())
        everyone.policy(list_size=FRIENDS + 3)
        everyone.draw(day(1))
        second = {t["customer_id"] for t in everyone.tasks() if t["drawn_on"] == day(1)}
        assert len(first) == 5 * len(SELLERS)
        assert not first & second


class TestQuota:
    @pytest.fixture
    def task_of_first_day(self, night: Night) -> tuple[Night, Viewer, int, int]:
        """(night, viewer, task, customer) of an open task, of a list with everybody on it."""
        night.policy(list_size=1, hold_share_ppm=0, control_share_ppm=0, quota_days=3)
        night.draw()
        (task,) = night.open()
        night.policy(list_size=FRIENDS)
        return night, night.viewer(), task.id, task.customer_id

    def drawn_again(self, night: Night, customer_id: int, number: int) -> bool:
        night.draw(day(number))
        found = customer_id in {
            task["customer_id"] for task in night.tasks() if task["drawn_on"] == day(number)
        }
        Task.objects.filter(drawn_on=day(number)).delete()
        return found

    def test_who_was_contacted_rests_for_the_quota(
        self, task_of_first_day: tuple[Night, Viewer, int, int]
    ):
        night, viewer, task_id, customer_id = task_of_first_day
        finish_task(viewer=viewer, task_id=task_id, outcome=Outcome.MESSAGE, today=AS_OF)
        assert [self.drawn_again(night, customer_id, n) for n in (1, 2, 3)] == [False, False, True]

    def test_who_was_skipped_rests_too(self, task_of_first_day: tuple[Night, Viewer, int, int]):
        night, viewer, task_id, customer_id = task_of_first_day
        skip_task(viewer=viewer, task_id=task_id, reason=SkipReason.JUST_TALKED, today=AS_OF)
        assert [self.drawn_again(night, customer_id, n) for n in (1, 2, 3)] == [False, False, True]

    def test_the_rest_counts_from_the_contact_not_from_the_list(
        self, task_of_first_day: tuple[Night, Viewer, int, int]
    ):
        night, viewer, task_id, customer_id = task_of_first_day
        postpone_task(viewer=viewer, task_id=task_id, days=2, today=AS_OF)
        finish_task(viewer=viewer, task_id=task_id, outcome=Outcome.CALL, today=day(2))
        assert [self.drawn_again(night, customer_id, n) for n in (4, 5)] == [False, True]

    def test_a_contact_that_was_undone_does_not_count(
        self, task_of_first_day: tuple[Night, Viewer, int, int]
    ):
        night, viewer, task_id, customer_id = task_of_first_day
        finish_task(viewer=viewer, task_id=task_id, outcome=Outcome.CALL, today=AS_OF)
        reopen_task(viewer=viewer, task_id=task_id, today=AS_OF)
        assert [task.customer_id for task in night.open()] == [customer_id]
        assert night.of("s0")[0]["blocked_until"] is None


class TestPostponed:
    def test_a_postponed_task_takes_a_place_on_its_day(self, night: Night):
        night.policy(hold_share_ppm=0)
        night.draw()
        later = night.open()[:3]
        for task in later:
            postpone_task(viewer=night.viewer(), task_id=task.id, days=2, today=AS_OF)
        assert len(night.open()) == 17
        assert len(night.open(today=day(1))) == 17
        Task.objects.filter(due_on=AS_OF).delete()
        night.draw(day(2))
        assert len([task for task in night.of("s0") if task["drawn_on"] == day(2)]) == 17
        shown = night.open(today=day(2))
        assert len(shown) == 20
        assert {task.id for task in later} <= {task.id for task in shown}

    def test_more_postponed_than_the_list_holds_leave_no_place(self, night: Night):
        night.policy(hold_share_ppm=0)
        night.draw()
        for task in night.open():
            postpone_task(viewer=night.viewer(), task_id=task.id, days=1, today=AS_OF)
        night.policy(list_size=5, hold_share_ppm=0)
        night.draw(day(1))
        assert [task for task in night.of("s0") if task["drawn_on"] == day(1)] == []
        assert len(night.of("s1")) == 25
