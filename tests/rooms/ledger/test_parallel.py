"""Writers at once: no lost update, no overdraft, no deadlock, each key once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable

from django.db import connection

from siyu.rooms.ledger.queries import prove_ledger
from siyu.rooms.ledger.types import Overdraft, Transfer
from tests.rooms.brand import Brand
from tests.rooms.ledger.moves import available, deposit, earned, held, moved, paid_out, posted

WRITERS, CALLS, SELLERS = 6, 40, 5
PATIENCE_SECONDS = 120


def at_once(work: Callable[[int], None]) -> list[BaseException]:
    """What went wrong when all writers did their work at the same time."""
    start, failures = threading.Barrier(WRITERS), []

    def run(number: int) -> None:
        try:
            start.wait(PATIENCE_SECONDS)
            work(number)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "writers wait in a circle"
    return failures


def test_no_more_is_paid_out_than_was_earned(committed_brand: Brand):
    program = committed_brand.program.id
    posted(program, "earned", earned(1, 100))
    outcomes: list[str] = []

    def withdraw(number: int) -> None:
        for call in range(CALLS):
            try:
                posted(program, f"out {number} {call}", paid_out(1, 7))
                outcomes.append("paid")
            except Overdraft:
                outcomes.append("refused")

    assert at_once(withdraw) == []
    assert Counter(outcomes) == {"paid": 100 // 7, "refused": WRITERS * CALLS - 100 // 7}
    assert held(program, available(1)) == [100 % 7]
    assert prove_ledger(program_id=program).disagreements == []


def test_accounts_in_any_order_never_lock_in_a_circle(committed_brand: Brand):
    program = committed_brand.program.id
    kept: list[list[Transfer]] = []

    def give_and_take(number: int) -> None:
        chance = random.Random(number)
        for call in range(CALLS):
            several = [earned(seller, 50) for seller in range(1, SELLERS + 1)]
            for _ in range(SELLERS):
                giver, taker = chance.sample(range(1, SELLERS + 1), 2)
                several.append(moved(available(giver), deposit(taker), chance.randint(1, 9)))
            chance.shuffle(several)
            try:
                posted(program, f"{number} {call}", *several)
                kept.append(several)
            except Overdraft:
                continue

    assert at_once(give_and_take) == []
    sums: Counter[object] = Counter()
    for transfer in (each for several in kept for each in several):
        sums[transfer.source] -= transfer.amount_minor
        sums[transfer.destination] += transfer.amount_minor
    assert held(program, *sums) == list(sums.values())
    proof = prove_ledger(program_id=program)
    assert (proof.disagreements, proof.postings) == ([], len(kept))
    assert len(kept) > CALLS


def test_one_key_is_written_once_whoever_comes_first(committed_brand: Brand):
    program = committed_brand.program.id
    new: list[int] = []

    def accrue(number: int) -> None:
        for call in range(CALLS):
            if posted(program, f"day {call}", earned(call % SELLERS + 1, 10)).is_new:
                new.append(call)

    assert at_once(accrue) == []
    assert sorted(new) == list(range(CALLS))
    assert held(program, *(available(seller) for seller in range(1, SELLERS + 1))) == [80] * 5
