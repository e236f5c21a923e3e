"""Writes a benchmark's tables into README.md, between the markers of its name."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

README = Path(__file__).resolve().parent / "README.md"


def peak_mb() -> float:
    """Return the most memory that this process held; what started it does not count."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1_024
    raise SystemExit("The kernel does not tell the peak of memory (VmHWM); use Linux.")


def machine() -> str:
    """Return one line: processor, cores, memory, and versions that matter."""
    processor = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text().splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor}, {os.cpu_count()} cores, {memory_gib:.0f} GiB, {platform.system()}; "
        f"Python {platform.python_version()}, DuckDB {version('duckdb')}, "
        f"Ibis {version('ibis-framework')}"
    )


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    lines = [
        "| " + " | ".join(headings) + " |",
        "|---|" + "---:|" * (len(headings) - 1),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return "\n".join(lines)


def write(*, name: str, command: str, body: str) -> None:
    """Replace what stands between the markers of `name`, with date, machine and command."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{README.name} lacks the markers {begin} and {end}; add them.")
    measured_on = datetime.now(tz=UTC).date()
    intro = f"Measured on {measured_on} with `{command}` on {machine()}."
    README.write_text(f"{before}{begin}\n\n{intro}\n\n{body}\n\n{end}{after}", encoding="utf-8")
