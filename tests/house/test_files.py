"""Names and sizes: what a file may be called, and how long files, functions and rooms may grow.

The length of a line is checked by ruff.
"""

from __future__ import annotations

import ast
import re

from tests.house import tree

PARTS = {
    "actions",
    "events",
    "facts",
    "models",
    "ports",
    "queries",
    "reactions",
    "rules",
    "tasks",
    "types",
}
DJANGO = {"__init__", "apps", "migrations"}
DRAWERS = {"common", "helper", "helpers", "manager", "managers", "misc", "service", "services"}
DRAWERS |= {"util", "utils"}

FILE_LINES = 400
TEST_FILE_LINES = 500
FUNCTION_LINES = 70
ROOM_LINES = 2_500

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b")


def lines_in(path: tree.Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def checked_files() -> list[tree.Path]:
    tests = [path for path in tree.python_files(tree.ROOT / "tests") if path.stat().st_size]
    others = [
        path
        for folder in ("benchmarks", "build_tools")
        for path in tree.python_files(tree.ROOT / folder)
    ]
    return [*tree.source_files(), *tests, *others]


def test_a_room_holds_only_files_of_the_known_names():
    strange = [
        tree.shown(entry)
        for room in tree.room_names()
        for entry in (tree.ROOMS / room).iterdir()
        if entry.name != "__pycache__"
        and (entry.is_dir() or entry.suffix == ".py")
        and entry.stem not in PARTS | DJANGO
    ]
    assert not strange, f"a room has {sorted(PARTS)} and Django's own files only: {strange}"


def test_a_part_is_a_file_or_a_package_never_both():
    doubled = [
        f"{room}/{part}"
        for room in tree.room_names()
        for part in sorted(PARTS)
        if (tree.ROOMS / room / f"{part}.py").exists() and (tree.ROOMS / room / part).is_dir()
    ]
    assert not doubled


def test_no_drawers_for_odds_and_ends():
    drawers = [
        tree.shown(path)
        for path in checked_files()
        if DRAWERS & {path.stem, *path.relative_to(tree.ROOT).parts}
    ]
    assert not drawers, f"name these after what they do: {drawers}"


def test_files_stay_short():
    tests = tree.ROOT / "tests"
    long = {
        tree.shown(path): lines_in(path)
        for path in checked_files()
        if lines_in(path) > (TEST_FILE_LINES if path.is_relative_to(tests) else FILE_LINES)
    }
    assert not long, f"divide these by use case: {long}"


def test_functions_stay_short():
    long = [
        f"{tree.shown(path)}:{node.lineno} {node.name} ({node.end_lineno - node.lineno + 1})"
        for path in checked_files()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, tree.Function)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]
    assert not long, f"over {FUNCTION_LINES} lines: {long}"


def test_rooms_stay_small_enough_to_know():
    sizes = {
        room: sum(
            lines_in(path)
            for path in tree.python_files(tree.ROOMS / room)
            if "migrations" not in path.parts
        )
        for room in tree.room_names()
    }
    large = {room: size for room, size in sizes.items() if size > ROOM_LINES}
    assert not large, f"divide these rooms: {large}"


def test_nothing_is_left_unfinished():
    marks = [
        f"{tree.shown(path)}:{number}"
        for path in tree.source_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert not marks
