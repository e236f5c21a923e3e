"""Compile every translation (`.po` to `.mo`) with Babel, so that gettext is not needed."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCES = Path(__file__).resolve().parent.parent / "src"


def compile_all() -> None:
    """Write a `.mo` beside each `.po`; a faulty file aborts with its line."""
    for source in sorted(SOURCES.rglob("LC_MESSAGES/*.po")):
        locale = source.parent.parent.name
        with source.open("rb") as lines:
            catalog = read_po(lines, locale=locale, abort_invalid=True)
        with source.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalog)


if __name__ == "__main__":
    compile_all()
