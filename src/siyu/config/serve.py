"""``siyu up`` and ``siyu worker``: the server with its worker."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.core.management import call_command
from granian.constants import Interfaces
from granian.server import Server

from siyu.config.worker import work
from siyu.faces.cli.shell import AsJson, show

_THREADS = 4


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("up")(up)
    app.command("worker")(worker)


def up(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Run the worker beside the server.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Start the server, and the worker beside it. Ctrl-C stops both."""
    collect_static()
    if as_json:
        show({"address": f"http://{host}:{port}", "worker": with_worker}, as_json, "")
    child = (
        subprocess.Popen([sys.executable, "-m", "siyu.config.program", "worker", "--child"])
        if with_worker
        else None
    )
    try:
        Server(
            "siyu.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=_THREADS,
            log_enabled=False,
        ).serve()
    finally:
        if child is not None:
            child.send_signal(signal.SIGTERM)
            child.wait(timeout=30)


def worker(
    child: Annotated[bool, typer.Option("--child", help="End with the parent process.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the worker: events, timers and queued runs. Ctrl-C stops it."""
    if as_json:
        show({"worker": True}, as_json, "")
    work(while_parent_lives=child)


def collect_static() -> None:
    """Gather style sheets, scripts and icons where the server reads them, when they changed."""
    built = Path(__file__).parent.parent / "faces" / "static"
    newest = max((path.stat().st_mtime_ns for path in built.rglob("*")), default=0)
    mark = Path(settings.STATIC_ROOT) / ".collected"
    if mark.exists() and mark.read_text() == str(newest):
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(str(newest))
