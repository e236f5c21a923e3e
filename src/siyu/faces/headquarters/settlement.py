"""Settlement: how a program settles, closed periods, statements down to the order."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from siyu.faces.access import page
from siyu.faces.bookings import with_reasons
from siyu.faces.errors import told
from siyu.faces.exports import csv_of
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotFound
from siyu.foundation.money import from_minor, to_minor
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of, today_in
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.sellers.queries import find_seller_by_key
from siyu.rooms.settlement.actions import close_due, set_collector, set_payee, set_terms
from siyu.rooms.settlement.queries import (
    closings_of,
    collected_by,
    collector_of,
    find_payee,
    find_statement,
    owner_names,
    statement_lines,
    statements_page,
    terms_of,
)
from siyu.rooms.settlement.types import (
    ClosingView,
    GapPolicy,
    PayeeKind,
    PayeeView,
    PeriodKind,
    Terms,
    Withholding,
)

PERIODS = {
    PeriodKind.MONTH: gettext_lazy("every month"),
    PeriodKind.WEEK: gettext_lazy("every week, to Sunday"),
    PeriodKind.DAY: gettext_lazy("every day"),
    PeriodKind.WORKING_DAYS: gettext_lazy("every so many working days"),
}
WITHHOLDINGS = {
    Withholding.CUMULATIVE: gettext_lazy("cumulative, through a platform (notice 16/2025)"),
    Withholding.PER_PAYMENT: gettext_lazy("per payment, by the month (notice 61/2018)"),
    Withholding.NON_RESIDENT: gettext_lazy("for non-residents"),
    Withholding.NONE: gettext_lazy("none: an invoice is given"),
}
GAPS = {
    GapPolicy.LITERAL: gettext_lazy("the months in a row up to now"),
    GapPolicy.SEGMENT: gettext_lazy("everything begins anew"),
    GapPolicy.PAID_MONTHS: gettext_lazy("every paid month of the year"),
    GapPolicy.CALENDAR: gettext_lazy("every month since the first paid one"),
}
KINDS = {
    PayeeKind.PERSON: gettext_lazy("Person"),
    PayeeKind.SOLE_TRADER: gettext_lazy("Sole trader"),
    PayeeKind.COMPANY: gettext_lazy("Company"),
}
_REFUSED, _SIZE, _BATCH, _MOST = 422, 20, 1_000, 10**9


@page(Right.SETTLE, methods=("GET", "POST"))
def settlement(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """How the program settles, and every closed period."""
    if request.method == "GET":
        return _shown(request, viewer)
    program = program_of(program_id=viewer.program_id)
    try:
        set_terms(viewer=viewer, terms=_terms(request, program))
    except (BadInput, Conflict) as refused:
        return _shown(request, viewer, told(refused))
    messages.success(request, _("Saved. Periods that are over are closed every night."))
    return redirect("settlement")


@page(Right.SETTLE, methods=("POST",))
def close(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Close every period that is over, now."""
    today = today_in(program_id=viewer.program_id)
    try:
        closed = close_due(program_id=viewer.program_id, today=today, at=utc_now(), viewer=viewer)
    except (BadInput, Conflict) as refused:
        return _shown(request, viewer, told(refused))
    text = (
        ngettext("{n} period was closed.", "{n} periods were closed.", len(closed))
        if closed
        else _("No period is over yet.")
    )
    messages.success(request, text.format(n=len(closed)))
    return redirect("settlement")


@page(Right.SETTLE)
def closing(request: HttpRequest, closing_id: int, *, viewer: Viewer) -> HttpResponse:
    """The statements of a closed period."""
    number = page_number(request)
    found, total = statements_page(viewer=viewer, closing_id=closing_id, page=number, size=_SIZE)
    names = owner_names(viewer=viewer, owner_ids=[each.payee_id for each in found])
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "closing": _closing(viewer, closing_id),
        "rows": [{"statement": each, "name": names.get(each.payee_id, "")} for each in found],
        "count": total,
        "page": number,
        "pages": max(-(-total // _SIZE), 1),
        "section": "settlement",
    }
    return render(request, "headquarters/closing.html", shown)


@page(Right.SETTLE)
def export(request: HttpRequest, closing_id: int, *, viewer: Viewer) -> StreamingHttpResponse:
    """Every statement of a closed period as CSV."""
    found = _closing(viewer, closing_id)
    program = program_of(program_id=viewer.program_id)
    rows = _lines(viewer, found, program)
    return csv_of(name=f"statements-{found.ends_on:%Y-%m-%d}", rows=rows)


@page(Right.SETTLE)
def statement(request: HttpRequest, statement_id: int, *, viewer: Viewer) -> HttpResponse:
    """One statement with every booking behind it."""
    found = find_statement(viewer=viewer, statement_id=statement_id)
    names = owner_names(viewer=viewer, owner_ids=[found.payee_id])
    lines = statement_lines(viewer=viewer, statement_id=statement_id)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "statement": found,
        "name": names.get(found.payee_id, ""),
        "rows": with_reasons(lines),
        "section": "settlement",
    }
    return render(request, "headquarters/statement.html", shown)


@page(Right.SETTLE, methods=("GET", "POST"))
def payee(request: HttpRequest, owner_id: int, *, viewer: Viewer) -> HttpResponse:
    """Where a payee's money stands, and who is behind it before the law."""
    if request.method == "GET":
        return _payee(request, viewer, owner_id)
    try:
        _set_payee(request, viewer, owner_id)
    except BadInput as refused:
        return _payee(request, viewer, owner_id, told(refused))
    messages.success(request, _("Saved."))
    return redirect("payee", owner_id=owner_id)


def _payee(request: HttpRequest, viewer: Viewer, owner_id: int, error: str = "") -> HttpResponse:
    name, balances, known = find_payee(viewer=viewer, owner_id=owner_id)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "name": name,
        "balances": balances,
        "payee": known,
        "kind": KINDS[known.kind] if known else "",
        "withholding": WITHHOLDINGS[known.withholding] if known else "",
        "kinds": KINDS,
        "withholdings": WITHHOLDINGS,
        "owner_id": owner_id,
        **_collection(viewer, owner_id, known),
        "entered": request.POST,
        "error": error,
        "section": "settlement",
    }
    return render(request, "headquarters/payee.html", shown, status=_REFUSED if error else None)


def _collection(viewer: Viewer, owner_id: int, known: PayeeView | None) -> dict[str, Any]:
    """Who collects for a payee, and for whom it collects."""
    company_id = collector_of(viewer=viewer, owner_id=owner_id)
    collected = collected_by(viewer=viewer, company_id=owner_id)
    asked = [*collected, *([company_id] if company_id else [])]
    names = owner_names(viewer=viewer, owner_ids=asked)
    return {
        "company_id": company_id,
        "company": names.get(company_id or 0, ""),
        "collected": [{"id": each, "name": names.get(each, str(each))} for each in collected],
        "may_collect": known is not None and known.kind is PayeeKind.COMPANY and company_id is None,
    }


@page(Right.SETTLE, methods=("POST",))
def collector(request: HttpRequest, owner_id: int, *, viewer: Viewer) -> HttpResponse:
    """Have this company collect for a seller of that number, or let a payee be paid itself."""
    find_payee(viewer=viewer, owner_id=owner_id)
    key, now = request.POST.get("seller", "").strip(), utc_now()
    try:
        if key:
            seller = find_seller_by_key(viewer=viewer, source="", key=key)
            set_collector(viewer=viewer, owner_id=seller.id, company_id=owner_id, at=now)
        else:
            set_collector(viewer=viewer, owner_id=owner_id, company_id=None, at=now)
    except (Conflict, NotFound) as refused:
        return _payee(request, viewer, owner_id, told(refused))
    messages.success(
        request,
        _("From now on this company collects for her.")
        if key
        else _("From now on this payee is paid itself."),
    )
    return redirect("payee", owner_id=owner_id)


def _set_payee(request: HttpRequest, viewer: Viewer, owner_id: int) -> None:
    try:
        kind = PayeeKind(request.POST.get("kind", ""))
        withholding = Withholding(request.POST.get("withholding", ""))
    except ValueError as error:
        raise BadInput("kind", "Choose what the payee is and how tax is withheld.") from error
    set_payee(
        viewer=viewer,
        owner_id=owner_id,
        kind=kind,
        withholding=withholding,
        name=request.POST.get("name", ""),
        number=request.POST.get("number", ""),
        account=request.POST.get("account", ""),
    )


def _shown(request: HttpRequest, viewer: Viewer, error: str = "") -> HttpResponse:
    program = program_of(program_id=viewer.program_id)
    terms = terms_of(viewer=viewer)
    least = from_minor(terms.least_payout_minor, program.currency) if terms else ""
    shown = {
        "program": program,
        "terms": terms,
        "least": least,
        "period": PERIODS[terms.period] if terms else "",
        "rows": closings_of(viewer=viewer),
        "periods": PERIODS,
        "withholdings": WITHHOLDINGS,
        "gaps": GAPS,
        "entered": request.POST,
        "first_day": today_in(program_id=program.id).replace(day=1),
        "error": error,
        "section": "settlement",
    }
    return render(
        request, "headquarters/settlement.html", shown, status=_REFUSED if error else None
    )


def _terms(request: HttpRequest, program: ProgramView) -> Terms:
    given = request.POST
    try:
        period = PeriodKind(given.get("period", ""))
        withholding = Withholding(given.get("withholding", ""))
        gap_policy = GapPolicy(given.get("gap_policy", ""))
        begins_on = date.fromisoformat(given.get("begins_on", ""))
    except ValueError as error:
        raise BadInput(
            "begins_on", "Choose a period, its first day and how to withhold."
        ) from error
    try:
        least = Decimal(given.get("least_payout", "") or "0")
    except InvalidOperation:
        least = Decimal("nan")
    if not least.is_finite() or least > _MOST:
        raise BadInput("least_payout", "Write the least payout as a number.")
    return Terms(
        period=period,
        working_days=whole_number(given.get("working_days", "")) or 1,
        begins_on=begins_on,
        least_payout_minor=to_minor(least, program.currency),
        withholding=withholding,
        gap_policy=gap_policy,
        on_request=given.get("on_request") == "1",
    )


def _closing(viewer: Viewer, closing_id: int) -> ClosingView:
    found = next((each for each in closings_of(viewer=viewer) if each.id == closing_id), None)
    if found is None:
        raise NotFound("There is no such period.")
    return found


def _lines(viewer: Viewer, found: ClosingView, program: ProgramView) -> Iterator[Sequence[Any]]:
    yield (
        _("Payee"),
        _("Opening balance"),
        _("Earned"),
        _("Reversed"),
        _("Bonus"),
        _("Tax withheld"),
        _("Paid out"),
        _("Closing balance"),
        _("Currency"),
    )
    for number in count(1):
        shown, _all = statements_page(viewer=viewer, closing_id=found.id, page=number, size=_BATCH)
        if not shown:
            return
        names = owner_names(viewer=viewer, owner_ids=[each.payee_id for each in shown])
        for each in shown:
            amounts = (
                each.opening_minor,
                each.earned_minor,
                each.reversed_minor,
                each.bonus_minor,
                each.withheld_minor,
                each.paid_minor,
                each.closing_minor,
            )
            yield (
                names.get(each.payee_id, str(each.payee_id)),
                *(from_minor(amount, program.currency) for amount in amounts),
                program.currency,
            )
