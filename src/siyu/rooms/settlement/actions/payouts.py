"""Payout batches: one makes it, another checks it, then it is paid and the results come back."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from siyu.foundation.calendar import month_number
from siyu.foundation.errors import Conflict, NotFound
from siyu.rooms.ledger.actions import post
from siyu.rooms.ledger.queries import balances_of
from siyu.rooms.ledger.types import Account, Kind, Overdraft, Purpose, Transfer
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.queries import able_to_sign_in
from siyu.rooms.settlement import models
from siyu.rooms.settlement.ports import payer
from siyu.rooms.settlement.queries import paid_before
from siyu.rooms.settlement.queries.payees import paid_through, told_by
from siyu.rooms.settlement.rules import tax_on
from siyu.rooms.settlement.types import (
    GapPolicy,
    Instruction,
    ItemState,
    PayoutState,
    Result,
    WithdrawalState,
    Withholding,
)

_MOST_REASON = 200


@transaction.atomic
def draft_payout(
    *,
    viewer: Viewer,
    today: date,
    at: datetime,
    payee_ids: Collection[int] | None = None,
) -> int:
    """Make a batch of what is due to payees whose identity is known; returns its id.

    Due is all that is available, or of sellers what they asked for, as the program settles. Tax is
    withheld as it would be today. Raises Conflict where a batch waits already, or nobody
    can be paid.
    """
    viewer.require(Right.MAKE_PAYOUTS)
    maker_id = _somebody(viewer)
    book = _book(viewer.program_id)
    if models.Payout.objects.filter(
        program_id=viewer.program_id, state=PayoutState.DRAFTED
    ).exists():
        raise Conflict("A batch waits to be checked; check or withdraw it first.")
    payees = paid_through(program_id=viewer.program_id, owner_ids=payee_ids)
    due = _due(book, payees, today, _asked(book))
    if not due:
        raise Conflict("Nobody whose identity is known has as much as the least payout.")
    book.payouts += 1
    book.save(update_fields=["payouts"])
    payout = models.Payout.objects.create(
        program_id=viewer.program_id, number=book.payouts, made_by_id=maker_id, made_at=at
    )
    models.PayoutItem.objects.bulk_create(
        models.PayoutItem(
            payout=payout,
            payee_id=payee_id,
            sealed=payees[payee_id].sealed,
            withholding=payees[payee_id].withholding,
            gross_minor=gross,
            tax_minor=tax,
            month=month_number(today),
        )
        for payee_id, (gross, tax) in sorted(due.items())
    )
    _waiting(book.program_id).filter(payee_id__in=any_of(values=due)).update(payout=payout)
    record_deed(viewer=viewer, action="draft payout", subject=f"payout {payout.id}")
    return payout.id


@transaction.atomic
def withdraw_payout(*, viewer: Viewer, payout_id: int) -> None:
    """Take back a batch that nobody has checked yet. Raises NotFound, Conflict."""
    viewer.require(Right.MAKE_PAYOUTS)
    _book(viewer.program_id)
    payout = _drafted(viewer, payout_id)
    payout.state = PayoutState.WITHDRAWN
    payout.save(update_fields=["state"])
    models.PayoutItem.objects.filter(payout=payout).update(state=ItemState.WITHDRAWN)
    models.Withdrawal.objects.filter(payout=payout).update(payout=None)
    record_deed(viewer=viewer, action="withdraw payout", subject=f"payout {payout.id}")


@transaction.atomic
def approve_payout(*, viewer: Viewer, payout_id: int, today: date, at: datetime) -> None:
    """Check a batch that somebody else made: from here on it will be paid.

    Raises Conflict where the checker made it, or balances or the month's tax have changed since;
    NotFound.
    """
    viewer.require(Right.CHECK_PAYOUTS)
    checker_id = _somebody(viewer)
    book = _book(viewer.program_id)
    payout = _drafted(viewer, payout_id)
    if payout.made_by_id == checker_id:
        raise Conflict("Who made a batch cannot check it; ask somebody else.")
    items = list(models.PayoutItem.objects.filter(payout=payout).order_by("payee_id"))
    payees = paid_through(program_id=viewer.program_id, owner_ids=[item.payee_id for item in items])
    if checker_id in told_by(payees):
        raise Conflict("Who told where somebody is paid cannot check it; ask somebody else.")
    due = _due(book, payees, today, _asked(book, payout))
    for item in items:
        payee = payees.get(item.payee_id)
        if payee is None or bytes(payee.sealed) != bytes(item.sealed):
            raise Conflict("Who is paid or where has changed since; withdraw it and make it anew.")
        if due.get(item.payee_id) != (item.gross_minor, item.tax_minor):
            raise Conflict("Balances or tax have changed since; withdraw it and make it anew.")
    payout.state, payout.checked_by_id, payout.checked_at = PayoutState.APPROVED, checker_id, at
    payout.paid_on = today
    payout.save()
    models.PayoutItem.objects.filter(payout=payout).update(
        period=book.closings + 1, month=month_number(today)
    )
    models.Withdrawal.objects.filter(payout=payout).update(state=WithdrawalState.TAKEN)
    try:
        post(
            program_id=payout.program_id,
            key=f"payout {payout.number}",
            business_on=today,
            transfers=[moved for item in items for moved in _going_out(item)],
            at=at,
        )
    except Overdraft as error:
        raise Conflict("Balances have changed since; withdraw it and make it anew.") from error
    record_deed(viewer=viewer, action="approve payout", subject=f"payout {payout.id}")


def carry_out_payouts(*, program_id: int, at: datetime, today: date) -> int:
    """Hand checked batches to the payer and read results back; how many payouts were decided.

    Every instruction has a key of its own, so one that is told twice is paid once.
    """
    decided = 0
    approved = models.Payout.objects.filter(program_id=program_id, state=PayoutState.APPROVED)
    for payout in approved.order_by("number"):
        items = models.PayoutItem.objects.filter(payout=payout, state=ItemState.WAITING)
        waiting = {str(item.id): item for item in items}
        payer().pay(instructions=_instructions(payout, list(waiting.values())))
        for result in payer().results(keys=list(waiting)):
            _decide(program_id, waiting[result.key].id, result, at, today)
            decided += 1
        _end(payout)
    return decided


def _instructions(payout: models.Payout, items: list[models.PayoutItem]) -> list[Instruction]:
    currency = program_of(program_id=payout.program_id).currency
    told = []
    for item in items:
        person = settings.SIYU_KEYRING.open(item.sealed)
        told.append(
            Instruction(
                key=str(item.id),
                name=person["name"] or "",
                account=person["account"] or "",
                amount_minor=item.gross_minor - item.tax_minor,
                currency=currency,
            )
        )
    return told


@transaction.atomic
def _decide(program_id: int, item_id: int, result: Result, at: datetime, today: date) -> None:
    """Book what became of a payout; once, whoever reads the result."""
    book = _book(program_id)
    item = models.PayoutItem.objects.select_for_update().get(id=item_id)
    if item.state != ItemState.WAITING:
        return
    if result.is_paid:
        item.state, moved = ItemState.PAID, _arrived(item)
    else:
        item.state, moved = ItemState.FAILED, _coming_back(item)
        item.reason, item.returned_in = result.reason[:_MOST_REASON], book.closings + 1
    item.save()
    post(
        program_id=program_id,
        key=f"payout item {item.id}",
        business_on=today,
        transfers=moved,
        at=at,
    )


@transaction.atomic
def _end(payout: models.Payout) -> None:
    waiting = models.PayoutItem.objects.filter(payout=payout, state=ItemState.WAITING)
    if not waiting.exists():
        models.Payout.objects.filter(id=payout.id, state=PayoutState.APPROVED).update(
            state=PayoutState.DONE
        )


def _waiting(program_id: int) -> QuerySet[models.Withdrawal]:
    """What sellers asked for and no batch holds."""
    return models.Withdrawal.objects.filter(
        program_id=program_id, state=WithdrawalState.ASKED, payout=None
    )


def _asked(book: models.Book, payout: models.Payout | None = None) -> dict[int, int] | None:
    """What sellers asked for that no batch holds, or this one; None where all is paid to all."""
    if not book.on_request:
        return None
    rows = _waiting(book.program_id)
    if payout is not None:
        rows = models.Withdrawal.objects.filter(payout=payout, state=WithdrawalState.ASKED)
    return dict(rows.values_list("payee_id", "amount_minor"))


def _due(
    book: models.Book,
    payees: Mapping[int, models.Payee],
    today: date,
    asked: Mapping[int, int] | None,
) -> dict[int, tuple[int, int]]:
    """(gross, tax) of each seller or store that has enough.

    Sellers are due no more than they asked for, where they are asked; stores, and who cannot sign
    in, are due all.
    """
    owners = sorted(payees)
    if asked is not None:
        may_ask = able_to_sign_in(seller_ids=owners)
        owners = [owner for owner in owners if owner in asked or owner not in may_ask]
    accounts = {owner: Account(Purpose.SELLER_AVAILABLE, owner) for owner in owners}
    held = balances_of(program_id=book.program_id, accounts=accounts.values())
    before = paid_before(program_id=book.program_id, year=today.year)
    found: dict[int, tuple[int, int]] = {}
    for owner, account in accounts.items():
        gross = min(held[account], (asked or {}).get(owner, held[account]))
        if gross <= 0 or gross < book.least_payout_minor:
            continue
        tax = tax_on(
            gross_fen=gross,
            month=month_number(today),
            before=before.get(owner, {}),
            withholding=Withholding(payees[owner].withholding),
            gap_policy=GapPolicy(book.gap_policy),
        )
        if tax < gross:
            found[owner] = (gross, tax)
    return found


def _accounts(item: models.PayoutItem) -> dict[str, Account]:
    return {
        "own": Account(Purpose.SELLER_AVAILABLE, item.payee_id),
        "gone": Account(Purpose.SELLER_WITHDRAWN, item.payee_id),
        "tax": Account(Purpose.TAX_WITHHELD),
        "way": Account(Purpose.CLEARING),
    }


def _going_out(item: models.PayoutItem) -> list[Transfer]:
    of, net = _accounts(item), item.gross_minor - item.tax_minor
    moved = [_moved(of["own"], of["way"], net, Kind.PAYOUT)]
    if item.tax_minor:
        moved.append(_moved(of["own"], of["tax"], item.tax_minor, Kind.WITHHOLDING))
    return moved


def _arrived(item: models.PayoutItem) -> list[Transfer]:
    of = _accounts(item)
    return [_moved(of["way"], of["gone"], item.gross_minor - item.tax_minor, Kind.PAYOUT)]


def _coming_back(item: models.PayoutItem) -> list[Transfer]:
    of, net = _accounts(item), item.gross_minor - item.tax_minor
    moved = [_moved(of["way"], of["own"], net, Kind.PAYOUT_RETURN)]
    if item.tax_minor:
        moved.append(_moved(of["tax"], of["own"], item.tax_minor, Kind.PAYOUT_RETURN))
    return moved


def _moved(source: Account, destination: Account, amount: int, kind: Kind) -> Transfer:
    return Transfer(source=source, destination=destination, amount_minor=amount, kind=kind)


def _somebody(viewer: Viewer) -> int:
    """The member of staff who acts; keys and the command line are nobody in person."""
    if viewer.staff_id is None:
        raise Conflict("Sign in yourself: a payout is made and checked by two persons.")
    return viewer.staff_id


def _book(program_id: int) -> models.Book:
    """The program's book, locked until the transaction ends."""
    book = models.Book.objects.select_for_update().filter(program_id=program_id).first()
    if book is None:
        raise Conflict("This program does not settle yet; say how on the page of settlement.")
    return book


def _drafted(viewer: Viewer, payout_id: int) -> models.Payout:
    payout = models.Payout.objects.filter(id=payout_id, program_id=viewer.program_id).first()
    if payout is None:
        raise NotFound("There is no such batch.")
    if payout.state != PayoutState.DRAFTED:
        raise Conflict("This batch was checked or withdrawn already.")
    return payout
