"""``siyu fit``: models of how often customers come back and what they spend."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from siyu.faces.cli.metrics import day_of
from siyu.faces.cli.shell import AsJson, ProgramCode, show, viewer_in
from siyu.rooms.insights.actions import feed_warehouse
from siyu.rooms.insights.queries import purchase_fit
from siyu.rooms.operations.actions import deliver_all
from siyu.rooms.operations.types import Right


class Unit(StrEnum):
    """Units of time of a fit."""

    DAY = "day"
    WEEK = "week"


_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("fit")(fit)


def fit(
    calibration_end: Annotated[
        str, typer.Option("--calibration-end", help="Last day that counts, YYYY-MM-DD.")
    ],
    unit: Annotated[Unit, typer.Option(help="Unit of time of the parameters.")] = Unit.WEEK,
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Fit BG/NBD and Gamma-Gamma to the purchases until a day, and print what was found.

    Purchases of one day count as one. Alpha is in units of time, v in major units of money.
    """
    viewer = viewer_in(program)
    viewer.require(Right.SEE_OVERVIEW)
    end_on = day_of("calibration_end", calibration_end)
    deliver_all()
    feed_warehouse(program_id=viewer.program_id)
    found = purchase_fit(viewer=viewer, end_on=end_on, unit_days=_DAYS[unit])
    told: dict[str, Any] = asdict(found) | {"end_on": str(found.end_on), "unit": unit.value}
    del told["unit_days"]
    lines = (
        f"{name:<26}{f'{value:.4f}' if isinstance(value, float) else value!s:>16}"
        for name, value in told.items()
    )
    show(told, as_json, "\n".join(lines))
