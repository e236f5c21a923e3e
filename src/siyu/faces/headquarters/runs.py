"""Runs, and reactions that keep failing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.paging import page_number
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import Conflict
from siyu.rooms.operations.actions import request_run, retry_delivery
from siyu.rooms.operations.queries import failing_deliveries, find_run, runs_page
from siyu.rooms.operations.types import Right, RunState, RunView, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.outreach.actions import nightly_key

KINDS = {
    "nightly": gettext_lazy("Nightly run"),
    "hourly": gettext_lazy("Hourly run"),
    "import": gettext_lazy("Import"),
    "dispatch": gettext_lazy("Dispatch"),
    "export": gettext_lazy("Spreadsheet"),
    "settlement": gettext_lazy("Settlement"),
}
STATES = {
    RunState.QUEUED: (gettext_lazy("Waiting"), "azure"),
    RunState.RUNNING: (gettext_lazy("Running"), "azure"),
    RunState.DONE: (gettext_lazy("Done"), "green"),
    RunState.FAILED: (gettext_lazy("Failed"), "red"),
}
STEPS = {
    "spreadsheet": gettext_lazy("Write the spreadsheet"),
    "trials": gettext_lazy("Trials of levels"),
    "closings": gettext_lazy("Close periods that are over"),
    "outcome_kinds": gettext_lazy("What came of histories"),
    "history_kinds": gettext_lazy("Kinds of histories"),
    "spending_kinds": gettext_lazy("Kinds of spending"),
    "forecast": gettext_lazy("Trial of the forecasts"),
    "standards": gettext_lazy("Standards of customers"),
    "forecasts": gettext_lazy("Forecast by kind of history"),
    "seller_origins": gettext_lazy("Where sellers came from"),
    "customer_layers": gettext_lazy("Customers by state and worth"),
    "lives": gettext_lazy("How long customers stay"),
    "community_lives": gettext_lazy("How long communities last"),
    "fresh_tags": gettext_lazy("Fresh tags"),
    "tag_truth": gettext_lazy("Truth of tags"),
    "fresh_facts": gettext_lazy("Feed what was sold"),
    "figures": gettext_lazy("Figures of today"),
    "seller_months": gettext_lazy("Sellers' months"),
    "brand_tiers": gettext_lazy("Brands in tiers"),
    "import": gettext_lazy("Read and write the rows"),
    "reactions": gettext_lazy("Credit and other reactions"),
    "expire": gettext_lazy("Close tasks of earlier days"),
    "sync": gettext_lazy("Feed the warehouse"),
    "sales": gettext_lazy("Sales lines"),
    "orders": gettext_lazy("Orders"),
    "visits": gettext_lazy("Visits"),
    "returns": gettext_lazy("Returns"),
    "goods": gettext_lazy("Goods"),
    "market": gettext_lazy("Market clock"),
    "histories": gettext_lazy("Purchase histories"),
    "favourites": gettext_lazy("Favourite categories"),
    "propensity": gettext_lazy("Chances to buy"),
    "customers_mart": gettext_lazy("Portraits of customers"),
    "signals": gettext_lazy("Signals"),
    "memberships": gettext_lazy("Members of segments"),
    "segment_sizes": gettext_lazy("Sizes of segments"),
    "candidates": gettext_lazy("Candidates for lists"),
    "seller_states": gettext_lazy("Where sellers stand"),
    "sellers_mart": gettext_lazy("Health of sellers"),
    "seller_candidates": gettext_lazy("Sellers to look after"),
    "trend": gettext_lazy("Trend by day"),
    "responses": gettext_lazy("Answers to tasks, issued and held"),
    "seller_responses": gettext_lazy("What looking after sellers added"),
    "concentration": gettext_lazy("Concentration by month"),
    "cohorts": gettext_lazy("Cohorts"),
    "assign": gettext_lazy("Hand out to sellers"),
    "lists": gettext_lazy("Draw the lists"),
    "seller_lists": gettext_lazy("Draw the managers' lists"),
}
_SIZE = 20
_MOVING = (RunState.QUEUED, RunState.RUNNING)


@page(Right.SEE_RUNS, methods=("GET", "POST"))
def runs(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The list of runs; a POST starts tonight's now."""
    program = program_of(program_id=viewer.program_id)
    if request.method == "POST":
        viewer.require(Right.START_RUNS)
        day = program.day_of(utc_now())
        run = request_run(
            program_id=program.id,
            kind="nightly",
            key=nightly_key(program_id=program.id, as_of=day),
            arguments={"as_of": str(day)},
            requested_by_id=viewer.staff_id,
        )
        return redirect("run", run_id=run.id)
    number = page_number(request)
    kind = request.GET.get("kind", "")
    rows = runs_page(viewer=viewer, kind=kind, page=number, size=_SIZE)
    shown = {
        "program": program,
        "rows": [_line(run) for run in rows[:_SIZE]],
        "page": number,
        "has_next": len(rows) > _SIZE,
        "kind": kind,
        "kinds": KINDS,
        "failing": len(failing_deliveries(viewer=viewer)),
        "section": "runs",
    }
    return render(request, "headquarters/runs.html", shown)


@page(Right.SEE_RUNS)
def detail(request: HttpRequest, run_id: int, *, viewer: Viewer) -> HttpResponse:
    """One run with its steps."""
    run = find_run(viewer=viewer, run_id=run_id)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        **_line(run),
        "is_moving": run.state in _MOVING,
        "may_run_again": _may_run_again(run) and viewer.may(Right.START_RUNS),
        "steps": [
            {"step": step, "word": STEPS.get(step.name, step.name), "state": STATES[step.state]}
            for step in run.steps
        ],
        "section": "runs",
    }
    partial = request.headers.get("HX-Request-Type") == "partial"
    template = "_run_state" if partial else "run"
    return render(request, f"headquarters/{template}.html", shown)


@page(Right.START_RUNS, methods=("POST",))
def again(request: HttpRequest, run_id: int, *, viewer: Viewer) -> HttpResponse:
    """Queue a run again with the same arguments."""
    run = find_run(viewer=viewer, run_id=run_id)
    if not _may_run_again(run):
        raise Conflict("This import was started already; upload the file again.")
    request_run(
        program_id=run.program_id,
        kind=run.kind,
        key=run.key,
        arguments=dict(run.arguments),
        requested_by_id=viewer.staff_id,
    )
    return redirect("run", run_id=run_id)


@page(Right.SEE_RUNS)
def reactions(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Reactions that failed and wait for another try."""
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": failing_deliveries(viewer=viewer),
        "section": "reactions",
    }
    return render(request, "headquarters/reactions.html", shown)


@page(Right.START_RUNS, methods=("POST",))
def retry(request: HttpRequest, delivery_id: int, *, viewer: Viewer) -> HttpResponse:
    """Try a reaction again at once."""
    retry_delivery(viewer=viewer, delivery_id=delivery_id)
    messages.success(request, _("It is tried again now. Reload in a moment."))
    return redirect("reactions")


def _may_run_again(run: RunView) -> bool:
    """Whether there is something to do again by whoever looks at it.

    The file of an import that is in was removed, and a spreadsheet is for whoever asked for it.
    """
    is_in = run.kind == "import" and run.state is RunState.DONE
    return run.state not in _MOVING and not is_in and run.kind != "export"


def _line(run: RunView) -> dict[str, Any]:
    word, colour = STATES[run.state]
    return {
        "run": run,
        "kind_word": KINDS.get(run.kind, run.kind),
        "about": run.arguments.get("as_of") or run.arguments.get("file", ""),
        "state_word": word,
        "state_colour": colour,
    }
