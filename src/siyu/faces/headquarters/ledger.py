"""The ledger: what accounts hold, what moved through them, and the proof of every posting."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.exports import csv_of
from siyu.faces.paging import page_number
from siyu.foundation.errors import NotFound
from siyu.foundation.money import from_minor
from siyu.rooms.ledger.queries import (
    accounts_after,
    accounts_page,
    find_account,
    find_posting,
    holdings,
    moves_page,
)
from siyu.rooms.ledger.types import Account, Kind, Purpose
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.settlement.queries import owner_names

PURPOSES = {
    Purpose.PROGRAM_REVENUE: gettext_lazy("the program's revenue"),
    Purpose.ALLIANCE_RECEIVABLE: gettext_lazy("what alliances owe"),
    Purpose.TAX_WITHHELD: gettext_lazy("tax withheld"),
    Purpose.CLEARING: gettext_lazy("paid out, by the bank"),
    Purpose.COMMISSION_PAYABLE: gettext_lazy("commissions not released yet"),
    Purpose.SELLER_AVAILABLE: gettext_lazy("available to payees"),
    Purpose.SELLER_WITHDRAWN: gettext_lazy("paid out to payees"),
    Purpose.MERCHANT_PAYABLE: gettext_lazy("owed to merchants"),
    Purpose.DEPOSIT: gettext_lazy("deposits"),
}
KINDS = {
    Kind.ACCRUAL: gettext_lazy("commission"),
    Kind.MATURITY: gettext_lazy("released"),
    Kind.REVERSAL: gettext_lazy("taken back"),
    Kind.WITHHOLDING: gettext_lazy("tax withheld"),
    Kind.PAYOUT: gettext_lazy("payout"),
    Kind.PAYOUT_RETURN: gettext_lazy("payout that came back"),
    Kind.SALE: gettext_lazy("sale"),
    Kind.FEE: gettext_lazy("fee"),
    Kind.DEPOSIT: gettext_lazy("deposit"),
    Kind.CORRECTION: gettext_lazy("correction"),
}
_SIZE, _BATCH = 20, 1_000


@page(Right.SEE_LEDGER)
def ledger(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """What all accounts of each purpose hold."""
    found = holdings(viewer=viewer)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [{"holding": each, "word": PURPOSES[each.purpose]} for each in found],
        "whole_minor": sum(each.balance_minor for each in found),
        "section": "ledger",
    }
    return render(request, "headquarters/ledger.html", shown)


@page(Right.SEE_LEDGER)
def accounts(request: HttpRequest, name: str, *, viewer: Viewer) -> HttpResponse:
    """The accounts of one purpose, the greatest balance first."""
    purpose, number = _purpose(name), page_number(request)
    found, total = accounts_page(viewer=viewer, purpose=purpose, page=number, size=_SIZE)
    names = _names(viewer, (each.account for each in found))
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "purpose": purpose,
        "word": PURPOSES[purpose],
        "rows": [{"account": each, "name": names[each.account.owner_id]} for each in found],
        "count": total,
        "page": number,
        "pages": max(-(-total // _SIZE), 1),
        "section": "ledger",
    }
    return render(request, "headquarters/ledger_accounts.html", shown)


@page(Right.SEE_LEDGER)
def export(request: HttpRequest, name: str, *, viewer: Viewer) -> StreamingHttpResponse:
    """Every account of one purpose as CSV."""
    purpose = _purpose(name)
    return csv_of(name=f"ledger-{purpose.value}", rows=_lines(viewer, purpose))


@page(Right.SEE_LEDGER)
def account(request: HttpRequest, account_id: int, *, viewer: Viewer) -> HttpResponse:
    """What came into an account and went out, the newest first."""
    number = page_number(request)
    found = find_account(viewer=viewer, account_id=account_id)
    moves, has_next = moves_page(viewer=viewer, account_id=account_id, page=number, size=_SIZE)
    names = _names(viewer, [found.account, *(each.other for each in moves)])
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "account": found,
        "name": names[found.account.owner_id],
        "word": PURPOSES[found.account.purpose],
        "rows": [
            {
                "move": each,
                "kind": KINDS[each.kind],
                "other": PURPOSES[each.other.purpose],
                "name": names[each.other.owner_id] if each.other.owner_id else "",
            }
            for each in moves
        ],
        "page": number,
        "has_next": has_next,
        "section": "ledger",
    }
    return render(request, "headquarters/ledger_account.html", shown)


@page(Right.SEE_LEDGER)
def posting(request: HttpRequest, posting_id: int, *, viewer: Viewer) -> HttpResponse:
    """Transfers that were written together, and whether their digest holds."""
    found = find_posting(viewer=viewer, posting_id=posting_id)
    both = [each for moved in found.transfers for each in (moved.source, moved.destination)]
    names = _names(viewer, both)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "posting": found,
        "rows": [
            {
                "transfer": each,
                "kind": KINDS[each.kind],
                "source": PURPOSES[each.source.purpose],
                "source_name": names[each.source.owner_id] if each.source.owner_id else "",
                "destination": PURPOSES[each.destination.purpose],
                "destination_name": names[each.destination.owner_id]
                if each.destination.owner_id
                else "",
                "lines": each.lines.hex(),
            }
            for each in found.transfers
        ],
        "section": "ledger",
    }
    return render(request, "headquarters/ledger_posting.html", shown)


def _purpose(name: str) -> Purpose:
    if name not in set(Purpose):
        raise NotFound("There are no such accounts.")
    return Purpose(name)


def _names(viewer: Viewer, named: Iterable[Account]) -> dict[int, str]:
    """Whose accounts they are; of those whom nobody knows by name, their number."""
    owners = {each.owner_id for each in named}
    known = owner_names(viewer=viewer, owner_ids=owners - {0})
    told = {owner_id: known.get(owner_id, str(owner_id)) for owner_id in owners}
    return told | {0: _("the house")}


def _lines(viewer: Viewer, purpose: Purpose) -> Iterator[list[str]]:
    currency = program_of(program_id=viewer.program_id).currency
    yield [_("Number"), _("Name"), _("Balance"), _("Currency")]
    after = -1
    while found := accounts_after(viewer=viewer, purpose=purpose, owner_id=after, limit=_BATCH):
        names = _names(viewer, (each.account for each in found))
        for each in found:
            owner_id = each.account.owner_id
            amount = from_minor(each.balance_minor, currency)
            yield [str(owner_id), names[owner_id], f"{amount}", currency]
        after = found[-1].account.owner_id
