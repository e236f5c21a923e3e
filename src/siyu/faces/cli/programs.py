"""``siyu program``: open a program before the first import."""

from typing import Annotated

import typer

from siyu.faces.cli.shell import AsJson, owner_only, show
from siyu.rooms.organization.queries import programs
from siyu.rooms.outreach.actions import open_program

_commands = typer.Typer(help="Programs (brands or platforms).", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_commands, name="program")


@_commands.command()
def create(
    code: Annotated[str, typer.Argument(help="Short code, such as main.")],
    name: Annotated[str, typer.Option(help="Name to show.")],
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "CNY",
    zone: Annotated[str, typer.Option(help="IANA time zone.")] = "Asia/Shanghai",
    cut_off_hour: Annotated[int, typer.Option(min=0, max=6, help="Hour at which days end.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Open a program with its playbooks and nightly schedule."""
    owner_only()
    program = open_program(
        code=code, name=name, currency=currency, zone=zone, cut_off_hour=cut_off_hour
    )
    show(vars(program), as_json, f"Program {program.code} is open.")


@_commands.command("list")
def list_programs(as_json: AsJson = False) -> None:
    """List the programs."""
    owner_only()
    known = programs()
    text = "\n".join(f"{p.code:<16}{p.currency}  {p.zone:<20}{p.name}" for p in known)
    show({"programs": [vars(p) for p in known]}, as_json, text or "No program yet.")
