"""Whatever a page or an error says can be read in Chinese."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.template import engines
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation

import siyu
from siyu.analytics.signals import SIGNALS
from siyu.faces.headquarters.audit import ACTIONS
from siyu.faces.signals import KINDS
from siyu.faces.workbench.wording import reason
from siyu.rooms.plans.rules.law import RULES

SOURCE = Path(siyu.__path__[0])
FACES = SOURCE / "faces"
CATALOG = FACES / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# Position of the text among a function's arguments; a form for many may follow it.
GETTEXT = {"gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "_": 0, "ngettext": 0, "pgettext": 1}
ERRORS = {"SiyuError": 0, "NotAllowed": 0, "NotFound": 0, "Conflict": 0, "BadInput": 1}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with CATALOG.open("rb") as lines:
        return read_po(lines, abort_invalid=True)


def in_templates() -> set[str]:
    found: set[str] = set()
    for path in sorted(FACES.rglob("templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'_\("([^"]+)"\)', text))
        name = path.relative_to(next(p for p in path.parents if p.name == "templates")).as_posix()
        nodes = engines["django"].get_template(name).template.nodelist
        for node in nodes.get_nodes_by_type(Node):
            if isinstance(node, TranslateNode):
                found |= _literal(node)
            elif isinstance(node, BlockTranslateNode):
                found.add(node.render_token_list(node.singular)[0])
    return found


def _literal(node: TranslateNode) -> set[str]:
    value = node.filter_expression.var
    value = value if isinstance(value, str) else getattr(value, "literal", None)
    # Django looks a text of a template up with its percent signs doubled.
    return {value.replace("%", "%%")} if isinstance(value, str) else set()


def in_code(path: Path, functions: dict[str, int]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        given = [*node.args] + [each.value for each in node.keywords if each.arg == "template"]
        place = functions.get(name)
        if place is None:
            continue
        told = given[min(place, len(given) - 1)]
        if isinstance(told, ast.Constant) and isinstance(told.value, str):
            found.add(told.value)
    return found


def is_translated(catalog: Catalog, text: str) -> bool:
    messages = [each for each in catalog if text in (each.id if each.pluralizable else [each.id])]
    return any(
        not each.fuzzy and all(each.string if each.pluralizable else [each.string])
        for each in messages
    )


def test_every_text_of_the_templates_has_a_translation(catalog: Catalog):
    texts = in_templates()
    assert len(texts) > 150, "the search itself works"
    missing = sorted(text for text in texts if not is_translated(catalog, text))
    assert not missing


def test_every_text_of_the_faces_code_has_a_translation(catalog: Catalog):
    texts = set().union(*(in_code(path, GETTEXT) for path in FACES.rglob("*.py")))
    assert len(texts) > 60
    missing = sorted(text for text in texts if not is_translated(catalog, text))
    assert not missing


def test_every_error_that_a_page_may_show_has_a_translation(catalog: Catalog):
    # What only a shell shows is English.
    shell = {FACES / "cli", SOURCE / "simulation", SOURCE / "config"}
    paths = [p for p in SOURCE.rglob("*.py") if not shell & set(p.parents)]
    texts = set().union(*(in_code(path, ERRORS) for path in paths))
    assert len(texts) > 60
    missing = sorted(text for text in texts if not is_translated(catalog, text))
    assert not missing


def test_every_finding_of_the_law_has_a_translation(catalog: Catalog):
    texts = {text for rule in RULES.values() for text in rule}
    assert len(texts) > 60
    missing = sorted(text for text in texts if not is_translated(catalog, text))
    assert not missing


def test_translations_keep_the_places_to_fill_in(catalog: Catalog):
    wrong = []
    for message in catalog:
        given = message.id if message.pluralizable else [message.id]
        told = message.string if message.pluralizable else [message.string]
        wanted = set().union(*map(_places, filter(None, given)))
        for text in filter(None, told):
            if not _places(text) <= wanted or (len(given) == 1 and _places(text) != wanted):
                wrong.append(message.id)
    assert not wrong


def _places(text: str) -> set[str]:
    named = set(re.findall(r"%\((\w+)\)s", text))
    try:
        return named | {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return named


def test_the_built_translation_is_the_written_one(catalog: Catalog):
    with translation.override("zh-hans"):
        for text in ("Sign in", "Choose one of the answers.", "Overview"):
            message = catalog.get(text)
            assert message is not None
            assert translation.gettext(text) == message.string


EVIDENCE: dict[str, dict[str, Any]] = {
    name: dict.fromkeys(signal.evidence, 3) for name, signal in SIGNALS.items()
}


@pytest.mark.parametrize("signal", sorted(SIGNALS))
def test_every_reason_is_told_in_words_and_numbers_in_both_languages(signal: str):
    told = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert signal in KINDS
            told[language] = reason(signal, EVIDENCE[signal], "CNY")
            assert re.search(r"\d", told[language])
    assert re.search("[\u4e00-\u9fff]", told["zh-hans"])
    assert not re.search("[\u4e00-\u9fff]", told["en"])


RECORDERS = {"record_audit", "record_deed"}


def test_every_deed_in_the_audit_log_is_told_in_words():
    root = Path(siyu.__path__[0])
    files = [*(root / "rooms").glob("*/actions.py"), *(root / "rooms").glob("*/actions/*.py")]
    files.append(root / "config" / "keys.py")
    trees = [ast.parse(file.read_text()) for file in files]
    handing_on: set[str] = set()
    for _step in range(3):  # one hands on to another
        known = RECORDERS | handing_on
        handing_on |= {name for tree in trees for name in _handing_on(tree, known)}
    deeds = {deed for tree in trees for deed in _deeds(tree, handing_on)}
    assert deeds == set(ACTIONS)


def _handing_on(tree: ast.Module, known: set[str]) -> set[str]:
    """Functions that record the deed that they are told."""
    return {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if _called(call) in known
        for given in call.keywords
        if given.arg == "action" and isinstance(given.value, ast.Name)
        if given.value.id in {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
    }


def _deeds(tree: ast.Module, handing_on: set[str]) -> set[str]:
    """Texts that a recorder is told as the action, or a function that hands it on."""
    found = set()
    for call in ast.walk(tree):
        name = _called(call)
        if name in RECORDERS:
            given = [each.value for each in call.keywords if each.arg == "action"]
            names = {each.id for each in given if isinstance(each, ast.Name)}
            given += [
                each.value
                for each in ast.walk(tree)
                if isinstance(each, ast.Assign)
                and isinstance(each.targets[0], ast.Name)
                and each.targets[0].id in names
            ]
        elif name in handing_on:
            given = [*call.args, *(each.value for each in call.keywords)]
        else:
            continue
        texts = (each for value in given for each in ast.walk(value))
        found |= {
            each.value
            for each in texts
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value
        }
    return found


def _called(node: ast.AST) -> str:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return node.func.id if is_call else ""
