from django.db import connection

from siyu.rooms.operations.models import Installation, WriteStamp


def stable_stamp() -> int:
    """Every row whose stamp is below this is committed, and none will ever be added below it.

    PostgreSQL: the oldest transaction still running (pg_snapshot_xmin). SQLite has one writer at
    a time, so the committed counter is complete.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            return int(cursor.fetchone()[0])
    newest = WriteStamp.objects.values_list("value", flat=True).filter(id=1).first()
    return (newest or 0) + 1


def current_epoch() -> str:
    """What names this database's line of stamps: another cluster or a restore has another."""
    epoch = Installation.objects.values_list("epoch", flat=True).filter(id=1).first() or ""
    if connection.vendor != "postgresql":
        return epoch
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        return f"{epoch}:{cursor.fetchone()[0]}"
