"""Runs a benchmark by name: `python benchmarks/run.py portraits --customers 1000000`.

Without a name it runs them all as they are by default. Every sub-command is a module of this
folder with a function `main(arguments)`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
NO_COMMANDS = {"__init__", "report", "run"}


def commands() -> list[str]:
    """Return the names of the benchmarks."""
    names = {path.stem for path in HERE.glob("*.py")} - NO_COMMANDS
    return sorted(name for name in names if not name.startswith("reference_"))


def main(arguments: list[str]) -> int:
    """Run the benchmark that the first argument names, or all; return the exit status."""
    if arguments and arguments[0] not in commands():
        print(f"usage: run.py [{{{','.join(commands())}}} [options]]", file=sys.stderr)
        return 2
    sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]
    for name in arguments[:1] or commands():
        status: int = import_module(f"benchmarks.{name}").main(arguments[1:])
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
