"""Nothing of the machine that wrote a file is left in it: no paths, no registry addresses."""

from __future__ import annotations

import json
import re

from tests.house import tree

# Written in two pieces so that this file does not find itself.
TRACES = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:root|home/\w+|work|opt|Users/\w+)/" + r"[\w.]",
            r"registry\.npm" + r"js\.org",
            r"pypi\.org/" + r"simple",
            r"file://" + r"/\w",
            r"cdn\.js" + r"delivr|unpkg\." + r"com|cdnjs\." + r"cloudflare",
        ]
    )
)


def test_no_file_carries_a_path_or_address_of_the_machine_that_wrote_it():
    found = []
    for path in tree.kept_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{tree.shown(path)}: {match[0]}" for match in TRACES.finditer(text)]
    assert not found


def test_the_lock_file_pins_contents_and_names_no_registry():
    lock = json.loads((tree.ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if "integrity" not in entry]


def test_what_make_builds_is_not_kept():
    vendor = tree.SOURCE / "faces" / "static" / "vendor"
    built = [
        tree.shown(path)
        for path in tree.kept_files()
        if path.is_relative_to(vendor) or path.suffix == ".mo"
    ]
    assert not built
