"""Transfers: together or not at all, once a key, within what an account holds or may owe."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.ledger import models
from siyu.rooms.ledger.queries import prove_ledger
from siyu.rooms.ledger.types import MOST_LINKED, Account, Overdraft, Purpose, Transfer
from tests.rooms.brand import Brand, new_brand
from tests.rooms.ledger.moves import (
    ANN,
    BEN,
    CLEARING,
    DAY,
    REVENUE,
    available,
    deposit,
    earned,
    held,
    moved,
    paid_out,
    posted,
    taken_back,
    withdrawn,
)


@pytest.fixture
def program(brand: Brand) -> int:
    return brand.program.id


def rows() -> tuple[int, int, int]:
    return (
        models.Account.objects.count(),
        models.Posting.objects.count(),
        models.Transfer.objects.count(),
    )


def test_what_moves_leaves_one_account_and_reaches_the_other(program: int):
    first = posted(program, "june", earned(ANN, 700), earned(BEN, 50), paid_out(ANN, 200))
    assert (first.is_new, first.key, first.business_on) == (True, "june", DAY)
    assert held(program, available(ANN), available(BEN), withdrawn(ANN), REVENUE) == [
        500,
        50,
        200,
        -750,
    ]
    assert rows() == (4, 1, 3)


def test_an_account_that_never_moved_holds_nothing_and_is_not_opened(program: int):
    assert held(program, available(ANN), CLEARING) == [0, 0]
    assert rows() == (0, 0, 0)


def test_linked_transfers_fail_together_and_leave_the_key_free(program: int):
    posted(program, "earned", earned(ANN, 100))
    before = rows()
    with pytest.raises(Overdraft, match=r"seller_available of 11 holds 100; 101 cannot"):
        posted(program, "out", earned(BEN, 5), paid_out(ANN, 101))
    assert rows() == before
    assert held(program, available(ANN), available(BEN), withdrawn(ANN)) == [100, 0, 0]
    assert posted(program, "out", paid_out(ANN, 100)).is_new
    assert held(program, available(ANN), withdrawn(ANN)) == [0, 100]


def test_what_comes_in_first_may_go_out_in_the_same_call_but_not_the_reverse(program: int):
    posted(program, "in order", earned(ANN, 30), paid_out(ANN, 30))
    with pytest.raises(Overdraft):
        posted(program, "reverse", paid_out(ANN, 30), earned(ANN, 30))
    assert held(program, available(ANN), withdrawn(ANN)) == [0, 30]


def test_the_same_key_with_the_same_contents_writes_nothing(program: int):
    first = posted(program, "k", earned(ANN, 100), paid_out(ANN, 40))
    before = rows()
    again = posted(program, "k", earned(ANN, 100), paid_out(ANN, 40))
    assert (again.id, again.is_new) == (first.id, False)
    assert rows() == before
    assert held(program, available(ANN), withdrawn(ANN)) == [60, 40]


@pytest.mark.parametrize(
    "others",
    [
        (earned(ANN, 101),),
        (earned(BEN, 100),),
        (earned(ANN, 100), earned(ANN, 1)),
        (moved(CLEARING, available(ANN), 100),),
        (moved(REVENUE, available(ANN), 100, lines=b"x" * 32),),
    ],
)
def test_the_same_key_with_other_contents_is_refused(program: int, others: tuple[Transfer, ...]):
    posted(program, "k", earned(ANN, 100))
    with pytest.raises(Conflict, match="with the key k"):
        posted(program, "k", *others)
    with pytest.raises(Conflict, match="with the key k"):
        posted(program, "k", earned(ANN, 100), on=DAY + timedelta(days=1))
    assert held(program, available(ANN), available(BEN)) == [100, 0]


def test_a_key_is_of_its_program(program: int):
    other = new_brand("other").program.id
    posted(program, "k", earned(ANN, 100))
    assert posted(other, "k", earned(ANN, 7)).is_new
    assert held(program, available(ANN)) == [100]
    assert held(other, available(ANN)) == [7]


def test_a_debt_is_worked_off_before_anything_is_paid_again(program: int):
    posted(program, "earned", earned(ANN, 100), paid_out(ANN, 100))
    posted(program, "refund", taken_back(ANN, 70))
    assert held(program, available(ANN)) == [-70]
    with pytest.raises(Overdraft):
        posted(program, "out", paid_out(ANN, 1))
    posted(program, "more", earned(ANN, 90))
    with pytest.raises(Overdraft):
        posted(program, "out", paid_out(ANN, 21))
    posted(program, "out", paid_out(ANN, 20))
    assert held(program, available(ANN), withdrawn(ANN)) == [0, 120]


def test_without_leave_to_owe_the_floor_holds_where_debt_is_allowed(program: int):
    with pytest.raises(Overdraft):
        posted(program, "k", moved(available(ANN), REVENUE, 1))
    assert rows() == (0, 0, 0)


def test_what_never_owes_is_refused_by_the_database_too(program: int):
    posted(program, "k", moved(CLEARING, deposit(5), 10))
    with pytest.raises(DatabaseError), transaction.atomic():
        models.Account.objects.filter(purpose="deposit").update(balance_minor=-1)
    with pytest.raises(DatabaseError), transaction.atomic():
        models.Account.objects.filter(purpose="clearing").update(balance_minor=0)


@pytest.mark.parametrize(
    ("transfers", "field"),
    [
        ((), "transfers"),
        ((earned(ANN, 1),) * (MOST_LINKED + 1), "transfers"),
        ((earned(ANN, 0),), "amount_minor"),
        ((earned(ANN, -5),), "amount_minor"),
        ((moved(REVENUE, REVENUE, 5),), "destination"),
        ((moved(REVENUE, Account(Purpose.SELLER_AVAILABLE), 5),), "owner_id"),
        ((moved(Account(Purpose.CLEARING, 3), available(ANN), 5),), "owner_id"),
        ((moved(REVENUE, available(ANN), 5, lines=b"short"),), "lines"),
        ((moved(deposit(5), CLEARING, 5, may_owe=True),), "may_owe"),
        ((moved(CLEARING, available(ANN), 5, may_owe=True),), "may_owe"),
    ],
)
def test_what_cannot_be_meant_names_the_field(
    program: int, transfers: tuple[Transfer, ...], field: str
):
    with pytest.raises(BadInput) as refused:
        posted(program, "k", *transfers)
    assert refused.value.field == field
    assert rows() == (0, 0, 0)


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_a_length(program: int, key: str):
    with pytest.raises(BadInput) as refused:
        posted(program, key, earned(ANN, 1))
    assert refused.value.field == "key"


def test_as_many_as_may_be_linked_are(program: int):
    posted(program, "k", *(earned(seller, 2) for seller in range(1, 2_001)))
    assert held(program, REVENUE, available(2_000)) == [-4_000, 2]


def test_what_was_posted_is_never_changed_or_removed(program: int):
    posted(program, "k", earned(ANN, 100))
    for table in ("ledger_transfer", "ledger_posting"):
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET id = 1"):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(change)
    assert held(program, available(ANN)) == [100]


SELLERS = st.integers(1, 3)
MOVES = st.one_of(
    st.builds(earned, SELLERS, st.integers(1, 40)),
    st.builds(taken_back, SELLERS, st.integers(1, 40)),
    st.builds(paid_out, SELLERS, st.integers(1, 40)),
    st.builds(
        lambda a, b, amount: moved(available(a), deposit(b), amount),
        SELLERS,
        SELLERS,
        st.integers(1, 40),
    ),
)
CALLS = st.lists(st.tuples(st.integers(1, 4), st.lists(MOVES, min_size=1, max_size=4)), max_size=8)


class PlainLedger:
    """The same, as a dictionary of sums would do it."""

    def __init__(self) -> None:
        self.known: dict[int, list[Transfer]] = {}
        self.sums: dict[Account, int] = {}

    def post(self, key: int, transfers: list[Transfer]) -> type[Exception] | None:
        if key in self.known:
            return None if self.known[key] == transfers else Conflict
        trial = dict(self.sums)
        for each in transfers:
            left = trial.get(each.source, 0) - each.amount_minor
            if left < 0 and not each.may_owe and each.source.owner_id:
                return Overdraft
            trial[each.source] = left
            trial[each.destination] = trial.get(each.destination, 0) + each.amount_minor
        self.sums, self.known[key] = trial, transfers
        return None


class AnyCalls(TestCase):
    """Whatever is posted, the books are those of the plain ledger, and they add up to nothing."""

    @given(CALLS)
    def test_any_calls_leave_what_the_plain_ledger_says(
        self, calls: list[tuple[int, list[Transfer]]]
    ):
        program, plain = new_brand().program.id, PlainLedger()
        for key, transfers in calls:
            refused = plain.post(key, transfers)
            with pytest.raises(refused) if refused else nullcontext():
                posted(program, str(key), *transfers)
        accounts = list(plain.sums)
        assert held(program, *accounts) == [plain.sums[account] for account in accounts]
        proof = prove_ledger(program_id=program)
        assert not proof.disagreements
        assert sum(proof.balances.values()) == 0
        assert (proof.accounts, proof.postings) == (len(accounts), len(plain.known))
        assert proof.transfers == sum(map(len, plain.known.values()))
