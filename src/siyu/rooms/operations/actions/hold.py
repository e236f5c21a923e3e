import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from siyu.foundation.errors import Conflict


@contextmanager
def hold(*, key: str) -> Iterator[None]:
    """Keep others from doing the same work; the hold ends with the process, however it ends.

    PostgreSQL holds an advisory lock for all machines; SQLite lives on one machine, where a
    locked file does. Raises Conflict where another process holds the key.
    """
    name = hashlib.blake2b(key.encode(), digest_size=8).digest()
    busy = Conflict("{key} is running in another process; wait for it to end.", key=key)
    if connection.vendor == "postgresql":
        number = int.from_bytes(name, "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            if not cursor.fetchone()[0]:
                raise busy
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return
    path = Path(settings.SIYU_HOME) / "locks" / name.hex()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        yield
