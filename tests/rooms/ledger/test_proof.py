"""The proof of the ledger: silent on what was posted, and it names whatever was tampered with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import F

from siyu.rooms.ledger.models import Account, Posting, Transfer
from siyu.rooms.ledger.queries import prove_ledger
from tests import append_only
from tests.rooms.brand import Brand, new_brand
from tests.rooms.ledger.moves import ANN, BEN, CLEARING, deposit, earned, moved, paid_out, posted


@pytest.fixture
def program(committed_brand: Brand) -> int:
    program = committed_brand.program.id
    posted(program, "one", earned(ANN, 700), earned(BEN, 50))
    posted(program, "two", paid_out(ANN, 200), moved(CLEARING, deposit(3), 30))
    posted(new_brand("other").program.id, "elsewhere", earned(ANN, 9_999))
    return program


def found(program: int) -> list[tuple[str, str, str, str]]:
    wrong = prove_ledger(program_id=program).disagreements
    return [(each.what, each.subject, each.stored, each.computed) for each in wrong]


def test_what_was_posted_holds(program: int):
    proof = prove_ledger(program_id=program)
    assert proof.disagreements == []
    assert (proof.currency, proof.accounts, proof.postings, proof.transfers) == ("CNY", 6, 2, 4)
    assert {name: amount for name, amount in proof.balances.items() if amount} == {
        "program_revenue": -750,
        "clearing": -30,
        "seller_available": 550,
        "seller_withdrawn": 200,
        "deposit": 30,
    }


def test_an_empty_ledger_holds(brand: Brand):
    proof = prove_ledger(program_id=brand.program.id)
    assert (proof.disagreements, proof.accounts, proof.transfers) == ([], 0, 0)
    assert set(proof.balances.values()) == {0}


def test_a_changed_balance_is_named_and_no_longer_adds_up(program: int):
    Account.objects.filter(program_id=program, owner_id=BEN).update(balance_minor=51)
    assert found(program) == [
        ("balance", "seller_available 12", "51", "50"),
        ("sum", "program", "1", "0"),
    ]


def test_two_changed_balances_that_add_up_are_named(program: int):
    own = Account.objects.filter(program_id=program, purpose="seller_available")
    own.filter(owner_id=ANN).update(balance_minor=F("balance_minor") - 50)
    own.filter(owner_id=BEN).update(balance_minor=F("balance_minor") + 50)
    assert [each[:2] for each in found(program)] == [
        ("balance", "seller_available 11"),
        ("balance", "seller_available 12"),
    ]


def first_posting(program: int) -> Posting:
    return Posting.objects.get(program_id=program, key="one")


def change_amount(transfer: Transfer) -> None:
    """A careful forger: the balances go with the transfer."""
    Transfer.objects.filter(id=transfer.id).update(amount_minor=701)
    Account.objects.filter(id=transfer.destination_id).update(balance_minor=501)


def change_account(transfer: Transfer) -> None:
    other = Account.objects.get(
        program_id=transfer.posting.program_id, purpose="seller_available", owner_id=BEN
    )
    Transfer.objects.filter(id=transfer.id).update(destination_id=other.id)
    Account.objects.filter(id=transfer.destination_id).update(balance_minor=-200)
    Account.objects.filter(id=other.id).update(balance_minor=750)


def change_kind(transfer: Transfer) -> None:
    Transfer.objects.filter(id=transfer.id).update(kind="fee")


def change_lines(transfer: Transfer) -> None:
    Transfer.objects.filter(id=transfer.id).update(lines=b"y" * 32)


def change_day(transfer: Transfer) -> None:
    Posting.objects.filter(id=transfer.posting_id).update(business_on="2026-04-01")


def remove_one(transfer: Transfer) -> None:
    Transfer.objects.filter(id=transfer.id).delete()
    Account.objects.filter(id=transfer.destination_id).update(balance_minor=-200)


def remove_all(transfer: Transfer) -> None:
    Transfer.objects.filter(posting_id=transfer.posting_id).delete()
    own = Account.objects.filter(purpose="seller_available", program_id=transfer.posting.program_id)
    own.filter(owner_id=ANN).update(balance_minor=-200)
    own.filter(owner_id=BEN).update(balance_minor=0)


@pytest.mark.parametrize(
    "forge",
    [
        change_amount,
        change_account,
        change_kind,
        change_lines,
        change_day,
        remove_one,
        remove_all,
    ],
)
def test_a_forged_transfer_is_found_though_balances_fit(
    program: int, forge: Callable[[Transfer], None]
):
    posting = first_posting(program)
    with append_only.lifted():
        forge(Transfer.objects.filter(posting=posting).order_by("id")[0])
    ((what, subject, stored, computed),) = found(program)
    assert (what, subject) == ("digest", f"posting {posting.id}")
    assert stored == bytes(first_posting(program).digest).hex() != computed


def test_swapped_transfers_are_found(program: int):
    posting = first_posting(program)
    first, second = Transfer.objects.filter(posting=posting).order_by("id")
    with append_only.lifted():
        for transfer, new in ((first, 1), (second, first.id), (first, second.id)):
            old = 1 if new == second.id else transfer.id
            Transfer.objects.filter(id=old).update(id=new)
    assert [each[:2] for each in found(program)] == [("digest", f"posting {posting.id}")]
