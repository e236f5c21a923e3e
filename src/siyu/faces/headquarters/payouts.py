"""Payout batches: one makes them, another checks them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.exports import csv_of
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.foundation.money import from_minor
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_staff, program_of, today_in
from siyu.rooms.settlement.actions import approve_payout, draft_payout, withdraw_payout
from siyu.rooms.settlement.queries import owner_names, payout_items, payouts_of
from siyu.rooms.settlement.types import ItemState, PayoutState, PayoutView

STATES = {
    PayoutState.DRAFTED: (gettext_lazy("Waits to be checked"), "orange"),
    PayoutState.APPROVED: (gettext_lazy("Being paid"), "azure"),
    PayoutState.DONE: (gettext_lazy("Done"), "green"),
    PayoutState.WITHDRAWN: (gettext_lazy("Withdrawn"), "secondary"),
}
ITEM_STATES = {
    ItemState.WAITING: (gettext_lazy("Not paid yet"), "secondary"),
    ItemState.PAID: (gettext_lazy("Paid"), "green"),
    ItemState.FAILED: (gettext_lazy("Came back"), "red"),
    ItemState.WITHDRAWN: (gettext_lazy("Withdrawn"), "secondary"),
}
_REFUSED = 422


@page(Right.SETTLE)
def payouts(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every batch, the newest first."""
    return _shown(request, viewer)


@page(Right.MAKE_PAYOUTS, methods=("POST",))
def new(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Make a batch of all that is available."""
    try:
        payout_id = draft_payout(
            viewer=viewer, today=today_in(program_id=viewer.program_id), at=utc_now()
        )
    except (BadInput, Conflict) as refused:
        return _shown(request, viewer, told(refused))
    messages.success(request, _("Made. Somebody else has to check it before it is paid."))
    return redirect("payout", payout_id=payout_id)


@page(Right.SETTLE)
def payout(request: HttpRequest, payout_id: int, *, viewer: Viewer) -> HttpResponse:
    """One batch with everybody it pays."""
    return _batch(request, viewer, payout_id)


@page(Right.CHECK_PAYOUTS, methods=("POST",))
def approve(request: HttpRequest, payout_id: int, *, viewer: Viewer) -> HttpResponse:
    """Check a batch that somebody else made."""
    today = today_in(program_id=viewer.program_id)
    try:
        approve_payout(viewer=viewer, payout_id=payout_id, today=today, at=utc_now())
    except Conflict as refused:
        return _batch(request, viewer, payout_id, told(refused))
    messages.success(request, _("Checked. It is paid within seconds."))
    return redirect("payout", payout_id=payout_id)


@page(Right.MAKE_PAYOUTS, methods=("POST",))
def withdraw(request: HttpRequest, payout_id: int, *, viewer: Viewer) -> HttpResponse:
    """Take a batch back that nobody has checked."""
    withdraw_payout(viewer=viewer, payout_id=payout_id)
    messages.success(request, _("Withdrawn. Nothing was paid."))
    return redirect("payouts")


@page(Right.SETTLE)
def export(request: HttpRequest, payout_id: int, *, viewer: Viewer) -> StreamingHttpResponse:
    """Everybody a batch pays as CSV."""
    found = _find(viewer, payout_id)
    return csv_of(name=f"payout-{found.number}", rows=_lines(viewer, payout_id))


def _shown(request: HttpRequest, viewer: Viewer, error: str = "") -> HttpResponse:
    found = payouts_of(viewer=viewer)
    people = {each.made_by_id for each in found} | {each.checked_by_id or 0 for each in found}
    names = names_of_staff(staff_ids=people)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [
            {
                "payout": each,
                "state": STATES[each.state],
                "maker": names.get(each.made_by_id, ""),
                "checker": names.get(each.checked_by_id or 0, ""),
            }
            for each in found
        ],
        "waits": any(each.state is PayoutState.DRAFTED for each in found),
        "error": error,
        "section": "payouts",
    }
    return render(request, "headquarters/payouts.html", shown, status=_REFUSED if error else None)


def _batch(request: HttpRequest, viewer: Viewer, payout_id: int, error: str = "") -> HttpResponse:
    found = _find(viewer, payout_id)
    items = payout_items(viewer=viewer, payout_id=payout_id)
    owners = [each.payee_id for each in items]
    names = owner_names(viewer=viewer, owner_ids=owners)
    people = names_of_staff(staff_ids={found.made_by_id, found.checked_by_id or 0})
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "payout": found,
        "state": STATES[found.state],
        "maker": people.get(found.made_by_id, ""),
        "checker": people.get(found.checked_by_id or 0, ""),
        "is_own": found.made_by_id == viewer.staff_id,
        "rows": [
            {
                "item": each,
                "name": names.get(each.payee_id, ""),
                "state": ITEM_STATES[each.state],
                "reason": _(each.reason) if each.reason else "",
            }
            for each in items
        ],
        "error": error,
        "section": "payouts",
    }
    return render(request, "headquarters/payout.html", shown, status=_REFUSED if error else None)


def _find(viewer: Viewer, payout_id: int) -> PayoutView:
    found = next((each for each in payouts_of(viewer=viewer) if each.id == payout_id), None)
    if found is None:
        raise NotFound("There is no such batch.")
    return found


def _lines(viewer: Viewer, payout_id: int) -> Iterator[Sequence[Any]]:
    yield (
        _("Payee"),
        _("Paid to"),
        _("Account"),
        _("Before tax"),
        _("Tax withheld"),
        _("Paid out"),
        _("State"),
        _("Reason"),
        _("Currency"),
    )
    currency = program_of(program_id=viewer.program_id).currency
    items = payout_items(viewer=viewer, payout_id=payout_id)
    names = owner_names(viewer=viewer, owner_ids=[each.payee_id for each in items])
    for each in items:
        amounts = (each.gross_minor, each.tax_minor, each.net_minor)
        yield (
            names.get(each.payee_id, str(each.payee_id)),
            each.name,
            each.masked_account,
            *(from_minor(amount, currency) for amount in amounts),
            ITEM_STATES[each.state][0],
            _(each.reason) if each.reason else "",
            currency,
        )
