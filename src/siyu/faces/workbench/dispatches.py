"""What headquarters asks for by a deadline, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.numbers import whole_number
from siyu.faces.work import CUSTOMER_REASONS, OUTCOMES, SKIP_REASONS, how
from siyu.faces.workbench.wording import message_values, standing_line
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.catalog.queries import products_of_ids
from siyu.rooms.coaching.types import Outcome, SkipReason
from siyu.rooms.content.queries import message_of, newest_templates
from siyu.rooms.customers.queries import names_of_customers
from siyu.rooms.dispatch.actions import (
    finish_assignment,
    open_assignments,
    reopen_assignment,
    skip_assignment,
)
from siyu.rooms.dispatch.queries import find_assignment, find_own_dispatch, own_dispatches
from siyu.rooms.dispatch.types import AssignmentView, CustomerReason, OwnDispatch
from siyu.rooms.insights.queries import portraits_among
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.orders.queries import last_bought, purchases_of
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.sellers.queries import own_seller

_SOON = timedelta(hours=24)
_REFUSED = 422


@dataclass(frozen=True)
class AssignmentCard:
    """An assignment as it is shown: with whom, how she stands, and the words to send."""

    assignment: AssignmentView
    name: str
    line: str
    message: str
    how: str
    may_undo: bool


def asked_of(*, viewer: Viewer, program: ProgramView, now: datetime) -> list[dict[str, Any]]:
    """What the seller is asked to do by now, as rows of her page of today."""
    return [
        {
            "dispatch": each,
            "done": len(each.closed),
            "total": len(each.closed) + len(each.open),
            "is_soon": each.due_at - now < _SOON,
        }
        for each in own_dispatches(viewer=viewer, now=now)
    ]


@page(Right.WORK_TASKS)
def dispatch(request: HttpRequest, dispatch_id: int, *, viewer: Viewer) -> HttpResponse:
    """One dispatch with what the seller has to do for it."""
    partial = request.headers.get("HX-Request-Type") == "partial"
    template = "_dispatch" if partial else "dispatch"
    return render(request, f"workbench/{template}.html", _shown(viewer, dispatch_id))


@page(Right.WORK_TASKS, methods=("POST",))
def opened(request: HttpRequest, dispatch_id: int, *, viewer: Viewer) -> HttpResponse:
    """Note that the seller has looked at it."""
    open_assignments(viewer=viewer, dispatch_id=dispatch_id, now=utc_now())
    return HttpResponse(status=204)


@page(Right.WORK_TASKS, methods=("GET", "POST"))
def finish(request: HttpRequest, assignment_id: int, *, viewer: Viewer) -> HttpResponse:
    """Note how it was done; a call-back also notes what the customer said."""
    assignment = find_assignment(viewer=viewer, assignment_id=assignment_id)
    if request.method == "GET":
        return _sheet(request, viewer, assignment)
    posted = request.POST
    try:
        finish_assignment(
            viewer=viewer,
            assignment_id=assignment_id,
            now=utc_now(),
            outcome=_chosen(Outcome, posted.get("outcome", "")),
            reason=_chosen(CustomerReason, posted.get("reason", "")),
            product_id=whole_number(posted.get("product", "")),
            note=posted.get("note", ""),
        )
    except BadInput as error:
        return _sheet(request, viewer, assignment, error=error)
    return _after(request, viewer, assignment, _("Done. Well done!"), can_undo=True)


@page(Right.WORK_TASKS, methods=("POST",))
def skip(request: HttpRequest, assignment_id: int, *, viewer: Viewer) -> HttpResponse:
    """Leave it undone for a reason."""
    assignment = find_assignment(viewer=viewer, assignment_id=assignment_id)
    reason = _chosen(SkipReason, request.POST.get("reason", ""))
    if reason is None:
        raise BadInput("reason", "Choose one of the answers.")
    skip_assignment(
        viewer=viewer,
        assignment_id=assignment_id,
        reason=reason,
        now=utc_now(),
    )
    return _after(request, viewer, assignment, _("Skipped."), can_undo=True)


@page(Right.WORK_TASKS, methods=("POST",))
def undo(request: HttpRequest, assignment_id: int, *, viewer: Viewer) -> HttpResponse:
    """Open again what was closed today."""
    assignment = find_assignment(viewer=viewer, assignment_id=assignment_id)
    reopen_assignment(
        viewer=viewer,
        assignment_id=assignment_id,
        now=utc_now(),
    )
    return _after(request, viewer, assignment, _("It is back on the list."), can_undo=False)


def _shown(viewer: Viewer, dispatch_id: int) -> dict[str, Any]:
    program = program_of(program_id=viewer.program_id)
    now = utc_now()
    found = find_own_dispatch(viewer=viewer, dispatch_id=dispatch_id)
    return {
        "program": program,
        "dispatch": found,
        "is_over": found.due_at <= now,
        "is_soon": found.due_at - now < _SOON,
        "cards": _cards(viewer, found, found.open, program),
        "closed": _cards(viewer, found, found.closed, program),
        "done": len(found.closed),
        "total": len(found.closed) + len(found.open),
        "tab": "today",
    }


def _cards(
    viewer: Viewer,
    found: OwnDispatch,
    assignments: tuple[AssignmentView, ...],
    program: ProgramView,
) -> list[AssignmentCard]:
    """Assignments as cards; names, portraits and products are read in one batch each."""
    ids = [each.customer_id for each in assignments if each.customer_id]
    seller = own_seller(viewer=viewer)
    names = names_of_customers(viewer=viewer, customer_ids=ids)
    portraits = portraits_among(viewer=viewer, customer_ids=ids)
    bought = last_bought(viewer=viewer, customer_ids=ids)
    products = products_of_ids(product_ids=[product for product, _on, _n in bought.values()])
    stores = names_of_units(unit_ids=[seller.unit_id])
    template = newest_templates(
        program_id=program.id, codes=[found.template_code], language=get_language() or "zh-hans"
    ).get(found.template_code)
    today = program.day_of(utc_now())
    cards = []
    for each in assignments:
        name = names.get(each.customer_id, "") if each.customer_id else ""
        values = message_values(
            customer=name,
            seller=seller.name,
            store=stores.get(seller.unit_id, ""),
            bought=bought.get(each.customer_id or 0),
            products=products,
            on=today,
        )
        portrait = portraits.get(each.customer_id or 0)
        closing = how(each.outcome, each.skip_reason)
        reason = CUSTOMER_REASONS[CustomerReason(each.reason)] if each.reason else ""
        cards.append(
            AssignmentCard(
                assignment=each,
                name=name or (_("Customer without a name") if each.customer_id else found.title),
                line=standing_line(portrait, program.currency) if portrait else "",
                message=message_of(template=template, values=values) if template else "",
                how=" · ".join(str(part) for part in (closing, reason, each.note) if part),
                may_undo=each.closed_at is not None
                and program.day_of(each.closed_at) == today
                and found.due_at > utc_now(),
            )
        )
    return cards


def _sheet(
    request: HttpRequest,
    viewer: Viewer,
    assignment: AssignmentView,
    *,
    error: BadInput | None = None,
) -> HttpResponse:
    found = find_own_dispatch(viewer=viewer, dispatch_id=assignment.dispatch_id)
    shown: dict[str, Any] = {
        "assignment": assignment,
        "dispatch": found,
        "outcomes": OUTCOMES if assignment.customer_id else {},
        "reasons": CUSTOMER_REASONS if found.asks_reason else {},
        "skips": SKIP_REASONS,
        "products": {},
        "name": found.title,
        "entered": request.POST,
        "error": told(error) if error else "",
    }
    if assignment.customer_id:
        names = names_of_customers(viewer=viewer, customer_ids=[assignment.customer_id])
        shown["name"] = names.get(assignment.customer_id) or _("Customer without a name")
    if assignment.customer_id and found.asks_reason:
        purchases = purchases_of(viewer=viewer, customer_id=assignment.customer_id)
        ids = [line.product_id for purchase in purchases for line in purchase.lines]
        products = products_of_ids(product_ids=ids)
        shown["products"] = {str(each): products[each].name for each in dict.fromkeys(ids)}
    partial = request.headers.get("HX-Request")
    template = "_report" if partial else "report_page"
    response = render(
        request, f"workbench/{template}.html", shown, status=_REFUSED if error else 200
    )
    if error and partial:
        response.headers["HX-Retarget"] = "#sheet"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _after(
    request: HttpRequest,
    viewer: Viewer,
    assignment: AssignmentView,
    toast: str,
    *,
    can_undo: bool,
) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        messages.success(request, toast)
        return redirect("own-dispatch", dispatch_id=assignment.dispatch_id)
    shown = _shown(viewer, assignment.dispatch_id)
    more = {"toast": toast, "undo_id": assignment.id if can_undo else None}
    return render(request, "workbench/_dispatch.html", shown | more)


def _chosen(words: type[Any], value: str) -> Any:
    try:
        return words(value)
    except ValueError:
        return None
