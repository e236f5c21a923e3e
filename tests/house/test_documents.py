"""Every room, event and port is in ARCHITECTURE.md, and every public term in GLOSSARY.md."""

from __future__ import annotations

import re

from django.apps import apps

from tests.house import tree


def section(document: str, heading: str) -> str:
    """Return the text under a second-level heading, '' where document or heading is missing."""
    path = tree.ROOT / document
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def first_cells(table: str) -> set[str]:
    """Return the code-quoted names in the first cell of each row of a Markdown table."""
    return set(re.findall(r"^\|\s*`(\w+)`\s*\|", table, re.MULTILINE))


def events() -> set[str]:
    found = (tree.public_classes(room, "events") for room in tree.room_names())
    return {node.name for classes in found for _, node in classes}


def ports() -> set[str]:
    found = (tree.public_classes(room, "ports") for room in tree.room_names())
    return {node.name for cls in found for _, node in cls if "Protocol" in tree.bases(node)}


def test_every_room_is_documented():
    missing = set(tree.room_names()) - first_cells(section("ARCHITECTURE.md", "Rooms"))
    assert not missing


def test_the_documented_order_of_rooms_is_the_checked_one(room_order: list[str]):
    table = section("ARCHITECTURE.md", "Rooms")
    written = re.findall(r"^\|\s*`(\w+)`\s*\|", table, re.MULTILINE)
    assert written == room_order


def test_events_are_documented():
    assert first_cells(section("ARCHITECTURE.md", "Events")) == events()


def test_ports_are_documented():
    assert first_cells(section("ARCHITECTURE.md", "Ports")) == ports()


def public_terms() -> set[str]:
    models = {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("siyu.rooms.") and not model._meta.auto_created
    }
    types = {
        node.name for room in tree.room_names() for _, node in tree.public_classes(room, "types")
    }
    return {*tree.room_names(), *models, *types, *events()}


def test_every_public_term_is_in_the_glossary():
    path = tree.ROOT / "GLOSSARY.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    words = set(re.findall(r"\w+", text))
    missing = sorted(public_terms() - words)
    assert not missing, f"explain in GLOSSARY.md: {missing}"
