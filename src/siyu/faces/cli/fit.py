"""``siyu fit``: models of how often customers come back and what they spend."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from siyu.faces.cli.metrics import day_of
from siyu.faces.cli.shell import AsJson, ProgramCode, show, viewer_in
from siyu.rooms.insights.actions import feed_warehouse
from siyu.rooms.insights.queries import back_test, purchase_fit
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
    app.command("backtest")(backtest)


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


def backtest(
    as_of: Annotated[
        str, typer.Option("--as-of", help="The day after the last one kept back, YYYY-MM-DD.")
    ],
    days: Annotated[int, typer.Option(help="How many days are kept back.")] = 90,
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Forecast the last days from those before them, twice, and print which was nearer.

    The baseline goes on at each customer's own pace with the season of the year before; the other
    is BG/NBD. Errors are in visits a customer.
    """
    viewer = viewer_in(program)
    viewer.require(Right.SEE_OVERVIEW)
    day = day_of("as_of", as_of)
    deliver_all()
    feed_warehouse(program_id=viewer.program_id)
    found = back_test(viewer=viewer, as_of=day, days=days)
    told: dict[str, Any] = asdict(found) | {"end_on": str(found.end_on)}
    lines = [f"{'customers':<12}{found.customers:>12}", f"{'season':<12}{found.season:>12.3f}"]
    for name, errors in (("baseline", found.baseline), ("bg_nbd", found.bg_nbd)):
        if errors:
            lines.append(
                f"{name:<12}{errors.root_mean_square:>12.4f} root mean square, "
                f"{errors.mean_absolute:.4f} mean absolute, "
                f"{errors.predicted:.0f} visits for {errors.actual}"
            )
    show(told, as_json, "\n".join([*lines, f"{'chosen':<12}{found.chosen.value:>12}"]))
