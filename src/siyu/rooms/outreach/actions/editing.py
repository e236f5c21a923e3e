"""What every change of a playbook begins and ends with."""

from datetime import date, timedelta

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.outreach.models import Launch, Playbook
from siyu.rooms.outreach.types import NAME_LENGTH


def editable(*, viewer: Viewer, playbook_id: int) -> Playbook:
    """A playbook of the program, locked until the transaction ends; raises NotFound."""
    viewer.require(Right.EDIT_PLAYBOOKS)
    found = Playbook.objects.select_for_update().filter(
        id=playbook_id, program_id=viewer.program_id
    )
    playbook = found.first()
    if playbook is None:
        raise NotFound("There is no such playbook.")
    return playbook


def checked_name(name: str) -> str:
    """A name without the blanks around it; raises BadInput for none and for a long one."""
    if not 1 <= len(name.strip()) <= NAME_LENGTH:
        raise BadInput("name", "Give it a name of 1 to {most} characters.", most=NAME_LENGTH)
    return name.strip()


def launch_from_tomorrow(
    *, viewer: Viewer, playbook: Playbook, horizon_days: int, planned_days: int, today: date
) -> None:
    """Count a playbook's draws anew from tomorrow's lists on."""
    Launch.objects.update_or_create(
        playbook=playbook,
        launched_on=today + timedelta(days=1),
        defaults={
            "horizon_days": horizon_days,
            "planned_days": planned_days,
            "actor_id": viewer.staff_id,
            "launched_at": utc_now(),
        },
    )


def note(*, viewer: Viewer, playbook: Playbook, action: str) -> None:
    """Put a change into the audit log."""
    record_deed(viewer=viewer, action=action, subject=f"playbook {playbook.signal}")
