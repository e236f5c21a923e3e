"""``siyu audit``: proof that the audit log was not changed."""

import typer

from siyu.faces.cli.shell import AsJson, owner_only, show
from siyu.foundation.errors import Conflict
from siyu.rooms.operations.queries import verify_audit

_commands = typer.Typer(help="The audit log.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_commands, name="audit")


@_commands.command()
def verify(as_json: AsJson = False) -> None:
    """Recompute the chain of hashes; fails at the first entry that does not fit."""
    owner_only()
    broken = verify_audit()
    show({"intact": broken is None, "first_broken": broken}, as_json, "The audit log is intact.")
    if broken is not None:
        raise Conflict("Entry {position} of the audit log was changed.", position=broken)


@_commands.callback()
def _audit() -> None:
    """The audit log."""
