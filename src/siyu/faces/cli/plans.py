"""``siyu plan``: what the law has against a commission plan; ``siyu accrue``: what it pays."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from siyu.faces.cli.metrics import day_of
from siyu.faces.cli.shell import AsJson, ProgramCode, show, viewer_in
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.commissions.actions import accrue_due
from siyu.rooms.commissions.queries import simulate_plan
from siyu.rooms.commissions.types import Simulation
from siyu.rooms.operations.types import Right
from siyu.rooms.organization.queries import today_in
from siyu.rooms.plans.queries import review_plan
from siyu.rooms.plans.types import Finding, Review, Verdict

_commands = typer.Typer(help="Commission plans.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_commands, name="plan")
    app.command()(accrue)


@_commands.command()
def lint(
    file: Annotated[Path, typer.Argument(help="The plan, a TOML file.")],
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Print what the law has against a plan, as if it were announced today; fails if forbidden.

    The program's own tree of invitations is looked at too.
    """
    viewer = viewer_in(program)
    viewer.require(Right.EDIT_PLANS)
    text = _text_of(file)
    announced_on = today_in(program_id=viewer.program_id)
    review = review_plan(viewer=viewer, text=text, announced_on=announced_on)
    told = {
        "verdict": review.verdict.value,
        "tree": asdict(review.tree),
        "findings": [
            {**asdict(found), "text": _sentence(found), "params": dict(found.params)}
            for found in review.findings
        ],
    }
    show(told, as_json, _text(review))
    if review.verdict is Verdict.BLOCKED:
        raise Conflict("The law forbids this plan; mend what is marked BLOCK.")


def accrue(program: ProgramCode = None, as_json: AsJson = False) -> None:
    """Book what plans pay for orders, refunds and credits that were written; the worker does it."""
    viewer = viewer_in(program)
    viewer.require(Right.START_RUNS)
    booked = accrue_due(
        program_id=viewer.program_id,
        today=today_in(program_id=viewer.program_id),
        at=utc_now(),
    )
    text = (
        f"{booked.orders:,} orders looked at, {booked.lines:,} accruals booked,"
        f" together {booked.amount_minor:,} in minor units."
    )
    show(asdict(booked), as_json, text)


@_commands.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="The plan, a TOML file.")],
    first: Annotated[str, typer.Option("--from", help="First day, such as 2026-10-01.")],
    last: Annotated[str, typer.Option("--to", help="Last day.")],
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Print what past sales would have earned under a plan, beside the versions in force.

    Nothing is written.
    """
    viewer = viewer_in(program)
    viewer.require(Right.EDIT_PLANS)
    found = simulate_plan(
        viewer=viewer, text=_text_of(file), first=day_of("from", first), last=day_of("to", last)
    )
    told = {**asdict(found), "gain": found.gain, "lose": found.lose}
    show(told, as_json, _simulated(found))


@_commands.callback()
def _plans() -> None:
    """Commission plans."""


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("file", "{path} cannot be read as text.", path=file) from error


def _simulated(found: Simulation) -> str:
    share = 100 * found.then_minor / found.sold_minor if found.sold_minor else 0
    lines = [
        f"{each.by:<6}{each.name or '-':<22}{each.payees:>7,} payees"
        f"{each.now_minor:>16,}{each.then_minor:>16,}"
        for each in found.groups
    ]
    return "\n".join(
        [
            f"{found.orders:,} orders, {found.sold_minor:,} sold, in minor units.",
            f"Now {found.now_minor:,}, then {found.then_minor:,}: {share:.2f}% of sales.",
            f"{found.gain:,} gain, {found.lose:,} lose.",
            *lines,
        ]
    )


def _sentence(found: Finding) -> str:
    return found.template.format(**found.params)


def _text(review: Review) -> str:
    lines = [
        f"{found.severity.upper():<6}{found.rule}  {found.where}: {_sentence(found)}\n"
        f"      {found.mend}\n      {found.basis}{' (in doubt)' if found.in_doubt else ''}"
        for found in review.findings
    ]
    return "\n".join([*lines, f"Verdict: {review.verdict.replace('_', ' ')}."])
