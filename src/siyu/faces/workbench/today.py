"""Today's list and what is done with its tasks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.customers import others_by_id
from siyu.faces.signals import Kind, kind_of
from siyu.faces.work import OUTCOMES, SKIP_REASONS
from siyu.faces.workbench.dispatches import asked_of
from siyu.faces.workbench.wording import message_values, reason
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.catalog.queries import products_of_ids
from siyu.rooms.coaching.types import Outcome, SkipReason
from siyu.rooms.content.queries import message_of, newest_templates
from siyu.rooms.customers.queries import names_of_customers
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.orders.queries import last_bought
from siyu.rooms.organization.queries import names_of_units, program_of, today_in
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.outreach.actions import finish_task, postpone_task, reopen_task, skip_task
from siyu.rooms.outreach.queries import find_task, today_of
from siyu.rooms.outreach.types import TaskView
from siyu.rooms.sellers.queries import own_seller
from siyu.rooms.sellers.types import SellerView

DELAYS = {
    1: gettext_lazy("Tomorrow"),
    3: gettext_lazy("In three days"),
    7: gettext_lazy("In a week"),
}


@dataclass(frozen=True)
class Card:
    """A task as it is shown: who, why, and the words to send."""

    task: TaskView
    name: str
    kind: Kind
    reason: str
    message: str


@page(Right.WORK_TASKS)
def today(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The list of the day."""
    template = "_list" if request.headers.get("HX-Request-Type") == "partial" else "today"
    return render(request, f"workbench/{template}.html", _shown(viewer))


@page(Right.WORK_TASKS, methods=("GET", "POST"))
def outcome(request: HttpRequest, task_id: int, *, viewer: Viewer) -> HttpResponse:
    """Note how a task was done."""
    if request.method == "GET":
        return _sheet(request, viewer, task_id, "outcome", {"outcomes": OUTCOMES})
    chosen = _chosen(Outcome, request.POST.get("outcome", ""), "outcome")
    finish_task(
        viewer=viewer, task_id=task_id, outcome=chosen, today=today_in(program_id=viewer.program_id)
    )
    return _after(request, viewer, _("Done. Well done!"), task_id)


@page(Right.WORK_TASKS, methods=("GET", "POST"))
def skip(request: HttpRequest, task_id: int, *, viewer: Viewer) -> HttpResponse:
    """Leave a task undone, or put it off."""
    if request.method == "GET":
        return _sheet(request, viewer, task_id, "skip", {"reasons": SKIP_REASONS, "delays": DELAYS})
    chosen = _chosen(SkipReason, request.POST.get("reason", ""), "reason")
    skip_task(
        viewer=viewer, task_id=task_id, reason=chosen, today=today_in(program_id=viewer.program_id)
    )
    return _after(request, viewer, _("Skipped."), task_id)


@page(Right.WORK_TASKS, methods=("POST",))
def delay(request: HttpRequest, task_id: int, *, viewer: Viewer) -> HttpResponse:
    """Put a task off by some days."""
    asked = request.POST.get("days", "")
    days = next((each for each in DELAYS if str(each) == asked), None)
    if days is None:
        raise BadInput("days", "Choose when the task is to come back.")
    postpone_task(
        viewer=viewer, task_id=task_id, days=days, today=today_in(program_id=viewer.program_id)
    )
    return _after(request, viewer, _("Put off."), task_id)


@page(Right.WORK_TASKS, methods=("POST",))
def undo(request: HttpRequest, task_id: int, *, viewer: Viewer) -> HttpResponse:
    """Open a task again that was closed today."""
    reopen_task(viewer=viewer, task_id=task_id, today=today_in(program_id=viewer.program_id))
    return _after(request, viewer, _("It is back on the list."), None)


def cards_of(
    viewer: Viewer, tasks: tuple[TaskView, ...], seller: SellerView, program: ProgramView, on: date
) -> list[Card]:
    """Tasks as cards; names, products and templates are read in one batch each."""
    ids = [task.customer_id for task in tasks]
    names = names_of_customers(viewer=viewer, customer_ids=ids)
    bought = last_bought(viewer=viewer, customer_ids=ids)
    products = products_of_ids(product_ids=[product for product, _on, _n in bought.values()])
    templates = newest_templates(
        program_id=program.id,
        codes={task.template_code for task in tasks},
        language=get_language() or "zh-hans",
    )
    store = names_of_units(unit_ids=[seller.unit_id])
    cards = []
    for task in tasks:
        name = names.get(task.customer_id, "")
        words = message_values(
            customer=name,
            seller=seller.name,
            store=store.get(seller.unit_id, ""),
            bought=bought.get(task.customer_id),
            products=products,
            on=on,
        )
        template = templates.get(task.template_code)
        cards.append(
            Card(
                task=task,
                name=name or _("Customer without a name"),
                kind=kind_of(task.signal, task.playbook_name),
                reason=reason(task.signal, task.evidence, program.currency),
                message=message_of(template=template, values=words) if template else "",
            )
        )
    return cards


def _shown(viewer: Viewer) -> dict[str, Any]:
    program = program_of(program_id=viewer.program_id)
    seller = own_seller(viewer=viewer)
    now = utc_now()
    day = program.day_of(now)
    listed = today_of(viewer=viewer, seller_id=seller.id, today=day)
    done = len(listed.closed)
    return {
        "program": program,
        "seller": seller,
        "store": names_of_units(unit_ids=[seller.unit_id]).get(seller.unit_id, ""),
        "asked": asked_of(viewer=viewer, program=program, now=now),
        "day": day,
        "list_on": listed.on,
        "is_old": listed.on < day,
        "cards": cards_of(viewer, listed.open, seller, program, day),
        "closed": cards_of(viewer, listed.closed, seller, program, day),
        "others": others_by_id(
            viewer=viewer, staff_ids=[task.closed_by_id for task in listed.closed]
        ),
        "done": done,
        "total": done + len(listed.open),
        "expected_minor": sum(task.expected_value_minor for task in listed.open),
        "tab": "today",
    }


def _sheet(
    request: HttpRequest, viewer: Viewer, task_id: int, name: str, choices: dict[str, Any]
) -> HttpResponse:
    task = find_task(viewer=viewer, task_id=task_id)
    names = names_of_customers(viewer=viewer, customer_ids=[task.customer_id])
    shown = {"task": task, "name": names.get(task.customer_id, ""), "sheet": name, **choices}
    partial = request.headers.get("HX-Request")
    template = "workbench/_sheet.html" if partial else "workbench/sheet_page.html"
    return render(request, template, shown)


def _after(request: HttpRequest, viewer: Viewer, told: str, undo_id: int | None) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        messages.success(request, told)
        return redirect("today")
    shown = _shown(viewer) | {"toast": told, "undo_id": undo_id}
    return render(request, "workbench/_list.html", shown)


def _chosen(words: type[Any], value: str, field: str) -> Any:
    try:
        return words(value)
    except ValueError as error:
        raise BadInput(field, "Choose one of the answers.") from error
