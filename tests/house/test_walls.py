"""Walls between rooms: who may import which part, and how a table may point into another room.

The order of rooms and of the files in a room is checked by import-linter (see pyproject.toml).
"""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import models

from tests.house import tree

SHARED = {"actions", "queries", "events", "ports", "types"}
# Wiring plugs everything together, so it alone sees timers and reactions.
OPEN_TO = {
    "rooms": SHARED,
    "faces": SHARED,
    "simulation": SHARED,
    "adapters": SHARED | {"facts"},
    "config": SHARED | {"facts", "reactions", "tasks"},
}

# As in `siyu.rooms.orders.actions`.
PART_DOTS = 3

# Look-ups on the key's own column stay inside the room.
OWN_COLUMN_LOOKUPS = "exact|in|isnull|gt|gte|lt|lte|range"


def foreign_part(item: tree.Import) -> tuple[str, str] | None:
    """Return (room, part) of an import that enters another room, None of every other import."""
    found = re.match(r"siyu\.rooms\.(\w+)(?:\.(\w+))?", item.target)
    if not found or found[1] == tree.room_of(item.path):
        return None
    return found[1], found[2] or ""


def test_from_outside_only_public_parts_of_a_room_are_imported():
    broken = []
    for path in tree.source_files():
        floor = path.relative_to(tree.SOURCE).parts[0]
        for item in tree.imports(path):
            entered = foreign_part(item)
            if entered and entered[1] not in OPEN_TO.get(floor, set()):
                broken.append(f"{item.where} imports {item.target}")
    assert not broken


def test_parts_that_are_packages_are_entered_by_their_front_door():
    broken = [
        f"{item.where} imports {item.target}"
        for path in tree.source_files()
        for item in tree.imports(path)
        if foreign_part(item) and item.module.count(".") > PART_DOTS
    ]
    assert not broken, f"import from the package itself, its public list: {broken}"


def room_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model_room(model)]


def model_room(model: type[models.Model]) -> str | None:
    found = re.match(r"siyu\.rooms\.(\w+)", model.__module__)
    return found[1] if found else None


def test_foreign_keys_point_down_and_leave_no_way_back(room_order: list[str]):
    broken = []
    for model in room_models():
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignObject | models.ManyToManyField):
                continue
            target = model_room(field.related_model)
            own = model_room(model)
            label = f"{model._meta.label}.{field.name}"
            if target and target != own:
                if room_order.index(target) > room_order.index(own):
                    broken.append(f"{label} points up to {target}")
                if isinstance(field, models.ManyToManyField):
                    broken.append(f"{label} joins two rooms' tables")
                if field.remote_field.related_name != "+":
                    broken.append(f"{label} needs related_name='+'")
    assert not broken


def foreign_keys_out() -> list[tuple[str, str]]:
    """Return (room, field name) of every foreign key that leaves its room."""
    return sorted(
        {
            (model_room(model), field.name)
            for model in room_models()
            for field in model._meta.get_fields()
            if isinstance(field, models.ForeignKey)
            and model_room(field.related_model) not in (None, model_room(model))
        }
    )


def test_no_look_up_follows_a_foreign_key_into_another_room():
    broken = []
    for room, field in foreign_keys_out():
        follows = re.compile(
            rf"\b{field}__(?!(?:{OWN_COLUMN_LOOKUPS})\b)\w+"
            rf"|(?:select|prefetch)_related\([^)]*[\"']{field}[\"']"
        )
        for path in tree.python_files(tree.ROOMS / room):
            if "migrations" not in path.parts:
                found = follows.findall(path.read_text(encoding="utf-8"))
                broken += [f"{tree.shown(path)}: {text}" for text in found]
    assert not broken, f"ask the other room's queries instead: {broken}"


def test_no_row_of_another_room_is_reached_through_a_foreign_key():
    broken = []
    for room, field in foreign_keys_out():
        for path in tree.python_files(tree.ROOMS / room):
            for node in ast.walk(tree.parsed(path)):
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Attribute)
                    and node.value.attr == field
                    and node.attr not in {"id", "pk"}
                ):
                    broken.append(f"{tree.shown(path)}:{node.lineno} {ast.unparse(node)}")
    assert not broken, f"use the key's `_id` and ask the other room: {broken}"


def test_no_other_rooms_table_is_named_in_sql():
    tables = {model._meta.db_table: model_room(model) for model in room_models()}
    if not tables:
        pytest.skip("no room has a table yet")
    named = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE)\s+\"?({'|'.join(tables)})\b", re.IGNORECASE)
    broken = []
    for path in tree.source_files():
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                broken += [
                    f"{tree.shown(path)}:{node.lineno} names {table}"
                    for table in named.findall(node.value)
                    if tables[table.lower()] != tree.room_of(path)
                ]
    assert not broken


def test_models_are_not_fetched_by_name():
    fetched = [
        f"{tree.shown(path)}:{node.lineno}"
        for path in tree.source_files()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get_model"
    ]
    assert not fetched, f"a model fetched by name goes round the walls: {fetched}"


def test_django_signals_are_not_used():
    used = [
        item.where
        for path in tree.source_files()
        for item in tree.imports(path)
        if item.module in {"django.dispatch", "django.db.models.signals"}
    ]
    assert not used, f"announce an event instead: {used}"
