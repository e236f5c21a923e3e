import threading

import pytest
from django.db import DatabaseError, connection, transaction

from siyu.foundation.errors import NotAllowed
from siyu.rooms.operations.actions import record_audit
from siyu.rooms.operations.models import AuditEntry
from siyu.rooms.operations.queries import audit_page, verify_audit
from siyu.rooms.organization.queries import owner_viewer
from siyu.rooms.organization.types import Role
from tests import append_only
from tests.rooms.brand import Brand

PROGRAM = 7
OWNER = owner_viewer(program_id=PROGRAM)


def record(subject: str, reason: str = "", program_id: int | None = PROGRAM) -> int:
    return record_audit(
        actor_id=3, program_id=program_id, action="look", subject=subject, reason=reason
    )


@pytest.fixture
def five(db: None) -> list[int]:
    reasons = ["asked by her", "他本人要求", 'quote " and \n line', "", "😀"]
    return [record(f"customer {number}", reason) for number, reason in enumerate(reasons)]


@pytest.fixture
def five_committed(transactional_db: None) -> list[int]:
    return [record(f"customer {number}", "asked") for number in range(5)]


def test_an_untouched_log_fits_its_chain(five: list[int]):
    assert five == [1, 2, 3, 4, 5]
    assert verify_audit() is None


def test_an_empty_log_fits(db: None):
    assert verify_audit() is None


def test_entries_are_shown_newest_first_in_their_program_only(five: list[int]):
    record("elsewhere", program_id=PROGRAM + 1)
    record("nowhere", program_id=None)
    shown = audit_page(viewer=OWNER)
    assert [row.subject for row in shown] == [f"customer {n}" for n in (4, 3, 2, 1, 0)]
    assert (shown[0].reason, shown[0].actor_id, shown[0].action) == ("😀", 3, "look")
    assert [row.subject for row in audit_page(viewer=OWNER, page=2, size=2)] == [
        "customer 2",
        "customer 1",
        "customer 0",
    ]


def test_only_administrators_see_the_log(brand: Brand):
    assert audit_page(viewer=brand.staff("root", Role.ADMINISTRATOR))
    for role in (Role.OPERATOR, Role.ANALYST, Role.SELLER):
        with pytest.raises(NotAllowed):
            audit_page(viewer=brand.staff(role.value, role))


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_the_log(five: list[int], change: str):
    rows = AuditEntry.objects.filter(position=2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(reason="mended") if change == "update" else rows.delete()
    assert AuditEntry.objects.get(position=2).reason == "他本人要求"
    assert verify_audit() is None


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "none"},
        {"actor_id": 4},
        {"subject": "customer 9"},
        {"program_id": None},
        {"hash": "0" * 64},
        {"previous_hash": "0" * 64},
    ],
)
def test_a_changed_entry_is_found(five_committed: list[int], change: dict[str, object]):
    with append_only.lifted():
        AuditEntry.objects.filter(position=3).update(**change)
    assert verify_audit() == 3


def test_a_removed_entry_is_found(five_committed: list[int]):
    with append_only.lifted():
        AuditEntry.objects.filter(position=3).delete()
    assert verify_audit() == 4


def test_a_removed_beginning_is_found(five_committed: list[int]):
    with append_only.lifted():
        AuditEntry.objects.filter(position__lt=3).delete()
    assert verify_audit() == 3


def test_swapped_entries_are_found(five_committed: list[int]):
    with append_only.lifted():
        for before, after in ((2, 99), (3, 2), (99, 3)):
            AuditEntry.objects.filter(position=before).update(position=after)
    assert verify_audit() == 2


def test_an_entry_goes_with_the_transaction_that_wrote_it(five_committed: list[int]):
    with transaction.atomic():
        record("customer 9")
        transaction.set_rollback(True)
    assert len(audit_page(viewer=OWNER)) == 5
    assert record("customer 10") == 6
    assert verify_audit() is None


def test_writers_at_once_make_one_chain(transactional_db: None):
    start = threading.Barrier(3)

    def write(name: str) -> None:
        start.wait()
        for number in range(15):
            record(f"{name} {number}")
        connection.close()

    writers = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    entries = list(AuditEntry.objects.order_by("position"))
    assert [entry.position for entry in entries] == list(range(1, 46))
    for name in "abc":
        own = [e.subject for e in entries if e.subject.startswith(name)]
        assert own == [f"{name} {number}" for number in range(15)]
    assert verify_audit() is None
