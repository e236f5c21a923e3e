"""Accounts and transfers as the tests of the ledger write them down."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from siyu.rooms.ledger.actions import post
from siyu.rooms.ledger.queries import balances_of
from siyu.rooms.ledger.types import Account, Kind, Posting, Purpose, Transfer

DAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
REVENUE = Account(Purpose.PROGRAM_REVENUE)
CLEARING = Account(Purpose.CLEARING)
ANN, BEN = 11, 12


def available(seller: int) -> Account:
    return Account(Purpose.SELLER_AVAILABLE, seller)


def withdrawn(seller: int) -> Account:
    return Account(Purpose.SELLER_WITHDRAWN, seller)


def deposit(merchant: int) -> Account:
    return Account(Purpose.DEPOSIT, merchant)


def moved(source: Account, destination: Account, amount: int, **more: Any) -> Transfer:
    given = {"kind": Kind.ACCRUAL} | more
    return Transfer(source=source, destination=destination, amount_minor=amount, **given)


def earned(seller: int, amount: int) -> Transfer:
    return moved(REVENUE, available(seller), amount)


def taken_back(seller: int, amount: int) -> Transfer:
    return moved(available(seller), REVENUE, amount, kind=Kind.REVERSAL, may_owe=True)


def paid_out(seller: int, amount: int) -> Transfer:
    return moved(available(seller), withdrawn(seller), amount, kind=Kind.PAYOUT)


def posted(program_id: int, key: str, *transfers: Transfer, on: date = DAY) -> Posting:
    return post(program_id=program_id, key=key, business_on=on, transfers=transfers, at=AT)


def held(program_id: int, *accounts: Account) -> list[int]:
    found = balances_of(program_id=program_id, accounts=accounts)
    return [found[account] for account in accounts]
