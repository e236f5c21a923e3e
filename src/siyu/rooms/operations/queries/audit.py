from siyu.rooms.operations.models import AuditEntry
from siyu.rooms.operations.rules import chain_hash
from siyu.rooms.operations.types import AuditView, Right, Viewer


def audit_page(*, viewer: Viewer, page: int = 1, size: int = 50) -> list[AuditView]:
    """Entries of the viewer's program, newest first; one more than ``size`` where more follow."""
    viewer.require(Right.SEE_AUDIT)
    first = (page - 1) * size
    rows = AuditEntry.objects.filter(program_id=viewer.program_id).order_by("-position")
    return [
        AuditView(
            id=row.position,
            at=row.at,
            actor_id=row.actor_id,
            action=row.action,
            subject=row.subject,
            reason=row.reason,
        )
        for row in rows[first : first + size + 1]
    ]


def verify_audit() -> int | None:
    """The position of the first entry that does not fit the chain, or None where all fit."""
    previous = ""
    for position, entry in enumerate(AuditEntry.objects.order_by("position").iterator(), 1):
        fits = entry.position == position and entry.previous_hash == previous
        if not fits or entry.hash != chain_hash(previous, entry.content()):
            return entry.position
        previous = entry.hash
    return None
