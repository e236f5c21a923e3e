import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import Conflict, NotFound
from siyu.foundation.events import Event, announced
from siyu.rooms.operations.actions import (
    announce,
    deliver_all,
    deliver_due,
    record_audit,
    retry_delivery,
    subscribe,
)
from siyu.rooms.operations.queries import audit_page, failing_deliveries, pending_deliveries
from siyu.rooms.operations.types import FailingDelivery
from siyu.rooms.organization.queries import owner_viewer

PROGRAM = 7
OWNER = owner_viewer(program_id=PROGRAM)
FAR = timedelta(days=365)


@announced
@dataclass(frozen=True, kw_only=True)
class DoorOpened(Event):
    door: str


@announced
@dataclass(frozen=True, kw_only=True)
class RoomEntered(Event):
    door: str


@announced
@dataclass(frozen=True, kw_only=True)
class WindowOpened(Event):
    """Nobody reacts to it."""


trouble: dict[str, Exception] = {}


def note(event: DoorOpened) -> None:
    record_audit(actor_id=None, program_id=PROGRAM, action="note", subject=event.door)
    if event.door in trouble:
        raise trouble[event.door]


def greet(event: DoorOpened) -> None:
    record_audit(actor_id=None, program_id=PROGRAM, action="greet", subject=event.door)


def enter(event: DoorOpened) -> None:
    announce(RoomEntered(program_id=PROGRAM, door=event.door))


def sit(event: RoomEntered) -> None:
    record_audit(actor_id=None, program_id=PROGRAM, action="sit", subject=event.door)


for event, reaction in (
    (DoorOpened, note),
    (DoorOpened, greet),
    (DoorOpened, enter),
    (RoomEntered, sit),
):
    subscribe(event=event, reaction=reaction)


@pytest.fixture(autouse=True)
def no_trouble() -> None:
    trouble.clear()


def open_door(door: str = "front") -> None:
    announce(DoorOpened(program_id=PROGRAM, door=door))


def done() -> list[tuple[str, str]]:
    """What the reactions wrote, in the order in which they did."""
    return [(row.action, row.subject) for row in reversed(audit_page(viewer=OWNER, size=1000))]


def failing() -> FailingDelivery:
    (delivery,) = failing_deliveries(viewer=OWNER)
    return delivery


def try_again() -> None:
    """Deliver at a moment when every wait is over."""
    deliver_due(now=utc_now() + FAR)


@pytest.mark.django_db
class TestDelivery:
    def test_an_event_waits_for_the_worker(self):
        open_door()
        assert done() == []
        assert pending_deliveries() == 3
        assert deliver_due() == 3
        assert done() == [("note", "front"), ("greet", "front")]

    def test_an_event_of_a_transaction_that_rolls_back_was_never_announced(self):
        with transaction.atomic():
            open_door()
            transaction.set_rollback(True)
        assert pending_deliveries() == 0
        assert deliver_all() == 0
        assert done() == []

    def test_each_reaction_is_delivered_once(self):
        open_door()
        assert deliver_all() == 4
        assert deliver_all() == 0
        assert done() == [("note", "front"), ("greet", "front"), ("sit", "front")]

    def test_events_are_delivered_in_their_order(self):
        for door in "abc":
            open_door(door)
        deliver_all()
        assert [door for action, door in done() if action == "note"] == ["a", "b", "c"]

    def test_an_event_that_nobody_hears_leaves_nothing_to_do(self):
        announce(WindowOpened(program_id=PROGRAM))
        assert pending_deliveries() == 0

    def test_no_more_than_the_limit_is_tried(self):
        open_door()
        assert deliver_due(limit=2) == 2
        assert pending_deliveries() == 1


@pytest.mark.django_db
class TestFailure:
    def test_a_failed_reaction_takes_its_own_writes_back_and_keeps_the_event(self):
        trouble["front"] = Conflict("The door jams.")
        open_door()
        deliver_all()
        assert ("note", "front") not in done()
        assert ("greet", "front") in done()
        assert ("sit", "front") in done()
        assert pending_deliveries() == 1
        trouble.clear()
        try_again()
        assert done().count(("note", "front")) == 1
        assert done().count(("greet", "front")) == 1
        assert pending_deliveries() == 0

    def test_a_failed_reaction_waits_longer_each_time(self):
        trouble["front"] = Conflict("The door jams.")
        open_door()
        before = utc_now()
        waits = []
        for _ in range(14):
            try_again()
            waits.append((failing().due_at - before).total_seconds())
        assert waits == sorted(waits)
        expected = [min(2**attempt, 3600) for attempt in range(1, 15)]
        assert [round(w) for w in waits] == pytest.approx(expected, abs=5)
        assert waits[0] < 5

    def test_a_failed_reaction_is_not_tried_before_its_time(self):
        trouble["front"] = Conflict("The door jams.")
        open_door()
        deliver_all()
        tried = failing().attempts
        assert deliver_due() == 0
        assert deliver_due(now=failing().due_at - timedelta(microseconds=1)) == 0
        assert failing().attempts == tried == 1
        assert deliver_due(now=failing().due_at) == 1

    def test_after_many_tries_it_is_shown_as_failing_and_still_tried(self):
        trouble["front"] = Conflict("The door jams.")
        open_door()
        for _ in range(6):
            try_again()
        shown = failing()
        assert (shown.event, shown.attempts, shown.error) == ("DoorOpened", 6, "The door jams.")
        assert shown.reaction.endswith(".note")
        trouble.clear()
        try_again()
        assert failing_deliveries(viewer=OWNER) == []
        assert ("note", "front") in done()

    def test_the_error_of_another_library_is_named_but_not_quoted(self):
        trouble["front"] = ValueError("cannot read 13800138000")
        open_door()
        deliver_all()
        assert failing().error == "ValueError"

    def test_a_retry_makes_it_due_now(self):
        trouble["front"] = Conflict("The door jams.")
        open_door()
        for _ in range(5):
            try_again()
        trouble.clear()
        assert deliver_due() == 0
        retry_delivery(viewer=OWNER, delivery_id=failing().id)
        assert deliver_due() == 1
        assert pending_deliveries() == 0

    def test_what_was_delivered_cannot_be_retried(self):
        trouble["front"] = Conflict("The door jams.")
        open_door()
        deliver_all()
        delivery_id = failing().id
        trouble.clear()
        try_again()
        with pytest.raises(NotFound):
            retry_delivery(viewer=OWNER, delivery_id=delivery_id)
        assert done().count(("note", "front")) == 1


def test_two_workers_run_a_reaction_once(transactional_db: None):
    for door in map(str, range(20)):
        open_door(door)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        deliver_all()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    try_again()
    assert pending_deliveries() == 0
    doors = sorted(map(str, range(20)))
    for action in ("note", "greet", "sit"):
        assert sorted(door for name, door in done() if name == action) == doors
