import fcntl
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from siyu.foundation.errors import Conflict

_PAUSE_SECONDS = 0.2


@contextmanager
def hold(*, key: str, wait_seconds: float = 0) -> Iterator[None]:
    """Keep others from doing the same work; the hold ends with the process, however it ends.

    PostgreSQL holds an advisory lock for all machines; SQLite lives on one machine, where a
    locked file does. Raises Conflict where another process holds the key, and has not let go of it
    within the seconds.
    """
    give_up_at = time.monotonic() + wait_seconds
    name = hashlib.blake2b(key.encode(), digest_size=8).digest()
    busy = Conflict("{key} is running in another process; wait for it to end.", key=key)
    if connection.vendor == "postgresql":
        number = int.from_bytes(name, "big", signed=True)
        with connection.cursor() as cursor:
            while not _locked(cursor, number):
                if time.monotonic() >= give_up_at:
                    raise busy
                time.sleep(_PAUSE_SECONDS)
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return
    path = Path(settings.SIYU_HOME) / "locks" / name.hex()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        while not _flocked(file):
            if time.monotonic() >= give_up_at:
                raise busy
            time.sleep(_PAUSE_SECONDS)
        yield


def _locked(cursor: CursorWrapper, number: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
    return bool(cursor.fetchone()[0])


def _flocked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
