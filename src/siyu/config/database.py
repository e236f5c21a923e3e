"""The database of an address: SQLite in SIYU_HOME by default, PostgreSQL for production."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from siyu.foundation.errors import BadInput

_SQLITE_START = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
    "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
    # An import writes the pages of an index again and again: fewer checkpoints, half the writes.
    "PRAGMA wal_autocheckpoint=16000;"
)


def database_of(url: str, home: Path) -> dict[str, Any]:
    """Django's settings of a database address. Raises BadInput for an unknown kind."""
    if not url:
        url = f"sqlite:///{home / 'siyu.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path.removeprefix("/") if parts.path == "/:memory:" else parts.path,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": _SQLITE_START,
            },
            # A page keeps what the last one read; a minute later it knows the tables' new sizes.
            "CONN_MAX_AGE": 60,
        }
    if parts.scheme in ("postgresql", "postgres"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_HEALTH_CHECKS": True,
            "CONN_MAX_AGE": 600,
        }
    raise BadInput(
        "SIYU_DATABASE_URL",
        "{scheme} is not a database that Siyu knows; write sqlite:///path or postgresql://…",
        scheme=parts.scheme,
    )
