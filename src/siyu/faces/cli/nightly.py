"""``siyu nightly``: insights and today's lists. ``siyu hourly``: today's figures."""

from datetime import datetime
from typing import Annotated, Any

import typer

from siyu.faces.cli.shell import AsJson, ProgramCode, progress_bars, show, viewer_in
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.insights.actions import hourly_key
from siyu.rooms.operations.actions import run_now
from siyu.rooms.operations.types import Right, RunView
from siyu.rooms.organization.queries import program_of
from siyu.rooms.outreach.actions import nightly_key


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("nightly")(nightly)
    app.command("hourly")(hourly)


def nightly(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Day of the lists, YYYY-MM-DD; what happened before counts."),
    ] = None,
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Feed the warehouse, compute insights and draw every seller's list of the day."""
    viewer = viewer_in(program)
    viewer.require(Right.START_RUNS)
    known = program_of(program_id=viewer.program_id)
    try:
        day = (
            datetime.strptime(as_of, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
            if as_of
            else known.day_of(utc_now())
        )
    except ValueError as error:
        raise BadInput("as_of", "{day} is no date; write it as 2026-01-31.", day=as_of) from error
    with progress_bars() as listener:
        run = run_now(
            program_id=known.id,
            kind="nightly",
            key=nightly_key(program_id=known.id, as_of=day),
            arguments={"as_of": str(day)},
            listener=listener,
        )
    show(_told(run), as_json, _text(run))


def hourly(program: ProgramCode = None, as_json: AsJson = False) -> None:
    """Feed the warehouse and bring today's figures and the month's sales up to date."""
    viewer = viewer_in(program)
    viewer.require(Right.START_RUNS)
    with progress_bars() as listener:
        run = run_now(
            program_id=viewer.program_id,
            kind="hourly",
            key=hourly_key(program_id=viewer.program_id),
            arguments={},
            listener=listener,
        )
    rows = {step.name: step.rows or 0 for step in run.steps}
    told = {
        "run": str(run.id),
        "seconds": run.seconds,
        "facts": rows["fresh_facts"],
        "days": rows["figures"],
    }
    text = f"{rows['fresh_facts']:,} facts fed, {rows['figures']} days anew ({run.seconds:.1f} s)."
    show(told, as_json, text)


def _told(run: RunView) -> dict[str, Any]:
    return {
        "run": str(run.id),
        "as_of": run.arguments["as_of"],
        "seconds": run.seconds,
        "tasks": next((step.rows for step in run.steps if step.name == "lists"), 0),
        "steps": [
            {"name": step.name, "rows": step.rows, "seconds": step.seconds} for step in run.steps
        ],
    }


def _text(run: RunView) -> str:
    lines = [
        f"  {step.name:<16}{step.rows or 0:>12,}  {step.seconds or 0:8.2f} s" for step in run.steps
    ]
    return "\n".join(
        [*lines, f"Lists of {run.arguments['as_of']} are ready ({run.seconds:.1f} s)."]
    )
