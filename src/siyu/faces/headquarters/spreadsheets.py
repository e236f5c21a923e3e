"""Spreadsheets that a viewer asked for: their progress and their files."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy

from siyu.faces.access import page
from siyu.faces.exports import KIND, reach_of, request_spreadsheet, spreadsheet_path
from siyu.faces.headquarters.runs import STATES
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import NotFound
from siyu.rooms.operations.queries import own_runs
from siyu.rooms.operations.types import Right, RunState, RunView, Viewer
from siyu.rooms.organization.queries import program_of

NAMES = {
    "sellers": gettext_lazy("Sellers"),
    "communities": gettext_lazy("Communities"),
    "origins": gettext_lazy("Where sellers came from"),
    "brands": gettext_lazy("Brands in tiers"),
    "targets": gettext_lazy("Targets"),
    "campaign": gettext_lazy("Campaign"),
    "dispatch": gettext_lazy("Dispatched task"),
    "segment": gettext_lazy("Segment"),
    "statements": gettext_lazy("Statements"),
    "payout": gettext_lazy("Payout"),
    "ledger": gettext_lazy("Ledger"),
    "levels": gettext_lazy("Levels"),
}
_KEPT = timedelta(days=1)
_RUNNING = (RunState.QUEUED, RunState.RUNNING)


@page(Right.SEE_OVERVIEW)
def spreadsheets(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The viewer's spreadsheets of the last day, the newest first."""
    rows = [_row(run) for run in _kept(viewer)]
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": rows,
        "is_waiting": any(row["run"].state in _RUNNING for row in rows),
        "section": "spreadsheets",
    }
    return render(request, "headquarters/spreadsheets.html", shown)


@page(Right.SEE_OVERVIEW, methods=("POST",))
def start(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Queue a spreadsheet of an export's address."""
    request_spreadsheet(
        viewer=viewer,
        address=request.POST.get("address", ""),
        language=get_language() or "zh-hans",
    )
    return redirect("spreadsheets")


@page(Right.SEE_OVERVIEW)
def download(request: HttpRequest, run_id: int, *, viewer: Viewer) -> FileResponse:
    """The file of one of the viewer's own runs."""
    run = next((each for each in _kept(viewer) if each.id == run_id), None)
    path = spreadsheet_path(folder=folder(), run_id=run_id)
    may = run is not None and run.arguments["reach"] == reach_of(viewer=viewer)
    if run is None or not may or run.state is not RunState.DONE or not path.exists():
        raise NotFound("This spreadsheet is not there any more; export it again.")
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{run.arguments['name']}.xlsx"
    )


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.SIYU_HOME) / "exports"


def _kept(viewer: Viewer) -> list[RunView]:
    return own_runs(viewer=viewer, kind=KIND, since=utc_now() - _KEPT)


def _row(run: RunView) -> dict[str, Any]:
    word, colour = STATES[run.state]
    name = run.arguments["name"]
    return {
        "run": run,
        "name": NAMES.get(name, name),
        "word": word,
        "colour": colour,
        "is_there": run.state is RunState.DONE,
        "has_failed": run.state is RunState.FAILED,
    }
