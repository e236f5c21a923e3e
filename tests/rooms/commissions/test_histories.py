"""Whatever happens to orders, and however often accruals run: what is booked is what is due."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siyu.rooms.commissions.actions import accrue_due, draft_plan, publish_plan, sign_plan
from siyu.rooms.commissions.queries import prove_accruals
from siyu.rooms.ledger.queries import balances_of, prove_ledger
from siyu.rooms.ledger.types import Account, Purpose
from siyu.rooms.operations.actions import deliver_all, wait_until_stable
from tests.child_process import said, start_python
from tests.rooms.arrow_rows import Row
from tests.rooms.brand import Brand, new_brand
from tests.rooms.commissions.histories import PLANS, History, expected, prepare, rounds

TODAY = date(2026, 5, 20)
AT = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
AT_ONCE, LOT = 50, 40
KILLED_WITHIN_SECONDS = 0.8
SEEDS = st.lists(st.integers(1, 10**9), min_size=AT_ONCE, max_size=AT_ONCE, unique=True)
_codes = count()


def begun(histories: list[History]) -> Brand:
    brand = new_brand(f"h{next(_codes)}")
    prepare(brand, histories)
    for text in PLANS:
        plan_id = draft_plan(viewer=brand.owner, text=text)
        sign_plan(viewer=brand.owner, plan_id=plan_id, memo_sha256="ab" * 32, note="", at=AT)
        publish_plan(viewer=brand.owner, plan_id=plan_id, today=date(2026, 2, 1), at=AT)
    return brand


def accrue(brand: Brand) -> int:
    deliver_all()
    wait_until_stable()
    return accrue_due(program_id=brand.program.id, today=TODAY, at=AT).lines


def balances(brand: Brand, payees: set[int]) -> dict[int, int]:
    accounts = [Account(Purpose.COMMISSION_PAYABLE, payee) for payee in sorted(payees)]
    held = balances_of(program_id=brand.program.id, accounts=accounts)
    return {account.owner_id: amount for account, amount in held.items()}


def assert_sound(brand: Brand) -> None:
    assert prove_ledger(program_id=brand.program.id).disagreements == []
    assert prove_accruals(program_id=brand.program.id) == []


def play(histories: list[History], chance: Random) -> Brand:
    """Tell the histories step by step, accruing now and then; the end is always accrued."""
    brand = begun(histories)
    for orders, follows in rounds(histories):
        if orders:
            brand.orders(*orders)
        if follows:
            brand.follows(*follows)
        if chance.random() < 0.6:
            accrue(brand)
    accrue(brand)
    return brand


def check(brand: Brand, histories: list[History]) -> None:
    due = expected(brand, histories)
    payees = {brand.seller(row["key"]) for each in histories for row in each.sellers()}
    payees |= {brand.store("N1"), brand.store("N2")}
    assert {payee: amount for payee, amount in balances(brand, payees).items() if amount} == due
    assert_sound(brand)
    assert accrue(brand) == 0


def play_anew(histories: list[History], chance: Random) -> Brand:
    """Tell how everything ended, in another order of arrival, accruing now and then."""
    brand = begun(histories)
    told: list[tuple[list[Row], list[Row]]] = [
        (order.rows(key), []) for each in histories for key, order in each.orders.items()
    ]
    told += [([], each.followed()) for each in histories if each.follows]
    chance.shuffle(told)
    for start in range(0, len(told), LOT):
        lot = told[start : start + LOT]
        brand.orders(*(row for orders, _ in lot for row in orders))
        brand.follows(*(row for _, follows in lot for row in follows))
        accrue(brand)
    return brand


# Shrinking plays fifty histories for every try.
PHASES = tuple(set(Phase) - {Phase.shrink, Phase.explain})


@pytest.mark.django_db(transaction=True)
@settings(max_examples=500 // AT_ONCE, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(seeds=SEEDS)
def test_what_is_booked_is_what_is_due_in_whatever_order_it_came(seeds: list[int]) -> None:
    chance = Random(seeds[0])
    histories = [History(seed) for seed in seeds]
    check(play(histories, chance), histories)
    check(play_anew(histories, chance), histories)


CHILD = """
from datetime import UTC, date, datetime
from siyu.rooms.commissions.actions import accrue, accrue_due
accrue._ORDERS_A_BATCH = 10
print("begun", flush=True)
accrue_due(program_id={program}, today=date(2026, 5, 20), at=datetime(2026, 5, 20, tzinfo=UTC))
print("ended", flush=True)
"""


@pytest.mark.bar
@pytest.mark.django_db(transaction=True)
def test_twenty_kills_while_accruing_change_nothing() -> None:
    chance = Random(1)
    histories = [History(seed) for seed in range(1, 121)]
    brand = begun(histories)
    hits = 0
    for orders, follows in rounds(histories, steps=20):
        brand.orders(*orders)
        brand.follows(*follows)
        deliver_all()
        wait_until_stable()
        with start_python(CHILD.format(program=brand.program.id)) as process:
            assert said(process) == "begun"
            try:
                process.wait(timeout=chance.uniform(0, KILLED_WITHIN_SECONDS))
            except subprocess.TimeoutExpired:
                hits += 1
            process.kill()
        assert_sound(brand)
    assert hits > 10
    accrue(brand)
    check(brand, histories)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@settings(max_examples=20_000 // AT_ONCE, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(seeds=SEEDS)
def test_twenty_thousand_histories(seeds: list[int]) -> None:
    histories = [History(seed) for seed in seeds]
    check(play(histories, Random(seeds[0])), histories)
