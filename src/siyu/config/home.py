"""SIYU_HOME: where an installation keeps its database, warehouse, files and keys."""

import base64
import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from siyu.foundation.crypto import Keyring, new_root
from siyu.foundation.errors import Conflict

_NODES_PER_MACHINE = 64
_held: list[IO[str]] = []


@dataclass(frozen=True)
class Secrets:
    """What must stay secret: Django's key and the keyring of personal data."""

    django_key: str
    keyring: Keyring


@cache
def home() -> Path:
    """The folder of the installation, made if missing."""
    path = Path(os.environ.get("SIYU_HOME", "~/.siyu")).expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def load_secrets() -> Secrets:
    """The installation's secrets, made on its first start; only the owner can read the file."""
    path = home() / "keys.json"
    with (home() / "keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _write(
                path,
                {
                    "django_key": secrets.token_urlsafe(50),
                    "index_key": _text(new_root()),
                    "roots": {"1": _text(new_root())},
                },
            )
    return _parse(json.loads(path.read_text()))


def add_root_key() -> int:
    """Add a root key that seals from the next start on; returns its version."""
    path = home() / "keys.json"
    stored = json.loads(path.read_text())
    version = max(map(int, stored["roots"])) + 1
    stored["roots"][str(version)] = _text(new_root())
    _write(path, stored)
    return version


def forget_old_roots() -> int:
    """Remove all root keys but the newest, once nothing is sealed by them; returns how many."""
    path = home() / "keys.json"
    stored = json.loads(path.read_text())
    newest = str(max(map(int, stored["roots"])))
    old = len(stored["roots"]) - 1
    stored["roots"] = {newest: stored["roots"][newest]}
    _write(path, stored)
    return old


def claim_node() -> int:
    """A number that no other process of the installation has while this one lives, for ids.

    SIYU_MACHINE (0–15) tells several machines apart.
    """
    machine = int(os.environ.get("SIYU_MACHINE", "0"))
    folder = home() / "nodes"
    folder.mkdir(exist_ok=True)
    for slot in range(_NODES_PER_MACHINE):
        file = (folder / str(slot)).open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        _held.append(file)
        return machine * _NODES_PER_MACHINE + slot
    raise Conflict("More than 64 processes use this SIYU_HOME; stop some of them.")


def _write(path: Path, stored: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(stored, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _parse(stored: dict[str, Any]) -> Secrets:
    roots = {int(version): _bytes(key) for version, key in stored["roots"].items()}
    keyring = Keyring(roots=roots, index_key=_bytes(stored["index_key"]))
    return Secrets(django_key=stored["django_key"], keyring=keyring)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _bytes(key: str) -> bytes:
    return base64.b64decode(key)
