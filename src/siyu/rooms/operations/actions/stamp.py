import time
import uuid

from django.db import connection, transaction

from siyu.rooms.operations.models import Installation, WriteStamp
from siyu.rooms.operations.queries.feed import stable_stamp

_PAUSE_SECONDS = 0.05


def write_stamp() -> int:
    """The order of the current write transaction, for rows that are fed to the warehouse.

    PostgreSQL gives its transaction id; on SQLite, which has one writer at a time, a counter row
    does. Must be called inside a transaction.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            return int(cursor.fetchone()[0])
    table = WriteStamp._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, value) VALUES (1, 1) "
            "ON CONFLICT (id) DO UPDATE SET value = value + 1 RETURNING value"
        )
        return int(cursor.fetchone()[0])


@transaction.atomic
def begin_epoch() -> str:
    """Give this database a new epoch, as after a restore; returns it."""
    epoch = str(uuid.uuid4())
    Installation.objects.update_or_create(id=1, defaults={"epoch": epoch})
    return epoch


def wait_until_stable(*, seconds: float = 60) -> bool:
    """Wait until what was committed before may be fed; whether that came within the seconds.

    On PostgreSQL every transaction of the server that began earlier must have ended. Inside a
    transaction nothing can be waited for.
    """
    if connection.in_atomic_block:
        return False
    with transaction.atomic():
        own = write_stamp()
    give_up_at = time.monotonic() + seconds
    while stable_stamp() <= own:
        if time.monotonic() > give_up_at:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
