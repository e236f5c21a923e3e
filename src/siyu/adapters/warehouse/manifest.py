"""Which files hold a program's facts, and how far they were fed: one small file, swapped whole."""

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WHOLE = ""
"""The partition of facts that have none."""
_RETIRED_SECONDS = 86_400


@dataclass
class Manifest:
    """Files by fact and partition, relative to the program's folder; ``stamp`` is not fed yet.

    ``ahead`` holds the stamps of facts that were fed further than the others. ``retired`` tells
    since when (in seconds) a file has been replaced: who began to read it may go on for a day.
    """

    epoch: str = ""
    stamp: int = 0
    files: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    ahead: dict[str, int] = field(default_factory=dict)
    retired: dict[str, float] = field(default_factory=dict)

    def stamp_of(self, fact: str) -> int:
        """How far a fact was fed: rows from this stamp on were not."""
        return self.ahead.get(fact, self.stamp)

    def files_of(self, fact: str, root: Path) -> list[Path]:
        """The files of a fact, by partition."""
        partitions = self.files.get(fact, {})
        return [root / name for key in sorted(partitions) for name in partitions[key]]

    def names(self) -> set[str]:
        """Every file that holds facts of now."""
        return {name for parts in self.files.values() for some in parts.values() for name in some}

    def retire(self, before: "Manifest") -> None:
        """Keep the files that this one replaces for a day."""
        now = time.time()
        replaced = dict.fromkeys(before.names() - self.names(), now)
        both = replaced | before.retired
        self.retired = {name: at for name, at in both.items() if at > now - _RETIRED_SECONDS}


def read_manifest(root: Path) -> Manifest:
    """The program's manifest; an empty one before the first feed."""
    path = root / "manifest.json"
    if not path.exists():
        return Manifest()
    stored: dict[str, Any] = json.loads(path.read_text())
    return Manifest(**stored)


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Put a manifest in place of the old one; readers see the one or the other."""
    root.mkdir(parents=True, exist_ok=True)
    fresh = root / f".manifest.{os.getpid()}.json"
    with fresh.open("w") as file:
        json.dump(vars(manifest), file, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(root / "manifest.json")


def remove_strays(root: Path, manifest: Manifest) -> None:
    """Remove fact files that the manifest does not name: replaced ones and a killed feed's."""
    named = manifest.names() | manifest.retired.keys()
    for path in (root / "facts").glob("*/*.parquet"):
        if str(path.relative_to(root)) not in named:
            path.unlink()
