"""Pages obey the strict content security policy by construction and load nothing from outside."""

from __future__ import annotations

import re

from tests.house import tree

FACES = tree.SOURCE / "faces"
VENDOR = FACES / "static" / "vendor"

FORBIDDEN = {
    "inline script": r"<script(?![^>]*(?:\bsrc=|type=[\"']application/json[\"']))",
    "inline style sheet": r"<style\b",
    "inline style": r"<[^>]*\sstyle\s*=",
    "inline handler": r"<[^>]*\son[a-z]+\s*=",
    "htmx handler, which is evaluated": r"\shx-on[:=]",
    "htmx expression, which is evaluated": r"[\"']js:",
    "htmx trigger filter, which is evaluated": r"hx-trigger=[\"'][^\"']*\[",
    "javascript address": r"(?:href|src|action)\s*=\s*[\"']\s*javascript:",
    "foreign script or style": r"<(?:script|link|img)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//",
}

ICON_USE = re.compile(r"(?:icons\.svg[\"'] %}#|{% icon [\"'])([\w-]+)")


def templates() -> list[tree.Path]:
    return sorted(path for path in tree.SOURCE.rglob("*.html"))


def test_templates_have_nothing_that_the_policy_forbids():
    broken = []
    for path in templates():
        text = path.read_text(encoding="utf-8")
        for reason, pattern in FORBIDDEN.items():
            for found in re.finditer(pattern, text, re.IGNORECASE):
                line = text.count("\n", 0, found.start()) + 1
                broken.append(f"{tree.shown(path)}:{line} {reason}")
    assert not broken


def test_own_scripts_evaluate_nothing():
    own = [path for path in FACES.rglob("*.js") if not path.is_relative_to(VENDOR)]
    broken = [
        tree.shown(path)
        for path in own
        if re.search(r"\beval\(|new Function\(|\.innerHTML\s*=", path.read_text(encoding="utf-8"))
    ]
    assert not broken


def test_own_style_sheets_load_nothing_from_elsewhere():
    own = [path for path in FACES.rglob("*.css") if not path.is_relative_to(VENDOR)]
    foreign = [
        tree.shown(path)
        for path in own
        if re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8"))
    ]
    assert not foreign


def test_every_icon_that_a_page_uses_is_in_the_sprite():
    listed = (tree.ROOT / "build_tools" / "icons.txt").read_text(encoding="utf-8").split()
    missing = [
        f"{tree.shown(path)}: {name}"
        for path in templates()
        for name in ICON_USE.findall(path.read_text(encoding="utf-8"))
        if name not in listed
    ]
    assert not missing, f"add to build_tools/icons.txt: {missing}"
