"""``siyu drivers``: why sales moved between two periods."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from siyu.faces.cli.metrics import day_of
from siyu.faces.cli.shell import AsJson, ProgramCode, show, viewer_in
from siyu.foundation.money import from_minor
from siyu.rooms.insights.types import Cut, Span
from siyu.rooms.operations.types import Right
from siyu.rooms.organization.queries import program_of
from siyu.rooms.reports.queries import drivers_between
from siyu.rooms.reports.types import Movement


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("drivers")(drivers)


def drivers(
    from_: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    to: Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD.")],
    against_from: Annotated[str, typer.Option("--against-from", help="First day before.")],
    against_to: Annotated[str, typer.Option("--against-to", help="Last day before.")],
    by: Annotated[Cut, typer.Option(help="What to tell the change apart by.")] = Cut.EVERYTHING,
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Print how a change of net sales splits into reasons; the parts add up exactly.

    Reads the last published night. Money is in major units.
    """
    viewer = viewer_in(program)
    viewer.require(Right.SEE_OVERVIEW)
    now = Span(start_on=day_of("from", from_), end_on=day_of("to", to))
    before = Span(
        start_on=day_of("against_from", against_from), end_on=day_of("against_to", against_to)
    )
    tree = drivers_between(viewer=viewer, before=before, now=now, cut=by)
    currency = program_of(program_id=viewer.program_id).currency
    told = _told(tree.total, currency) | {
        "groups": [{"group": each.group_key} | _told(each, currency) for each in tree.groups]
    }
    lines = [f"{name:<20}{amount:>20}" for name, amount in told["parts"].items()]
    lines += [f"{'change':<20}{told['change']:>20}"]
    lines += [f"  {each['group'] or '-':<18}{each['change']:>20}" for each in told["groups"]]
    show(told, as_json, "\n".join(lines))


def _told(movement: Movement, currency: str) -> dict[str, Any]:
    def major(minor: int) -> str:
        return str(from_minor(minor, currency))

    return {
        "before": {**asdict(movement.before), "net": major(movement.before.net_minor)},
        "now": {**asdict(movement.now), "net": major(movement.now.net_minor)},
        "change": major(movement.change_minor),
        "parts": {driver.value: major(part) for driver, part in movement.parts.items()},
    }
