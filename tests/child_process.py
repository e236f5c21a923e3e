"""Processes of their own: on the database of the test, or with a whole installation of theirs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.db import connection

import siyu

_SETUP = "import django; django.setup()\n"


def database_url(name: str | None = None) -> str:
    """The address of the test's database, or of another one on the same server."""
    settings = connection.settings_dict
    name = name or str(settings["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name.removeprefix('file:')}"
    who = quote(settings["USER"]) + (f":{quote(settings['PASSWORD'])}" * bool(settings["PASSWORD"]))
    return f"postgresql://{who}@{settings['HOST']}:{settings['PORT']}/{quote(name)}"


def environment(*, home: str | Path, database: str) -> dict[str, str]:
    """What a process of an installation is told."""
    return os.environ | {
        "SIYU_HOME": str(home),
        "SIYU_DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "siyu.config.settings",
        "PYTHONPATH": str(Path(siyu.__path__[0]).parent),
    }


def start_python(code: str) -> subprocess.Popen[str]:
    """A process that shares the test's home and database and runs this code."""
    return subprocess.Popen(
        [sys.executable, "-c", _SETUP + code],
        env=environment(home=os.environ["SIYU_HOME"], database=database_url()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints; fails with its errors where it ends instead."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        _, errors = process.communicate(timeout=60)
        raise AssertionError(f"the process ended: {errors}")
    return line
