"""``siyu metrics``: the figures of a period."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from siyu.faces.cli.shell import AsJson, ProgramCode, show, viewer_in
from siyu.foundation.errors import BadInput
from siyu.foundation.money import from_minor
from siyu.rooms.insights.actions import feed_warehouse
from siyu.rooms.insights.queries import metrics_between
from siyu.rooms.operations.actions import deliver_all
from siyu.rooms.operations.types import Right
from siyu.rooms.organization.queries import program_of

_MONEY = "_minor"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("metrics")(metrics)


def metrics(
    from_: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    to: Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD.")],
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Print GMV, refunds, buyers and orders of a period, new and returning buyers apart.

    Money is in major units; GMV counts goods without freight, before refunds.
    """
    viewer = viewer_in(program)
    viewer.require(Right.SEE_OVERVIEW)
    start_on, end_on = day_of("from", from_), day_of("to", to)
    deliver_all()
    feed_warehouse(program_id=viewer.program_id)
    found = metrics_between(viewer=viewer, start_on=start_on, end_on=end_on)
    currency = program_of(program_id=viewer.program_id).currency
    told: dict[str, Any] = {"from": str(start_on), "to": str(end_on), "currency": currency}
    for name, value in found.items():
        if name.endswith(_MONEY):
            told[name.removesuffix(_MONEY)] = str(from_minor(value or 0, currency))
        else:
            told[name] = value
    show(told, as_json, "\n".join(f"{name:<20}{value:>20}" for name, value in told.items()))


def day_of(field: str, text: str) -> date:
    """The day that an option names. Raises BadInput."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError as error:
        raise BadInput(field, "{day} is no date; write it as 2026-01-31.", day=text) from error
