"""Whole installations with a home and a database of their own, driven by the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection, connections

from siyu.config.database import database_of
from siyu.foundation.ids import new_id
from siyu.rooms.operations.models import Run
from siyu.rooms.operations.types import RunState
from tests.child_process import database_url, environment
from tests.database_content import Content, content_of

_TIMEOUT_SECONDS = 300
_GLANCE_SECONDS = 0.01


@dataclass(frozen=True)
class Installation:
    """A folder and a database; `name` names the database on a server."""

    home: Path
    name: str

    @property
    def address(self) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{self.home / 'siyu.sqlite3'}"
        return database_url(self.name)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """A running `siyu` command."""
        return subprocess.Popen(
            [sys.executable, "-m", "siyu.config.program", *map(str, arguments)],
            env=environment(home=self.home, database=self.address),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def siyu(self, *arguments: str | Path) -> dict[str, Any]:
        """What a `siyu` command answers; fails with its errors where it fails."""
        with self.start(*arguments, "--json") as process:
            answer, errors = process.communicate(timeout=_TIMEOUT_SECONDS)
        assert process.returncode == 0, answer + errors
        told: dict[str, Any] = json.loads(answer)
        return told

    def timed(self, *arguments: str | Path) -> tuple[dict[str, Any], float]:
        """What a command answers, and for how many seconds its run was at work."""
        with self.start(*arguments, "--json") as process:
            self._begun(process)
            began = time.monotonic()
            answer, errors = process.communicate(timeout=_TIMEOUT_SECONDS)
            seconds = time.monotonic() - began
        assert process.returncode == 0, answer + errors
        return json.loads(answer), seconds

    def killed(self, *arguments: str | Path, after_seconds: float) -> bool:
        """Kill a command so long after its run began; whether it was still at work."""
        with self.start(*arguments, "--json") as process:
            hit = self._begun(process) and not _ends(process, after_seconds)
            process.kill()
        self._wait_until_alone()
        return hit

    def _begun(self, process: subprocess.Popen[str]) -> bool:
        """Wait until a run of the process is at work; whether the process still lives then."""
        with self.opened() as alias:
            running = Run.objects.using(alias).filter(state=RunState.RUNNING)
            known = set(running.values_list("started_at", flat=True))
            while not running.exclude(started_at__in=known).exists():
                if _ends(process, _GLANCE_SECONDS):
                    return False
        return True

    def _wait_until_alone(self) -> None:
        """A server notices a moment later that a client was killed."""
        if connection.vendor != "postgresql":
            return
        with psycopg.connect(database_url("postgres"), autocommit=True) as server:
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            given_up_at = time.monotonic() + _TIMEOUT_SECONDS
            while server.execute(query, [self.name]).fetchone() != (0,):
                assert time.monotonic() < given_up_at

    def copy(self, home: Path) -> Installation:
        """Another installation with the same ids, keys and files; no command may be running."""
        shutil.copytree(self.home, home)
        twin = Installation(home, f"siyu_{new_id()}")
        if connection.vendor == "postgresql":
            _on_server(f'CREATE DATABASE "{twin.name}" TEMPLATE "{self.name}"')
        return twin

    def content(self) -> Content:
        """What its database holds; needs the test to have the keys of this installation."""
        with self.opened() as alias:
            return content_of(alias)

    @contextmanager
    def opened(self) -> Iterator[str]:
        """The alias of a connection to its database."""
        alias = f"of_{new_id()}"
        connections.databases[alias] = connection.settings_dict | database_of(
            self.address, self.home
        )
        connections.databases[alias]["OPTIONS"] = connection.settings_dict["OPTIONS"]
        try:
            yield alias
        finally:
            connections[alias].close()
            del connections[alias]
            del connections.databases[alias]

    def results(self, program_id: int, results_id: int) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of every result of a computed night, in order."""
        folder = self.home / "warehouse" / str(program_id) / "results" / str(results_id)
        found = {}
        for path in sorted(folder.glob("*.parquet")):
            rows = pq.read_table(path).to_pylist()
            found[path.stem] = sorted((tuple(row.values()) for row in rows), key=repr)
        return found

    def remove(self) -> None:
        shutil.rmtree(self.home)
        if connection.vendor == "postgresql":
            _on_server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def _ends(process: subprocess.Popen[str], seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def new_installation(home: Path) -> Installation:
    """An installation with the tables and the keys of the test, and nothing else."""
    home.mkdir()
    shutil.copy(Path(settings.SIYU_HOME) / "keys.json", home)
    made = Installation(home, f"siyu_{new_id()}")
    if connection.vendor == "postgresql":
        _on_server(f'CREATE DATABASE "{made.name}"')
    made.siyu("program", "list")
    return made


def _on_server(statement: str) -> None:
    """Run what must not stand in a transaction, on a connection of its own."""
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(statement)


def write_csv(path: Path, lines: list[str]) -> Path:
    path.write_text(os.linesep.join([*lines, ""]), encoding="utf-8")
    return path
