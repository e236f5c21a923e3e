"""What a room offers: keyword-only, annotated, documented functions that hand out no rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house import tree

ORM = {"BaseManager", "Manager", "Model", "QuerySet", "RawQuerySet"}
OFFERED = ("actions", "queries", "facts")

POSITIONAL = {
    "announce": "reads as a sentence: announce(OrderPaid(...))",
    "run_dispatch": "a runner, which operations calls with the run and its log",
    "run_hourly": "a runner, which operations calls with the run and its log",
    "run_import": "a runner, which operations calls with the run and its log",
    "run_nightly": "a runner, which operations calls with the run and its log",
    "run_settlement": "a runner, which operations calls with the run and its log",
}

Offered = Iterator[tuple[str, tree.Path, tree.Function]]


def offered(*parts: str) -> Offered:
    for room in tree.room_names():
        for part in parts:
            for path, node in tree.public_functions(room, part):
                yield f"{tree.shown(path)}:{node.lineno} {node.name}", path, node


def test_arguments_are_keyword_only():
    positional = [
        where
        for where, _, node in offered("actions", "queries")
        if node.name not in POSITIONAL
        and (node.args.args or node.args.posonlyargs or node.args.vararg)
    ]
    assert not positional


def test_arguments_and_results_are_annotated():
    bare = [
        where
        for where, _, node in offered(*OFFERED)
        if node.returns is None
        or any(arg.annotation is None for arg in node.args.args + node.args.kwonlyargs)
    ]
    assert not bare


def test_every_public_function_is_documented():
    bare = [where for where, _, node in offered(*OFFERED) if not ast.get_docstring(node)]
    assert not bare


def test_rows_and_querysets_stay_inside():
    leaks = []
    for where, path, node in offered(*OFFERED):
        rows = {item.alias for item in tree.imports(path) if item.module.endswith(".models")} | ORM
        named = {
            ast.unparse(part)
            for part in ast.walk(result(node))
            if isinstance(part, ast.Name | ast.Attribute)
        }
        seen = {name for name in named if name in rows or name.startswith("models.")}
        leaks += [f"{where}: {name}" for name in sorted(seen)]
    assert not leaks, f"ids and frozen dataclasses cross walls, rows do not: {leaks}"


def result(node: tree.Function) -> ast.AST:
    """Return the annotation of a function's result, a quoted one parsed."""
    if isinstance(node.returns, ast.Constant) and isinstance(node.returns.value, str):
        return ast.parse(node.returns.value, mode="eval")
    return node.returns or ast.Constant(None)


def test_types_and_events_that_cross_walls_are_frozen():
    loose = [
        f"{tree.shown(path)}:{node.lineno} {node.name}"
        for room in tree.room_names()
        for part in ("types", "events")
        for path, node in tree.public_classes(room, part)
        if is_dataclass_but_not_frozen(node)
    ]
    assert not loose


def is_dataclass_but_not_frozen(node: ast.ClassDef) -> bool:
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    return any("dataclass" in mark and "frozen=True" not in mark for mark in marks)


IMPURE_MODULES = {"django", "os", "pathlib", "random", "secrets", "sqlite3", "time", "uuid"}
CLOCK_CALLS = {"now", "utcnow", "today", "utc_now"}


def test_rules_read_no_clock_and_do_no_input_or_output():
    impure = []
    for room in tree.room_names():
        for path in tree.part_files(room, "rules"):
            impure += [
                f"{item.where} imports {item.target}"
                for item in tree.imports(path)
                if item.module.partition(".")[0] in IMPURE_MODULES
            ]
            impure += [
                f"{tree.shown(path)}:{node.lineno} calls {name}"
                for node in ast.walk(tree.parsed(path))
                if isinstance(node, ast.Call)
                and (name := ast.unparse(node.func).rpartition(".")[2]) in CLOCK_CALLS | {"open"}
            ]
    assert not impure, f"pass moments and data in: {impure}"
