"""How periods are closed: what matured becomes available, with a statement for every payee."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict
from siyu.foundation.ids import new_ids
from siyu.rooms.commissions.actions import accrue_due, settle_trials
from siyu.rooms.commissions.queries import frontier_on, matured
from siyu.rooms.commissions.types import Frontier, Matured
from siyu.rooms.ledger.actions import post
from siyu.rooms.ledger.queries import balances_of
from siyu.rooms.ledger.types import Account, Kind, Purpose, Transfer
from siyu.rooms.operations.actions import RunLog, insert_rows, record_deed, set_schedule
from siyu.rooms.operations.types import Right, RunView, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.settlement import models
from siyu.rooms.settlement.queries.statements import frontier_of
from siyu.rooms.settlement.rules import end_of_period
from siyu.rooms.settlement.types import PeriodKind, Terms, Withholding

_CRON = "30 2 * * *"
_CHINESE = "CNY"
_FLOWS = ("earned_minor", "reversed_minor", "bonus_minor", "withheld_minor", "paid_minor")
_COLUMNS = ("id", "closing_id", "payee_id", "opening_minor", *_FLOWS, "closing_minor")
Flows = dict[int, dict[str, int]]


@transaction.atomic
def set_terms(*, viewer: Viewer, terms: Terms) -> None:
    """Have a program settle from a day on; what it withholds and how long periods are can change.

    The first day can change until a period was closed. Raises BadInput, Conflict.
    """
    viewer.require(Right.SETTLE)
    program = program_of(program_id=viewer.program_id)
    if terms.working_days < 1:
        raise BadInput("working_days", "A period has at least one working day.")
    if terms.least_payout_minor < 0:
        raise BadInput("least_payout", "The least payout cannot be below 0.")
    if program.currency != _CHINESE and terms.withholding is not Withholding.NONE:
        raise BadInput("withholding", "Tax is withheld in yuan only; write none.")
    book = models.Book.objects.select_for_update().filter(program_id=program.id).first()
    if book is not None and book.closings and book.begins_on != terms.begins_on:
        raise Conflict("A period was closed already; its first day stays.")
    models.Book.objects.update_or_create(program_id=program.id, defaults=vars(terms))
    set_schedule(program_id=program.id, name="settlement", cron=_CRON, zone=program.zone)
    record_deed(viewer=viewer, action="set settlement", subject=f"program {program.id}")


def run_settlement(run: RunView, log: RunLog) -> None:
    """Carry out a run of the kind ``settlement``: trials passed, and periods that are over."""
    if run.program_id is None:
        raise BadInput("program", "A settlement is of one program.")
    today = program_of(program_id=run.program_id).day_of(utc_now())
    with log.step("closings") as step:
        closed = close_due(program_id=run.program_id, today=today, at=utc_now(), viewer=None)
        step.wrote(len(closed))
    with log.step("trials") as step:
        step.wrote(settle_trials(program_id=run.program_id, today=today, at=utc_now()))


def close_due(*, program_id: int, today: date, at: datetime, viewer: Viewer | None) -> list[int]:
    """Close every period that ended before today, in order; returns the numbers of the closings.

    Each is closed whole or not at all; ``viewer`` is None where the clock does it. Raises Conflict
    where the program does not settle yet, BadInput where a plan or period counts working days that
    the calendar does not have.
    """
    if viewer is not None:
        viewer.require(Right.SETTLE)
    if not models.Book.objects.filter(program_id=program_id).exists():
        raise Conflict("This program does not settle yet; say how on the page of settlement.")
    accrue_due(program_id=program_id, today=today, at=at)
    closed = []
    while (number := _close_next(program_id, today, at, viewer)) is not None:
        closed.append(number)
    return closed


@transaction.atomic
def _close_next(program_id: int, today: date, at: datetime, viewer: Viewer | None) -> int | None:
    """Close the open period if it is over; its number."""
    book = models.Book.objects.select_for_update().get(program_id=program_id)
    last = models.Closing.objects.filter(program_id=program_id, number=book.closings).first()
    begins_on = last.ends_on + timedelta(days=1) if last else book.begins_on
    ends_on = end_of_period(
        begins_on=begins_on, kind=PeriodKind(book.period), working_days=book.working_days
    )
    if ends_on >= today:
        return None
    until = frontier_on(program_id=program_id, day=ends_on)
    closing = models.Closing.objects.create(
        program_id=program_id,
        number=book.closings + 1,
        begins_on=begins_on,
        ends_on=ends_on,
        batch=until.batch,
        earned_until={str(plan): str(day) for plan, day in until.earned_until.items()},
        closed_by_id=viewer.staff_id if viewer else None,
        closed_at=at,
    )
    book.closings = closing.number
    book.save(update_fields=["closings"])
    _state(closing, last, until)
    if viewer is not None:
        record_deed(viewer=viewer, action="close period", subject=f"closing {closing.number}")
    return closing.number


def _state(closing: models.Closing, last: models.Closing | None, until: Frontier) -> None:
    """Write the statements of a closing and make available what matured."""
    since = frontier_of(last) if last else None
    found = list(matured(program_id=closing.program_id, since=since, until=until))
    _mature(closing, found)
    flows = _paid(closing)
    for each in found:
        flows[each.payee_id] |= {
            "earned_minor": each.earned_minor,
            "reversed_minor": each.reversed_minor,
            "bonus_minor": each.bonus_minor,
        }
    before = models.Statement.objects.filter(closing=last).exclude(closing_minor=0)
    opening = dict(before.values_list("payee_id", "closing_minor")) if last else {}
    rows = []
    for payee_id in sorted(flows.keys() | opening.keys()):
        moved = [flows[payee_id].get(name, 0) for name in _FLOWS]
        begun = opening.get(payee_id, 0)
        rows.append((payee_id, begun, *moved, begun + sum(moved)))
    _compare_with_ledger(closing, {row[0]: row[-1] for row in rows})
    insert_rows(
        model=models.Statement,
        columns=_COLUMNS,
        rows=[
            (row_id, closing.id, *row) for row_id, row in zip(new_ids(len(rows)), rows, strict=True)
        ],
    )


def _mature(closing: models.Closing, found: Iterable[Matured]) -> None:
    transfers = []
    for each in found:
        amount = each.earned_minor + each.reversed_minor + each.bonus_minor
        payable = Account(Purpose.COMMISSION_PAYABLE, each.payee_id)
        available = Account(Purpose.SELLER_AVAILABLE, each.payee_id)
        if amount:
            transfers.append(
                Transfer(
                    source=payable if amount > 0 else available,
                    destination=available if amount > 0 else payable,
                    amount_minor=abs(amount),
                    kind=Kind.MATURITY if amount > 0 else Kind.REVERSAL,
                    may_owe=True,
                )
            )
    if transfers:
        post(
            program_id=closing.program_id,
            key=f"closing {closing.number}",
            business_on=closing.ends_on,
            transfers=transfers,
            at=closing.closed_at,
        )


def _paid(closing: models.Closing) -> Flows:
    """What payouts took from each payee in the period, and what came back of failed ones."""
    items = models.PayoutItem.objects.filter(payout__program_id=closing.program_id)
    flows: Flows = defaultdict(dict)
    for direction, rows in (
        (-1, items.filter(period=closing.number)),
        (1, items.filter(returned_in=closing.number)),
    ):
        sums = rows.values_list("payee_id").annotate(
            tax=Sum("tax_minor"), net=Sum(F("gross_minor") - F("tax_minor"))
        )
        for payee_id, tax, net in sums:
            own: dict[str, Any] = flows[payee_id]
            own["withheld_minor"] = own.get("withheld_minor", 0) + direction * tax
            own["paid_minor"] = own.get("paid_minor", 0) + direction * net
    return flows


def _compare_with_ledger(closing: models.Closing, stated: dict[int, int]) -> None:
    """Raise Conflict where a statement is not what the ledger holds; nothing is closed then."""
    accounts = [Account(Purpose.SELLER_AVAILABLE, payee_id) for payee_id in stated]
    held = balances_of(program_id=closing.program_id, accounts=accounts)
    wrong = [each.owner_id for each in accounts if held[each] != stated[each.owner_id]]
    if wrong:
        raise Conflict(
            "The statement of {payee} is not what the ledger holds; run siyu ledger verify.",
            payee=wrong[0],
        )
