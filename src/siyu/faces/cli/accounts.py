"""``siyu staff``: accounts, roles, passwords and one-tap links."""

from typing import Annotated

import typer

from siyu.faces.cli.shell import AsJson, ProgramCode, owner_only, show
from siyu.foundation.errors import BadInput
from siyu.rooms.organization.actions import add_staff, grant_role, issue_link, set_password
from siyu.rooms.organization.queries import (
    find_program,
    owner_viewer,
    staff_by_login,
    units_under,
)
from siyu.rooms.organization.types import Role

_commands = typer.Typer(help="Staff accounts.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_commands, name="staff")


@_commands.command()
def add(
    login: Annotated[str, typer.Argument(help="Name to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[Role, typer.Option(help="What the person is in the program.")],
    unit: Annotated[str, typer.Option(help="Key or name of the region or store.")] = "",
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Add a member of staff with a role."""
    owner_only()
    if role is Role.ASSISTANT:
        raise BadInput("role", "A seller lets her assistants in herself, on her workbench.")
    known = find_program(code=program)
    units = units_under(viewer=owner_viewer(program_id=known.id))
    unit_id = next((each.id for each in units if unit and unit in (each.key, each.name)), None)
    if unit and unit_id is None:
        raise BadInput("unit", "There is no org unit {unit}.", unit=unit)
    staff_id = add_staff(login=login, name=name)
    grant_role(staff_id=staff_id, program_id=known.id, role=role, unit_id=unit_id, actor_id=None)
    show({"staff": str(staff_id), "login": login}, as_json, f"{login} may now sign in by link.")


@_commands.command()
def password(
    login: Annotated[str, typer.Argument(help="Whose password.")], as_json: AsJson = False
) -> None:
    """Set a password, asked for on the terminal."""
    owner_only()
    staff = staff_by_login(login=login)
    typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    set_password(staff_id=staff.id, password=typed, actor_id=None)
    show({"login": login}, as_json, "The password is set.")


@_commands.command()
def link(
    login: Annotated[str, typer.Argument(help="Who is to sign in.")],
    address: Annotated[str, typer.Option(help="Where the server is.")] = "http://127.0.0.1:8000",
    as_json: AsJson = False,
) -> None:
    """Print a one-tap sign-in link: valid 10 minutes, once."""
    owner_only()
    issued = issue_link(staff_id=staff_by_login(login=login).id, actor_id=None)
    told = f"{address}/link/{issued.token}"
    show({"link": told, "expires_at": issued.expires_at}, as_json, told)
