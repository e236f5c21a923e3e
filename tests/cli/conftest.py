"""The command line in this process, with the same two programs as the pages."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest

from siyu.config import demo, keys
from siyu.faces.cli import app, run
from tests.faces.conftest import both, committed

__all__ = ["both", "committed"]

for _commands in (demo, keys):
    _commands.add_to(app)


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it printed."""

    code: int
    output: str
    errors: str

    @property
    def told(self) -> dict[str, Any]:
        """What a command with --json says."""
        told: dict[str, Any] = json.loads(self.output)
        return told


Siyu = Callable[..., Answer]


@pytest.fixture
def siyu(monkeypatch: pytest.MonkeyPatch) -> Siyu:
    """Runs a command line as the program does, for one login or for the machine's owner."""

    def command(*arguments: str, who: str | None = None) -> Answer:
        login = ["--as", who] if who else []
        monkeypatch.setattr(sys, "argv", ["siyu", *login, *arguments])
        code = 0
        with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()) as errors:
            try:
                run()
            except SystemExit as end:
                code = int(end.code or 0)
        return Answer(code, output.getvalue(), errors.getvalue())

    return command
