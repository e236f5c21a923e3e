"""Playbooks, and the work that they made."""

from datetime import date

from django.db.models import Count

from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.coaching.types import TaskState
from siyu.rooms.insights.types import LaunchView
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.outreach.models import Launch, Playbook, Task
from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.outreach.types import Calendar, Frequency, OffSeason, PlaybookView


def playbooks_of(*, viewer: Viewer, on: date) -> list[PlaybookView]:
    """The program's playbooks by priority, each with the launch in force on a day."""
    require_program(viewer)
    return launched(program_id=viewer.program_id, on=on)


def find_playbook(*, viewer: Viewer, playbook_id: int, on: date) -> PlaybookView:
    """One playbook with the launch in force on a day; raises NotFound."""
    found = [each for each in playbooks_of(viewer=viewer, on=on) if each.id == playbook_id]
    if not found:
        raise NotFound("There is no such playbook.")
    return found[0]


def launched(*, program_id: int, on: date) -> list[PlaybookView]:
    """Every playbook of a program by priority, with the last launch not after a day."""
    playbooks = Playbook.objects.filter(program_id=program_id).order_by("priority", "id")
    longest_horizon_days = policy_of(program_id=program_id).hold_window_days
    launches: dict[int, LaunchView] = {}
    rows = Launch.objects.filter(playbook__program_id=program_id)
    for row in sorted(rows, key=lambda each: each.launched_on or date.min):
        if (row.launched_on or date.min) <= on:
            launches[row.playbook_id] = LaunchView(
                launched_on=row.launched_on,
                horizon_days=row.horizon_days,
                planned_days=row.planned_days,
            )
    return [
        PlaybookView(
            id=row.id,
            signal=row.signal,
            name=row.name,
            segment_id=row.segment_id,
            template_code=row.template_code,
            priority=row.priority,
            is_enabled=row.is_enabled,
            calendar=_calendar(row),
            launch=launches[row.id],
            longest_horizon_days=longest_horizon_days,
        )
        for row in playbooks
    ]


def work_by_playbook(*, viewer: Viewer, since: date) -> dict[int, dict[str, int]]:
    """How many tasks drawn since a day stand in each state, by playbook."""
    require_program(viewer)
    rows = Task.objects.filter(program_id=viewer.program_id, drawn_on__gte=since)
    counts: dict[int, dict[str, int]] = {}
    for playbook_id, state, number in rows.values_list("playbook_id", "state").annotate(
        Count("id")
    ):
        counts.setdefault(playbook_id, {each.value: 0 for each in TaskState})[state] = number
    return counts


def require_program(viewer: Viewer) -> None:
    """Raise NotAllowed without the whole program."""
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("Playbooks belong to a whole program; ask headquarters.")


def _calendar(row: Playbook) -> Calendar:
    off = None
    if row.off_begins is not None and row.off_ends is not None:
        off = OffSeason(
            begins=divmod(row.off_begins, 100),
            ends=divmod(row.off_ends, 100),
            frequency=Frequency(most_a_day=row.off_most_a_day, rest_days=row.off_rest_days),
        )
    return Calendar(
        usual=Frequency(most_a_day=row.most_a_day, rest_days=row.rest_days), off_season=off
    )
