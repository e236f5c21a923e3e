"""Sellers who need help: the list of whoever leads them."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.analytics.marts.seller_candidates import MILESTONE_FANS
from siyu.faces.access import page
from siyu.faces.paging import page_number
from siyu.faces.templatetags.siyu import hundredths, money_round, number
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.coaching.actions import finish_seller_task, reopen_seller_task, skip_seller_task
from siyu.rooms.coaching.queries import coaching_effects, seller_tasks_closed, seller_tasks_of
from siyu.rooms.coaching.types import Outcome, SellerTaskView, SkipReason, TaskState
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.insights.types import ArmView
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of, today_in
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.sellers.queries import sellers_of_ids

REASONS = {
    "seller_slowing": (gettext_lazy("Falling off"), "orange"),
    "seller_silent": (gettext_lazy("Gone silent"), "red"),
    "first_sale_due": (gettext_lazy("First sale due"), "azure"),
    "milestone_near": (gettext_lazy("Milestone near"), "green"),
    "seller_lost": (gettext_lazy("Lost, nobody knows where"), "secondary"),
}
ADVICE = {
    "seller_slowing": gettext_lazy("Go through her list of the day with her."),
    "seller_silent": gettext_lazy("Call her: is she ill, on leave, or selling elsewhere?"),
    "first_sale_due": gettext_lazy("Stand beside her for her first contact with a customer."),
    "milestone_near": gettext_lazy("Tell her how few are missing, and who never ordered."),
    "seller_lost": gettext_lazy("Find out whether she left; if so, hand her customers over."),
}
OUTCOMES = {
    Outcome.CALL: gettext_lazy("Called"),
    Outcome.VISIT: gettext_lazy("Met"),
    Outcome.MESSAGE: gettext_lazy("Wrote"),
}
SKIPS = {
    SkipReason.JUST_TALKED: gettext_lazy("Just talked"),
    SkipReason.NOT_SUITABLE: gettext_lazy("Not suitable"),
    SkipReason.UNREACHABLE: gettext_lazy("Cannot be reached"),
    SkipReason.OTHER: gettext_lazy("Another reason"),
}
_CLOSINGS = {choice.value: word for choice, word in (*OUTCOMES.items(), *SKIPS.items())}
_SIZE = 20
_CLOSED_DAYS = 7


@page(Right.LEAD_SELLERS)
def tasks(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Whom to look after, why, and what was done in the last days."""
    program = program_of(program_id=viewer.program_id)
    today = program.day_of(utc_now())
    asked = page_number(request)
    still, count, worth_minor = seller_tasks_of(viewer=viewer, today=today, page=asked, size=_SIZE)
    closed = seller_tasks_closed(viewer=viewer, since=today - timedelta(days=_CLOSED_DAYS - 1))
    rows = _with_people(viewer, [*still, *closed], program, today)
    shown = {
        "program": program,
        "published": publication_of(program_id=viewer.program_id),
        "still": [row for row in rows if row["task"].state is TaskState.OPEN],
        "closed": [row for row in rows if row["task"].state is not TaskState.OPEN],
        "worth_minor": worth_minor,
        "effects": _effects(viewer),
        "page": asked,
        "pages": max(-(-count // _SIZE), 1),
        "outcomes": OUTCOMES,
        "skips": SKIPS,
        "section": "help",
    }
    return render(request, "headquarters/help.html", shown)


@page(Right.LEAD_SELLERS, methods=("POST",))
def finish(request: HttpRequest, task_id: int, *, viewer: Viewer) -> HttpResponse:
    """Note how she was looked after."""
    finish_seller_task(
        viewer=viewer,
        task_id=task_id,
        outcome=_chosen(request, "outcome", OUTCOMES),
        note=request.POST.get("note", ""),
        today=today_in(program_id=viewer.program_id),
    )
    messages.success(request, _("Noted. It can be undone today, below."))
    return redirect("help")


@page(Right.LEAD_SELLERS, methods=("POST",))
def skip(request: HttpRequest, task_id: int, *, viewer: Viewer) -> HttpResponse:
    """Leave her alone this time, for a reason."""
    skip_seller_task(
        viewer=viewer,
        task_id=task_id,
        reason=_chosen(request, "reason", SKIPS),
        today=today_in(program_id=viewer.program_id),
    )
    messages.success(request, _("Skipped. It can be undone today, below."))
    return redirect("help")


@page(Right.LEAD_SELLERS, methods=("POST",))
def undo(request: HttpRequest, task_id: int, *, viewer: Viewer) -> HttpResponse:
    """Take back what was closed today."""
    reopen_seller_task(
        viewer=viewer,
        task_id=task_id,
        today=today_in(program_id=viewer.program_id),
    )
    return redirect("help")


def sentence(signal: str, evidence: Mapping[str, Any], currency: str) -> str:
    """The reason of a task in one sentence with its numbers."""
    say = _SENTENCES.get(signal)
    return say(evidence, currency) if say else ""


def _slowing(evidence: Mapping[str, Any], currency: str) -> str:
    return _("{visits} visits in 30 days, {expected} expected of her").format(
        visits=number(evidence["visits_30"]), expected=hundredths(evidence["expected_30_x100"])
    )


def _silent(evidence: Mapping[str, Any], currency: str) -> str:
    return _("No sale for {days} days; {expected} visits expected in 30 days").format(
        days=number(evidence["days_since_sale"]), expected=hundredths(evidence["expected_30_x100"])
    )


def _first_sale(evidence: Mapping[str, Any], currency: str) -> str:
    if evidence["days_since_start"] is None:
        return _("Never sold yet; {fans} friends").format(fans=number(evidence["fans"]))
    return _("Began {days} days ago, never sold yet; {fans} friends").format(
        days=number(evidence["days_since_start"]), fans=number(evidence["fans"])
    )


def _milestone(evidence: Mapping[str, Any], currency: str) -> str:
    return _("{fans} of {goal} friends who ordered").format(
        fans=number(evidence["effective_fans"]), goal=MILESTONE_FANS
    )


def _lost(evidence: Mapping[str, Any], currency: str) -> str:
    return _("No sale for {days} days, {fans} friends; sold {amount} within a year").format(
        days=number(evidence["days_since_sale"]),
        fans=number(evidence["fans"]),
        amount=money_round(evidence["gmv_365_minor"], currency),
    )


_SENTENCES: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "seller_slowing": _slowing,
    "seller_silent": _silent,
    "first_sale_due": _first_sale,
    "milestone_near": _milestone,
    "seller_lost": _lost,
}


def _effects(viewer: Viewer) -> list[dict[str, Any]]:
    """What each reason added, where the viewer sees the whole program."""
    if viewer.scope is not Scope.PROGRAM or not viewer.may(Right.SEE_OVERVIEW):
        return []
    return [
        {
            "reason": REASONS[signal],
            "readout": effect,
            "issued_ppm": _share(effect.issued),
            "held_ppm": _share(effect.held),
        }
        for signal, effect in coaching_effects(viewer=viewer).items()
        if effect.issued.customers or effect.held.customers
    ]


def _share(arm: ArmView) -> int | None:
    return arm.buyers * 1_000_000 // arm.customers if arm.customers else None


def _with_people(
    viewer: Viewer, tasks: list[SellerTaskView], program: ProgramView, today: date
) -> list[dict[str, Any]]:
    people = sellers_of_ids(viewer=viewer, seller_ids=[task.seller_id for task in tasks])
    stores = names_of_units(unit_ids=[task.unit_id for task in tasks])
    return [
        {
            "task": task,
            "seller": people[task.seller_id],
            "store": stores.get(task.unit_id, ""),
            "reason": REASONS[task.signal],
            "sentence": sentence(task.signal, task.evidence, program.currency),
            "advice": ADVICE[task.signal],
            "days_left": (task.due_on - today).days,
            "closing": _CLOSINGS.get(task.outcome or task.skip_reason, ""),
            "may_undo": bool(task.closed_at)
            and program.day_of(task.closed_at or utc_now()) == today,
        }
        for task in tasks
        if task.seller_id in people
    ]


def _chosen(request: HttpRequest, field: str, choices: Mapping[Any, Any]) -> Any:
    asked = request.POST.get(field, "")
    found = next((choice for choice in choices if choice == asked), None)
    if found is None:
        raise BadInput(field, "Choose one of {choices}.", choices=", ".join(choices))
    return found
