import threading

import pytest
from django.db import connection, transaction

from siyu.rooms.operations.actions import begin_epoch, wait_until_stable, write_stamp
from siyu.rooms.operations.queries import current_epoch, stable_stamp


def stamped() -> int:
    with transaction.atomic():
        return write_stamp()


def test_stamps_ascend_with_the_transactions_and_become_stable(transactional_db: None):
    stamps = []
    for _ in range(5):
        stamps.append(stamped())
        wait_until_stable()
        assert stable_stamp() > stamps[-1]
    assert stamps == sorted(set(stamps))


def test_a_new_stamp_is_never_below_the_stable_one(transactional_db: None):
    for _ in range(5):
        stable = stable_stamp()
        assert stamped() >= stable


def test_a_stamp_of_a_transaction_that_rolled_back_does_no_harm(transactional_db: None):
    before = stamped()
    with transaction.atomic():
        write_stamp()
        transaction.set_rollback(True)
    stable = stable_stamp()
    after = stamped()
    assert before < after
    wait_until_stable()
    assert stable <= after < stable_stamp()


def test_an_open_transaction_holds_its_stamp_back_from_readers(transactional_db: None):
    written, seen = threading.Event(), threading.Event()
    stamps: list[int] = []

    def write() -> None:
        with transaction.atomic():
            stamps.append(write_stamp())
            written.set()
            assert seen.wait(60)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(60)
    while_open = stable_stamp()
    seen.set()
    writer.join()
    wait_until_stable()
    assert while_open <= stamps[0] < stable_stamp()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_long_transaction_holds_the_stable_stamp_back_until_it_ends(transactional_db: None):
    written, seen = threading.Event(), threading.Event()
    stamps: list[int] = []

    def write() -> None:
        with transaction.atomic():
            stamps.append(write_stamp())
            written.set()
            assert seen.wait(60)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(60)
    later = stamped()
    assert stable_stamp() <= stamps[0] < later
    seen.set()
    writer.join()
    wait_until_stable()
    assert stable_stamp() > later


def test_a_new_epoch_is_another_one(db: None):
    before = current_epoch()
    assert before
    assert before == current_epoch()
    began = begin_epoch()
    assert current_epoch() != before
    assert current_epoch().startswith(began)
