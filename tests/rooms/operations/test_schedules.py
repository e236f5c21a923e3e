import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.clock import utc_now, zone
from siyu.foundation.errors import Conflict
from siyu.rooms.operations.actions import record_audit, run_due_schedules, set_schedule
from siyu.rooms.operations.models import Schedule
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.rules import latest_slot
from siyu.rooms.organization.queries import owner_viewer

PROGRAM = 7
YEAR_DOT = datetime(2000, 1, 1, tzinfo=UTC)
taken: list[tuple[int, datetime]] = []


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ring(program_id: int, slot: datetime) -> None:
    taken.append((program_id, slot))
    record_audit(actor_id=None, program_id=program_id, action="ring", subject=slot.isoformat())


def jam(program_id: int, slot: datetime) -> None:
    ring(program_id, slot)
    raise Conflict("The bell jams.")


@pytest.fixture(autouse=True)
def nothing_taken() -> None:
    taken.clear()


def schedule(since: str, *, cron: str = "30 2 * * *", program_id: int = PROGRAM) -> None:
    set_schedule(program_id=program_id, name="bell", cron=cron, zone="Asia/Shanghai")
    Schedule.objects.filter(program_id=program_id).update(since=utc(since))


def run_at(text: str, timer=ring) -> int:
    return run_due_schedules(now=utc(text), timers={"bell": timer})


@pytest.mark.django_db
class TestDueWork:
    def test_work_comes_due_by_the_zone_of_its_schedule(self):
        schedule("2026-03-01 00:00")
        assert run_at("2026-03-01 18:29:59") == 0
        assert run_at("2026-03-01 18:30:00") == 1
        assert taken == [(PROGRAM, utc("2026-03-01 18:30"))]

    def test_a_slot_is_taken_once(self):
        schedule("2026-03-01 00:00")
        assert [run_at("2026-03-01 18:30:00"), run_at("2026-03-01 18:30:01")] == [1, 0]
        assert run_at("2026-03-02 18:29:00") == 0
        assert run_at("2026-03-02 18:30:00") == 1
        assert len(taken) == 2

    def test_who_slept_through_several_slots_takes_the_newest_only(self):
        schedule("2026-03-01 00:00")
        assert run_at("2026-03-05 12:00") == 1
        assert taken == [(PROGRAM, utc("2026-03-04 18:30"))]
        assert run_at("2026-03-05 12:01") == 0

    def test_a_slot_before_the_schedule_was_set_does_not_count(self):
        schedule("2026-03-01 18:31")
        assert run_at("2026-03-02 12:00") == 0
        assert taken == []

    def test_a_slot_whose_work_fails_is_free_again_and_leaves_nothing(self):
        schedule("2026-03-01 00:00")
        with pytest.raises(Conflict):
            run_at("2026-03-01 18:30", timer=jam)
        assert audit_page(viewer=owner_viewer(program_id=PROGRAM)) == []
        taken.clear()
        assert run_at("2026-03-01 18:31") == 1
        assert taken == [(PROGRAM, utc("2026-03-01 18:30"))]

    def test_each_program_has_its_own_slots(self):
        schedule("2026-03-01 00:00")
        schedule("2026-03-01 00:00", program_id=8)
        assert run_at("2026-03-01 19:00") == 2
        assert sorted(program for program, _ in taken) == [PROGRAM, 8]

    def test_work_that_no_timer_does_stays_due(self):
        schedule("2026-03-01 00:00")
        assert run_due_schedules(now=utc("2026-03-01 19:00"), timers={}) == 0
        assert run_at("2026-03-01 19:00") == 1

    def test_setting_a_schedule_again_does_not_take_its_slot_twice(self):
        schedule("2026-03-01 00:00")
        run_at("2026-03-01 19:00")
        set_schedule(program_id=PROGRAM, name="bell", cron="30 2 * * *", zone="Asia/Shanghai")
        assert run_at("2026-03-01 19:01") == 0

    def test_a_changed_schedule_counts_from_now_on(self):
        schedule("2026-03-01 00:00")
        run_at("2026-03-01 19:00")
        now = utc_now().astimezone(zone("Asia/Shanghai"))
        lately = now - timedelta(minutes=5)
        cron = f"{lately.minute} {lately.hour} * * *"
        set_schedule(program_id=PROGRAM, name="bell", cron=cron, zone="Asia/Shanghai")
        assert run_due_schedules(now=now, timers={"bell": ring}) == 0
        assert run_due_schedules(now=now + timedelta(days=1), timers={"bell": ring}) == 1


def test_two_workers_never_take_a_slot_twice(transactional_db: None):
    schedule("2026-03-01 00:00", cron="* * * * *")
    minutes = [utc("2026-03-01 00:01") + timedelta(minutes=number) for number in range(15)]
    start = threading.Barrier(2)
    counts: list[int] = []

    def work() -> None:
        start.wait()
        for minute in minutes:
            counts.append(run_due_schedules(now=minute, timers={"bell": ring}))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # A worker that lost the race may have rung in a transaction that was taken back.
    rung = [row.subject for row in audit_page(viewer=owner_viewer(program_id=PROGRAM), size=100)]
    assert len(rung) == len(set(rung)) == sum(counts)
    assert max(rung) == minutes[-1].isoformat()


class TestSlots:
    @pytest.mark.parametrize(
        ("cron", "now", "slot"),
        [
            ("30 2 * * *", "2026-03-01 02:30", "2026-03-01 02:30"),
            ("30 2 * * *", "2026-03-01 02:29", "2026-02-28 02:30"),
            ("*/15 9-17 * * 1-5", "2026-03-01 12:00", "2026-02-27 17:45"),  # a Sunday
            ("0 0 L * *", "2026-03-15 12:00", "2026-02-28 00:00"),
        ],
    )
    def test_the_newest_slot_that_came(self, cron: str, now: str, slot: str):
        assert latest_slot(cron, "UTC", YEAR_DOT, utc(now)) == utc(slot)

    def test_the_slot_in_the_hour_that_london_skips_comes_right_after_it(self):
        found = latest_slot("30 1 * * *", "Europe/London", YEAR_DOT, utc("2026-03-29 12:00"))
        assert found in (utc("2026-03-29 01:00"), utc("2026-03-29 01:30"))
        assert latest_slot("30 1 * * *", "Europe/London", found, utc("2026-03-29 23:00")) is None

    def test_a_daily_slot_comes_once_on_the_day_with_25_hours(self):
        newest = utc("2026-10-24 12:00")
        slots = []
        for minute in range(36 * 60):
            now = utc("2026-10-24 12:00") + timedelta(minutes=minute)
            slot = latest_slot("30 1 * * *", "Europe/London", newest, now)
            if slot is not None:
                slots.append(slot)
                newest = slot
        assert slots == [utc("2026-10-25 00:30")]

    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
        st.integers(0, 23),
        st.sampled_from(["Asia/Shanghai", "Asia/Kathmandu", "UTC"]),
    )
    def test_a_daily_slot_is_that_of_the_wall_clock(self, naive: datetime, hour: int, name: str):
        now = naive.replace(tzinfo=UTC)
        local = now.astimezone(zone(name))
        today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        expected = today if today <= local else today - timedelta(days=1)
        slot = latest_slot(f"0 {hour} * * *", name, YEAR_DOT, now)
        assert slot == expected
        assert latest_slot(f"0 {hour} * * *", name, slot, now) is None
