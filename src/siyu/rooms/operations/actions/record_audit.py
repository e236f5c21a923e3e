from django.db import connection, transaction

from siyu.foundation.clock import utc_now
from siyu.rooms.operations.models import AuditEntry
from siyu.rooms.operations.rules import chain_hash
from siyu.rooms.operations.types import Viewer

_LOCK = 7_317_041


@transaction.atomic
def record_audit(
    *,
    actor_id: int | None,
    program_id: int | None,
    action: str,
    subject: str,
    reason: str = "",
) -> int:
    """Append one entry to the audit log; returns its position.

    ``subject`` names ids, never personal data. Writers queue, so that every entry carries the
    hash of the one before it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = AuditEntry.objects.order_by("-position").first()
    entry = AuditEntry(
        position=last.position + 1 if last else 1,
        at=utc_now(),
        program_id=program_id,
        actor_id=actor_id,
        action=action,
        subject=subject,
        reason=reason,
        previous_hash=last.hash if last else "",
    )
    entry.hash = chain_hash(entry.previous_hash, entry.content())
    entry.save(force_insert=True)
    return entry.position


def record_deed(*, viewer: Viewer, action: str, subject: str) -> int:
    """Append what a viewer did in her program to the audit log; returns its position."""
    return record_audit(
        actor_id=viewer.staff_id, program_id=viewer.program_id, action=action, subject=subject
    )
