"""Money followed through the ledger, by whoever may and within one program."""

from __future__ import annotations

import pytest
from django.db.models import F

from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.ledger.models import Posting, Transfer
from siyu.rooms.ledger.queries import (
    accounts_after,
    accounts_page,
    find_account,
    find_posting,
    holdings,
    moves_page,
)
from siyu.rooms.ledger.types import Account, Kind, Purpose
from siyu.rooms.organization.types import Role
from tests import append_only
from tests.rooms.brand import Brand, new_brand
from tests.rooms.ledger.moves import ANN, BEN, earned, paid_out, posted, taken_back

AVAILABLE = Purpose.SELLER_AVAILABLE


@pytest.fixture
def shop(committed_brand: Brand) -> Brand:
    program = committed_brand.program.id
    posted(program, "one", earned(ANN, 700), earned(BEN, 50))
    posted(program, "two", paid_out(ANN, 200))
    posted(program, "three", taken_back(BEN, 80))
    posted(new_brand("other").program.id, "elsewhere", earned(ANN, 9_999))
    return committed_brand


def test_purposes_are_told_with_what_they_hold(shop: Brand) -> None:
    told = [
        (each.purpose, each.accounts, each.balance_minor) for each in holdings(viewer=shop.owner)
    ]
    assert told == [
        (Purpose.PROGRAM_REVENUE, 1, -670),
        (Purpose.SELLER_AVAILABLE, 2, 470),
        (Purpose.SELLER_WITHDRAWN, 1, 200),
    ]


def test_accounts_go_by_balance_and_page_by_page(shop: Brand) -> None:
    first, total = accounts_page(viewer=shop.owner, purpose=AVAILABLE, size=1)
    second, _ = accounts_page(viewer=shop.owner, purpose=AVAILABLE, page=2, size=1)
    assert [(each.account.owner_id, each.balance_minor) for each in [*first, *second]] == [
        (ANN, 500),
        (BEN, -30),
    ]
    assert total == 2
    (house,), _ = accounts_page(viewer=shop.owner, purpose=Purpose.PROGRAM_REVENUE)
    assert house.balance_minor == -670
    assert accounts_page(viewer=shop.owner, purpose=Purpose.DEPOSIT) == ([], 0)


def test_accounts_go_by_owner_after_one(shop: Brand) -> None:
    asked = {"viewer": shop.owner, "purpose": AVAILABLE, "limit": 1}
    assert [each.account.owner_id for each in accounts_after(owner_id=0, **asked)] == [ANN]
    assert [each.account.owner_id for each in accounts_after(owner_id=ANN, **asked)] == [BEN]
    assert accounts_after(owner_id=BEN, **asked) == []


def test_what_moved_is_told_from_the_side_of_the_account(shop: Brand) -> None:
    (ann, _), _ = accounts_page(viewer=shop.owner, purpose=AVAILABLE)
    moves, has_more = moves_page(viewer=shop.owner, account_id=ann.id)
    assert [(each.key, each.kind, each.amount_minor, each.other) for each in moves] == [
        ("two", Kind.PAYOUT, -200, Account(Purpose.SELLER_WITHDRAWN, ANN)),
        ("one", Kind.ACCRUAL, 700, Account(Purpose.PROGRAM_REVENUE)),
    ]
    assert not has_more
    newest, has_more = moves_page(viewer=shop.owner, account_id=ann.id, size=1)
    assert ([each.key for each in newest], has_more) == (["two"], True)
    assert find_account(viewer=shop.owner, account_id=newest[0].other_id).balance_minor == 200


def test_a_posting_is_proved_as_it_is_shown(shop: Brand) -> None:
    own = Posting.objects.get(program_id=shop.program.id, key="one")
    whole = find_posting(viewer=shop.owner, posting_id=own.id)
    assert (whole.is_proved, whole.count) == (True, 2)
    assert [each.amount_minor for each in whole.transfers] == [700, 50]
    some = find_posting(viewer=shop.owner, posting_id=own.id, limit=1)
    assert (some.is_proved, some.count, len(some.transfers)) == (True, 2, 1)
    with append_only.lifted():
        Transfer.objects.filter(posting=own).update(amount_minor=F("amount_minor") + 1)
    assert find_posting(viewer=shop.owner, posting_id=own.id).is_proved is False


def test_another_program_is_out_of_reach(shop: Brand) -> None:
    theirs = Posting.objects.get(key="elsewhere")
    account_id = Transfer.objects.get(posting=theirs).destination_id
    with pytest.raises(NotFound):
        find_posting(viewer=shop.owner, posting_id=theirs.id)
    with pytest.raises(NotFound):
        find_account(viewer=shop.owner, account_id=account_id)
    with pytest.raises(NotFound):
        moves_page(viewer=shop.owner, account_id=account_id)


def test_only_those_who_keep_the_books_look(shop: Brand) -> None:
    operator = shop.staff("op", Role.OPERATOR)
    (account, *_), _ = accounts_page(viewer=shop.owner, purpose=AVAILABLE)
    own = Posting.objects.get(program_id=shop.program.id, key="one")
    for look in (
        lambda: holdings(viewer=operator),
        lambda: accounts_page(viewer=operator, purpose=AVAILABLE),
        lambda: accounts_after(viewer=operator, purpose=AVAILABLE, owner_id=0, limit=1),
        lambda: find_account(viewer=operator, account_id=account.id),
        lambda: moves_page(viewer=operator, account_id=account.id),
        lambda: find_posting(viewer=operator, posting_id=own.id),
    ):
        with pytest.raises(NotAllowed):
            look()
