"""What every command shares: who runs it, progress, output and errors."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from siyu.foundation.errors import BadInput, SiyuError
from siyu.rooms.operations.types import Listener, Viewer
from siyu.rooms.organization.queries import (
    find_program,
    grants_of,
    owner_viewer,
    staff_by_login,
    viewer_of,
)

app = typer.Typer(
    name="siyu",
    help="Siyu (私域): whom to contact today, and with what.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
screen = Console(stderr=True)
_USAGE_ERROR, _FAILURE = 2, 1


@dataclass
class _Session:
    login: str | None = None


_session = _Session()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
ProgramCode = Annotated[
    str | None, typer.Option("--program", help="Code of the program; may be left out if only one.")
]


@app.callback()
def begin(
    login: Annotated[
        str | None,
        typer.Option(
            "--as", envvar="SIYU_AS", help="Act with the rights and the reach of this login."
        ),
    ] = None,
) -> None:
    """Siyu (私域): whom to contact today, and with what."""
    _session.login = login


def viewer_in(code: str | None) -> Viewer:
    """Who runs the command: the login of ``--as``, else the owner of the machine.

    Raises BadInput where no program of that code is known, NotAllowed without a role in it.
    """
    if _session.login is None:
        return owner_viewer(program_id=find_program(code=code).id)
    staff = staff_by_login(login=_session.login)
    if code is None and len(grants_of(staff_id=staff.id)) == 1:
        return viewer_of(staff_id=staff.id)
    return viewer_of(staff_id=staff.id, program_id=find_program(code=code).id)


def owner_only() -> None:
    """Raise BadInput where the command is run as a member of staff."""
    if _session.login is not None:
        raise BadInput("as", "Only the owner of the machine can do this; leave --as out.")


def show(told: dict[str, Any], as_json: bool, text: str) -> None:
    """Print a command's result: as JSON, or as a text for people."""
    if as_json:
        # A command that goes on to serve must not keep its answer in a buffer.
        print(json.dumps(told, ensure_ascii=False, default=str), flush=True)  # noqa: T201
    else:
        Console().print(text, highlight=False, markup=False)


@contextmanager
def progress_bars() -> Iterator[Listener]:
    """A listener that draws one bar a step on standard error."""
    with Progress(
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=screen,
        disable=not screen.is_terminal,
    ) as bars:
        tasks: dict[str, Any] = {}

        def listen(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield listen


def run() -> None:
    """Run the command line; errors that are meant for people are printed as such."""
    try:
        app(standalone_mode=True)
    except BadInput as error:
        _complain(error, {"field": error.field})
        sys.exit(_USAGE_ERROR)
    except SiyuError as error:
        _complain(error, {})
        sys.exit(_FAILURE)


def _complain(error: SiyuError, more: dict[str, str]) -> None:
    if "--json" in sys.argv:
        print(json.dumps({"error": str(error), **more}, ensure_ascii=False))  # noqa: T201
    field = f"{more['field']}: " if more else ""
    screen.print(f"[red]{field}[/red]{escape(str(error))}", highlight=False)
