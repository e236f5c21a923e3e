"""Whatever happens to orders, and however often it is settled: everybody gets what is due."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siyu.foundation.errors import Conflict
from siyu.rooms.commissions.actions import accrue_due
from siyu.rooms.commissions.queries import prove_accruals
from siyu.rooms.ledger.queries import balances_of, prove_ledger
from siyu.rooms.ledger.types import Account, Purpose
from siyu.rooms.operations.actions import deliver_all, wait_until_stable
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.plans.actions import draft_plan, publish_plan, sign_plan
from siyu.rooms.settlement.actions import (
    approve_payout,
    carry_out_payouts,
    close_due,
    draft_payout,
    set_payee,
    set_terms,
)
from siyu.rooms.settlement.queries import (
    closings_of,
    payout_items,
    payouts_of,
    statement_lines,
    statements_page,
)
from siyu.rooms.settlement.types import (
    GapPolicy,
    ItemState,
    PayeeKind,
    PayoutState,
    PeriodKind,
    Terms,
    Withholding,
)
from tests.child_process import said, start_python
from tests.rooms.arrow_rows import Row
from tests.rooms.brand import Brand, new_brand
from tests.rooms.commissions.histories import PLANS, History, expected, prepare, rounds

FIRST, AT = date(2026, 3, 1), datetime(2026, 6, 20, 2, 0, tzinfo=UTC)
PAPER = "11010519491231002X"
AT_ONCE, LOT, ALL = 125, 80, 10_000
SEEDS = st.lists(st.integers(1, 10**9), min_size=AT_ONCE, max_size=AT_ONCE, unique=True)
# Shrinking plays a hundred and more histories for every try.
PHASES = tuple(set(Phase) - {Phase.shrink, Phase.explain})
_codes = count()


@dataclass
class House:
    """A program that accrues, closes and pays, with two persons of finance and a clock."""

    histories: list[History]
    chance: Random
    period: PeriodKind = PeriodKind.MONTH
    today: date = FIRST
    brand: Brand = field(init=False)
    finance: tuple[Viewer, Viewer] = field(init=False)
    payees: list[int] = field(init=False)

    def __post_init__(self) -> None:
        number = next(_codes)
        self.brand = brand = new_brand(f"h{number}")
        prepare(brand, self.histories)
        for text in PLANS:
            plan_id = draft_plan(viewer=brand.owner, text=text)
            sign_plan(viewer=brand.owner, plan_id=plan_id, memo_sha256="ab" * 32, note="", at=AT)
            publish_plan(viewer=brand.owner, plan_id=plan_id, today=date(2026, 2, 1), at=AT)
        self.finance = (
            brand.staff(f"maker{number}", Role.FINANCE),
            brand.staff(f"checker{number}", Role.FINANCE),
        )
        set_terms(
            viewer=brand.owner,
            terms=Terms(
                period=self.period,
                working_days=1,
                begins_on=FIRST,
                least_payout_minor=1,
                withholding=Withholding.PER_PAYMENT,
                gap_policy=GapPolicy.LITERAL,
            ),
        )
        sellers = [brand.seller(row["key"]) for each in self.histories for row in each.sellers()]
        self.payees = [*sellers, brand.store("N1"), brand.store("N2")]
        for payee_id in self.payees:
            self._know(payee_id)

    def accrue(self) -> int:
        deliver_all()
        wait_until_stable()
        return accrue_due(program_id=self.brand.program.id, today=self.today, at=AT).lines

    def close(self) -> list[int]:
        deliver_all()
        wait_until_stable()
        program_id = self.brand.program.id
        return close_due(program_id=program_id, today=self.today, at=AT, viewer=None)

    def approve(self) -> None:
        """Make and check a batch of everything that is available; or nothing, where nobody has."""
        maker, checker = self.finance
        with suppress(Conflict):
            payout_id = draft_payout(viewer=maker, today=self.today, at=AT)
            approve_payout(viewer=checker, payout_id=payout_id, today=self.today, at=AT)

    def pay(self) -> int:
        return carry_out_payouts(program_id=self.brand.program.id, at=AT, today=self.today)

    def happens(self, orders: list[Row], follows: list[Row]) -> None:
        self.brand.orders(*orders)
        self.brand.follows(*follows)
        self.today += timedelta(days=self.chance.randrange(25))

    def settle_a_little(self) -> None:
        for deed in (self.accrue, self.close, self.approve, self.pay):
            if self.chance.random() < 0.5:
                deed()

    def held(self, purpose: Purpose) -> dict[int, int]:
        accounts = [Account(purpose, payee) for payee in self.payees]
        found = balances_of(program_id=self.brand.program.id, accounts=accounts)
        return {account.owner_id: amount for account, amount in found.items()}

    def _know(self, payee_id: int) -> None:
        person = self.chance.random() < 0.5
        set_payee(
            viewer=self.brand.owner,
            owner_id=payee_id,
            kind=PayeeKind.PERSON if person else PayeeKind.COMPANY,
            withholding=Withholding.PER_PAYMENT if person else Withholding.NONE,
            name="Zhang San",
            number=PAPER,
            account=f"622202{self.chance.choice(('1234', '0000'))}",
        )


def withheld(house: House) -> dict[int, int]:
    """The tax of what went out to each payee and did not come back."""
    maker, _ = house.finance
    taken: dict[int, int] = defaultdict(int)
    for payout in payouts_of(viewer=maker):
        for item in payout_items(viewer=maker, payout_id=payout.id):
            if item.state is ItemState.PAID:
                taken[item.payee_id] += item.tax_minor
    return taken


def check(house: House) -> None:
    """All is settled to the end, and then nothing is missing, double or left over."""
    house.accrue()
    house.pay()
    due = expected(house.brand, house.histories)
    tax = withheld(house)
    places = [
        house.held(purpose)
        for purpose in (
            Purpose.COMMISSION_PAYABLE,
            Purpose.SELLER_AVAILABLE,
            Purpose.SELLER_WITHDRAWN,
        )
    ]
    got = {payee: sum(place[payee] for place in places) + tax[payee] for payee in house.payees}
    assert {payee: amount for payee, amount in got.items() if amount} == due
    for payee, amount in places[2].items():
        assert amount >= 0, f"less than nothing was paid to {payee}"
    assert_sound(house)
    assert house.accrue() == 0
    check_statements(house)


def check_statements(house: House) -> None:
    """Every statement goes on where the one before ended, and opens down to its bookings."""
    maker, _ = house.finance
    before: dict[int, int] = {}
    for closing in reversed(closings_of(viewer=maker)):
        shown, _ = statements_page(viewer=maker, closing_id=closing.id, size=ALL)
        for own in shown:
            assert own.opening_minor == before.get(own.payee_id, 0)
            before[own.payee_id] = own.closing_minor
        for own in shown[:3]:
            lines = statement_lines(viewer=maker, statement_id=own.id)
            opened = sum(line.amount_minor for line in lines)
            assert opened == own.earned_minor + own.reversed_minor + own.bonus_minor


def assert_sound(house: House) -> None:
    assert prove_ledger(program_id=house.brand.program.id).disagreements == []
    assert prove_accruals(program_id=house.brand.program.id) == []


def play(seeds: list[int], chance: Random) -> House:
    """Tell the histories step by step, settling now and then."""
    house = House([History(seed) for seed in seeds], chance)
    for orders, follows in rounds(house.histories):
        house.happens(orders, follows)
        house.settle_a_little()
    return house


def play_anew(histories: list[History], chance: Random) -> House:
    """Tell how everything ended, in another order of arrival, settling now and then."""
    house = House(histories, chance)
    told: list[tuple[list[Row], list[Row]]] = [
        (order.rows(key), []) for each in histories for key, order in each.orders.items()
    ]
    told += [([], each.followed()) for each in histories if each.follows]
    chance.shuffle(told)
    for start in range(0, len(told), LOT):
        lot = told[start : start + LOT]
        house.happens(
            [row for orders, _ in lot for row in orders],
            [row for _, follows in lot for row in follows],
        )
        house.settle_a_little()
    return house


@pytest.mark.django_db(transaction=True)
@settings(max_examples=500 // AT_ONCE, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(seeds=SEEDS)
def test_everybody_gets_what_is_due_in_whatever_order_it_came(seeds: list[int]) -> None:
    chance = Random(seeds[0])
    house = play(seeds, chance)
    check(house)
    check(play_anew(house.histories, chance))


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@settings(max_examples=20_000 // AT_ONCE, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(seeds=SEEDS)
def test_twenty_thousand_histories(seeds: list[int]) -> None:
    check(play(seeds, Random(seeds[0])))


CHILD = """
from functools import partial
from datetime import UTC, date, datetime
from siyu.rooms.commissions.actions import accrue, accrue_due
from siyu.rooms.settlement.actions import carry_out_payouts, close_due
accrue._ORDERS_A_BATCH = 10
told = dict(program_id={program}, today=date.fromisoformat("{today}"), at=datetime.now(UTC))
close_all = partial(close_due, viewer=None)
print("begun", flush=True)
{deed}(**told)
"""
KILLED = (("accrue_due", 0.8), ("close_all", 0.8), ("carry_out_payouts", 0.5))


def killed(house: House, deed: str, seconds: float) -> bool:
    """Kill a process while it does something; whether it was still at it."""
    told = CHILD.format(program=house.brand.program.id, today=house.today, deed=deed)
    with start_python(told) as process:
        assert said(process) == "begun"
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    assert process.returncode == 0
    return False


def twenty_rounds(house: House) -> Iterator[None]:
    for orders, follows in rounds(house.histories, steps=20):
        house.brand.orders(*orders)
        house.brand.follows(*follows)
        house.today += timedelta(days=5)
        deliver_all()
        wait_until_stable()
        yield


@pytest.mark.bar
@pytest.mark.parametrize(("deed", "within_seconds"), KILLED)
@pytest.mark.django_db(transaction=True)
def test_twenty_kills_change_nothing(deed: str, within_seconds: float) -> None:
    chance = Random(deed)
    house = House([History(seed) for seed in range(1, 121)], chance, PeriodKind.DAY)
    hits = 0
    for _ in twenty_rounds(house):
        if deed == "carry_out_payouts":
            house.close()
            house.approve()
        hits += killed(house, deed, chance.uniform(0, within_seconds))
        assert_sound(house)
    assert hits > 10, f"only {hits} of 20 kills met the work"
    house.close()
    house.approve()
    check(house)
    maker, _ = house.finance
    assert {each.state for each in payouts_of(viewer=maker)} <= {PayoutState.DONE}
