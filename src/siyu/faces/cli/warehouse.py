"""``siyu warehouse``: feed, rebuild and verify."""

import typer

from siyu.faces.cli.shell import AsJson, ProgramCode, show, viewer_in
from siyu.foundation.errors import Conflict
from siyu.rooms.insights.actions import feed_warehouse, rebuild_warehouse
from siyu.rooms.insights.queries import verify_warehouse
from siyu.rooms.operations.actions import deliver_all
from siyu.rooms.operations.types import Right

_commands = typer.Typer(help="The warehouse of facts.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_commands, name="warehouse")


@_commands.command()
def sync(program: ProgramCode = None, as_json: AsJson = False) -> None:
    """Feed what was written since the last time."""
    viewer = viewer_in(program)
    viewer.require(Right.START_RUNS)
    deliver_all()
    fed = feed_warehouse(program_id=viewer.program_id)
    show({"fed": fed}, as_json, _lines(fed))


@_commands.command()
def rebuild(program: ProgramCode = None, as_json: AsJson = False) -> None:
    """Forget all facts and feed them again from the database."""
    viewer = viewer_in(program)
    viewer.require(Right.START_RUNS)
    deliver_all()
    fed = rebuild_warehouse(program_id=viewer.program_id)
    show({"fed": fed}, as_json, _lines(fed))


@_commands.command()
def verify(program: ProgramCode = None, as_json: AsJson = False) -> None:
    """Compare counts and sums by day with the database; fails where they differ."""
    viewer = viewer_in(program)
    viewer.require(Right.START_RUNS)
    found = verify_warehouse(program_id=viewer.program_id)
    text = "\n".join(
        f"{d.fact} {d.day}: database {d.database_rows} rows, {d.database_sum}; "
        f"warehouse {d.warehouse_rows} rows, {d.warehouse_sum}"
        for d in found
    )
    show(
        {"agrees": not found, "differences": [vars(d) for d in found]},
        as_json,
        text or "Database and warehouse agree on every day.",
    )
    if found:
        raise Conflict("The warehouse differs; run: siyu warehouse rebuild")


def _lines(fed: dict[str, int]) -> str:
    return "\n".join(f"{name:<16}{rows:>12,}" for name, rows in fed.items())
