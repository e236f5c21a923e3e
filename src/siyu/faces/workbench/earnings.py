"""What a seller earns: today, this month, what is released, what was paid, and why."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.bookings import with_reasons
from siyu.faces.errors import told
from siyu.faces.paging import page_number
from siyu.foundation.calendar import month_of
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict
from siyu.foundation.money import from_minor, to_minor
from siyu.rooms.catalog.queries import products_page
from siyu.rooms.commissions.queries import own_accruals, own_earned, own_estimates, own_level
from siyu.rooms.commissions.types import PricedProduct
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.plans.queries import plan_on
from siyu.rooms.settlement.actions import ask_withdrawal, cancel_withdrawal, identify
from siyu.rooms.settlement.queries import (
    asks_to_be_paid,
    find_statement,
    own_balances,
    own_collector,
    own_payee,
    own_payouts,
    own_statements,
    own_withdrawal,
    statement_lines,
)
from siyu.rooms.settlement.types import ItemState

PAYOUT_STATES = {
    ItemState.WAITING: gettext_lazy("on its way"),
    ItemState.PAID: gettext_lazy("paid"),
    ItemState.FAILED: gettext_lazy("came back"),
    ItemState.WITHDRAWN: gettext_lazy("withdrawn"),
}
_SIZE, _REFUSED, _MOST = 20, 422, 10**9


@page(Right.SEE_OWN_NUMBERS)
def earnings(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Today, this month, where the money stands, and every booking with its reason."""
    program = program_of(program_id=viewer.program_id)
    today = program.day_of(utc_now())
    month_on, last_on = month_of(today), month_of(today, 1) - timedelta(days=1)
    number = page_number(request)
    lines, total = own_accruals(viewer=viewer, page=number, size=_SIZE)
    shown = {
        "program": program,
        "today_minor": own_earned(viewer=viewer, first=today, last=today),
        "month_minor": own_earned(viewer=viewer, first=month_on, last=last_on),
        "balances": own_balances(viewer=viewer),
        "level": own_level(viewer=viewer, today=today),
        "payee": own_payee(viewer=viewer),
        "asks": asks_to_be_paid(viewer=viewer),
        "statements": own_statements(viewer=viewer, limit=3),
        "rows": with_reasons(lines),
        "page": number,
        "pages": max(-(-total // _SIZE), 1),
        "tab": "numbers",
    }
    return render(request, "workbench/earnings.html", shown)


@page(Right.SEE_OWN_NUMBERS)
def goods(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """What a piece of each product would earn her now."""
    number, find, now = page_number(request), request.GET.get("find", "").strip(), utc_now()
    program = program_of(program_id=viewer.program_id)
    products, total = products_page(
        program_id=viewer.program_id, find=find, page=number, size=_SIZE
    )
    priced = [PricedProduct(each.id, each.price_minor or 0) for each in products]
    estimates = own_estimates(viewer=viewer, products=priced, at=now)
    shown = {
        "program": program,
        "find": find,
        "has_plan": plan_on(program_id=viewer.program_id, day=program.day_of(now)) is not None,
        "rows": [
            {"product": product, "estimate": estimate}
            for product, estimate in zip(products, estimates, strict=False)
        ],
        "page": number,
        "pages": max(-(-total // _SIZE), 1),
        "tab": "numbers",
    }
    return render(request, "workbench/goods.html", shown)


@page(Right.SEE_OWN_NUMBERS)
def statements(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every statement, the newest first."""
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "statements": own_statements(viewer=viewer),
        "tab": "numbers",
    }
    return render(request, "workbench/statements.html", shown)


@page(Right.SEE_OWN_NUMBERS)
def statement(request: HttpRequest, statement_id: int, *, viewer: Viewer) -> HttpResponse:
    """One statement with every booking behind it."""
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "statement": find_statement(viewer=viewer, statement_id=statement_id),
        "rows": with_reasons(statement_lines(viewer=viewer, statement_id=statement_id)),
        "tab": "numbers",
    }
    return render(request, "workbench/statement.html", shown)


@page(Right.MANAGE_PAYMENTS, methods=("GET", "POST"))
def withdrawal(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """What she asks to be paid, and what she was paid."""
    program, error = program_of(program_id=viewer.program_id), ""
    if request.method == "POST":
        try:
            amount = _amount(request.POST.get("amount", ""), program.currency)
            ask_withdrawal(viewer=viewer, amount_minor=amount, at=utc_now())
        except (BadInput, Conflict) as refused:
            error = told(refused)
        else:
            messages.success(request, _("Asked. It is paid with the next batch."))
            return redirect("own-withdrawal")
    balances = own_balances(viewer=viewer)
    shown = {
        "program": program,
        "balances": balances,
        "most": from_minor(max(balances.available_minor, 0), program.currency),
        "payee": own_payee(viewer=viewer),
        "company": own_collector(viewer=viewer),
        "asks": asks_to_be_paid(viewer=viewer),
        "asked": own_withdrawal(viewer=viewer),
        "payouts": [
            {"payout": each, "word": PAYOUT_STATES[each.state]}
            for each in own_payouts(viewer=viewer)
        ],
        "entered": request.POST,
        "error": error,
        "tab": "numbers",
    }
    return render(request, "workbench/withdrawal.html", shown, status=_REFUSED if error else None)


@page(Right.MANAGE_PAYMENTS, methods=("POST",))
def cancel(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Take back what she asked for."""
    cancel_withdrawal(viewer=viewer)
    messages.success(request, _("Cancelled. It stays available to you."))
    return redirect("own-withdrawal")


def _amount(text: str, currency: str) -> int:
    try:
        amount = Decimal(text.strip() or "0")
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or abs(amount) > _MOST:
        raise BadInput("amount", "Write the amount as a number, such as 120.50.")
    return to_minor(amount, currency)


@page(Right.MANAGE_PAYMENTS, methods=("GET", "POST"))
def payment(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Who she is before the law and where to pay: told here, checked at once, shown masked."""
    error = ""
    if request.method == "POST":
        try:
            identify(
                viewer=viewer,
                name=request.POST.get("name", ""),
                number=request.POST.get("number", ""),
                account=request.POST.get("account", ""),
            )
        except (BadInput, Conflict) as refused:
            error = told(refused)
        else:
            messages.success(request, _("Checked. What is available is paid with the next batch."))
            return redirect("earnings")
    shown = {
        "payee": own_payee(viewer=viewer),
        "company": own_collector(viewer=viewer),
        "entered": request.POST,
        "error": error,
        "tab": "numbers",
    }
    return render(request, "workbench/payment.html", shown, status=_REFUSED if error else None)
