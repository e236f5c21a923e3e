"""Whoever shows persons says who looks: faces pass a viewer to every query that returns persons."""

from __future__ import annotations

import ast
import re

from tests.house import tree

ROOMS_WITH_PERSONS = {"customers", "dispatch", "insights", "orders", "outreach", "sellers"}

# "room.query": why nobody's person can be seen through it.
WITHOUT_VIEWER = {
    "insights.freshness_of": "says until when facts are in the figures, no person",
    "insights.publication_of": "says which run is published, no person",
    "sellers.program_invited_to": "says for which program one is invited, no person",
    "insights.verify_warehouse": "compares counts and sums by day, for whoever holds SIYU_HOME",
}


def called_queries(path: tree.Path) -> list[tuple[str, str, ast.Call]]:
    """Return (room, query, call) for each call of a room's query in a file of a face."""
    modules: dict[str, str] = {}
    functions: dict[str, tuple[str, str]] = {}
    for item in tree.imports(path):
        found = re.fullmatch(r"siyu\.rooms\.(\w+)\.queries(?:\.(\w+))?", item.target)
        if found and found[2]:
            functions[item.alias] = (found[1], found[2])
        elif found:
            modules[item.alias] = found[1]
    calls = []
    for node in ast.walk(tree.parsed(path)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        owner, _, query = name.rpartition(".")
        if name in functions:
            calls.append((*functions[name], node))
        elif owner in modules:
            calls.append((modules[owner], query, node))
    return calls


def test_faces_pass_a_viewer_to_queries_that_return_persons():
    blind = [
        f"{tree.shown(path)}:{call.lineno} {room}.{query}"
        for path in tree.python_files(tree.SOURCE / "faces")
        for room, query, call in called_queries(path)
        if room in ROOMS_WITH_PERSONS
        and f"{room}.{query}" not in WITHOUT_VIEWER
        and "viewer" not in {argument.arg for argument in call.keywords}
    ]
    assert not blind


def test_a_viewer_is_never_optional():
    optional = []
    for room in tree.room_names():
        for part in ("actions", "queries"):
            for path, node in tree.public_functions(room, part):
                pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                if any(arg.arg == "viewer" and default is not None for arg, default in pairs):
                    optional.append(f"{tree.shown(path)}:{node.lineno} {node.name}")
    assert not optional, f"a forgotten viewer must be an error: {optional}"


def test_exceptions_are_real_and_have_a_reason():
    queries = {
        f"{room}.{node.name}"
        for room in tree.room_names()
        for _, node in tree.public_functions(room, "queries")
    }
    assert not set(WITHOUT_VIEWER) - queries
    assert all(reason.strip() for reason in WITHOUT_VIEWER.values())
