import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files

from django.db import transaction
from django.db.models import Max

from siyu.foundation.errors import BadInput
from siyu.rooms.content.actions import write_template
from siyu.rooms.operations.actions import set_schedule
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.actions import create_program
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.outreach.actions.editing import (
    checked_name,
    editable,
    launch_from_tomorrow,
    note,
)
from siyu.rooms.outreach.models import Launch, Playbook, Policy
from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.outreach.types import Calendar, Frequency
from siyu.rooms.segments.actions import archive_segment
from siyu.rooms.segments.queries import find_segment, segments_of

_MILLION = 1_000_000
_SEGMENT = "segment"
_HORIZON_DAYS, _PLANNED_DAYS = 14, 90
_LONGEST_PLAN_DAYS = 365
_LAST_PLACE = 99
_MOST_A_DAY, _LONGEST_REST_DAYS = 200, 365
_LEAP_YEAR = 2024
_NIGHTLY_CRON = "30 2 * * *"
_HOURLY_CRON = "5-59/15 * * * *"


@transaction.atomic
def open_program(
    *, code: str, name: str, currency: str, zone: str, cut_off_hour: int = 0
) -> ProgramView:
    """A new program, ready for work: limits of contact, playbooks and its schedules.

    Raises BadInput for an unknown currency or zone, Conflict where the code is taken.
    """
    program = create_program(
        code=code, name=name, currency=currency, zone=zone, cut_off_hour=cut_off_hour
    )
    Policy.objects.create(program_id=program.id)
    words = _first_words()
    del words[_SEGMENT]
    for priority, (signal, texts) in enumerate(words.items(), 1):
        playbook = Playbook.objects.create(
            program_id=program.id, signal=signal, template_code=signal, priority=priority
        )
        Launch.objects.create(
            playbook=playbook, horizon_days=_HORIZON_DAYS, planned_days=_PLANNED_DAYS
        )
        for language, text in texts.items():
            write_template(program_id=program.id, code=signal, language=language, text=text)
    set_schedule(program_id=program.id, name="nightly", cron=_NIGHTLY_CRON, zone=zone)
    set_schedule(program_id=program.id, name="hourly", cron=_HOURLY_CRON, zone=zone)
    return program


@transaction.atomic
def set_policy(
    *,
    program_id: int,
    list_size: int,
    quota_days: int,
    hold_share_ppm: int,
    hold_window_days: int,
    control_share_ppm: int,
) -> None:
    """Change a program's limits of contact. Raises BadInput for a share above one."""
    for field, share in (
        ("hold_share_ppm", hold_share_ppm),
        ("control_share_ppm", control_share_ppm),
    ):
        if not 0 <= share <= _MILLION:
            raise BadInput(field, "A share must lie between 0 and 1,000,000 parts per million.")
    if list_size < 1:
        raise BadInput("list_size", "A list needs at least one place.")
    rows = Launch.objects.filter(playbook__program_id=program_id)
    longest = rows.aggregate(longest=Max("horizon_days"))["longest"] or 0
    if hold_window_days < longest and hold_share_ppm:
        raise BadInput(
            "hold_window_days",
            "Held customers must be left alone for {longest} days, as long as playbooks look.",
            longest=longest,
        )
    Policy.objects.update_or_create(
        program_id=program_id,
        defaults={
            "list_size": list_size,
            "quota_days": quota_days,
            "hold_share_ppm": hold_share_ppm,
            "hold_window_days": hold_window_days,
            "control_share_ppm": control_share_ppm,
        },
    )


@transaction.atomic
def add_playbook(*, viewer: Viewer, segment_id: int) -> int:
    """A playbook for the members of a segment, not in use yet; returns its id.

    Where there is one already, that one's id. Raises NotFound for a segment that is none.
    """
    viewer.require(Right.EDIT_PLAYBOOKS)
    segment = find_segment(viewer=viewer, segment_id=segment_id)
    own = Playbook.objects.filter(program_id=viewer.program_id)
    signal = f"segment_{segment.id}"
    last = own.aggregate(last=Max("priority"))["last"] or 0
    playbook, is_new = Playbook.objects.get_or_create(
        program_id=viewer.program_id,
        signal=signal,
        defaults={
            "name": segment.name,
            "segment_id": segment.id,
            "template_code": signal,
            "priority": min(last + 1, _LAST_PLACE),
            "is_enabled": False,
        },
    )
    if not is_new:
        return playbook.id
    Launch.objects.create(
        playbook=playbook,
        horizon_days=min(_HORIZON_DAYS, policy_of(program_id=viewer.program_id).hold_window_days),
        planned_days=_PLANNED_DAYS,
    )
    for language, text in _first_words()[_SEGMENT].items():
        write_template(program_id=viewer.program_id, code=signal, language=language, text=text)
    note(viewer=viewer, playbook=playbook, action="add playbook")
    return playbook.id


@transaction.atomic
def retire_segment(*, viewer: Viewer, segment_id: int) -> None:
    """Put a segment away that no playbook in use needs; raises BadInput where one does."""
    users = Playbook.objects.filter(
        program_id=viewer.program_id, segment_id=segment_id, is_enabled=True
    )
    if users.exists():
        raise BadInput("segment", "A playbook uses this segment; take that out of use first.")
    archive_segment(viewer=viewer, segment_id=segment_id)


@transaction.atomic
def edit_playbook(
    *,
    viewer: Viewer,
    playbook_id: int,
    priority: int,
    is_enabled: bool,
    texts: Mapping[str, str],
    name: str = "",
    segment_id: int | None = None,
    calendar: Calendar | None = None,
) -> None:
    """Change a playbook's place, whether it is used, its words by language, and its audience.

    ``segment_id`` keeps a signal to the members of a segment; a segment's own playbook keeps its
    segment and takes the ``name``. ``calendar`` says how often it may ask; None leaves that as it
    is. The words of tasks that are open change with it; what was sent does not. Raises BadInput
    for a placeholder that does not exist, a place that is none, a segment that is none any more,
    a day that no year has; NotFound outside the program.
    """
    playbook = editable(viewer=viewer, playbook_id=playbook_id)
    if playbook.is_of_segment:
        playbook.name = checked_name(name)
    else:
        playbook.segment_id = segment_id
    known = {None, *(segment.id for segment in segments_of(viewer=viewer))}
    if playbook.segment_id not in known and (is_enabled or not playbook.is_of_segment):
        raise BadInput("segment", "There is no such segment any more; choose another.")
    if not 1 <= priority <= _LAST_PLACE:
        raise BadInput("priority", "Places go from 1 to {last}.", last=_LAST_PLACE)
    for language, text in texts.items():
        write_template(
            program_id=viewer.program_id,
            code=playbook.template_code,
            language=language,
            text=text.strip(),
        )
    playbook.priority, playbook.is_enabled = priority, is_enabled
    if calendar is not None:
        _set_calendar(playbook, calendar)
    playbook.save()
    note(viewer=viewer, playbook=playbook, action="edit playbook")


@transaction.atomic
def launch_playbook(
    *, viewer: Viewer, playbook_id: int, horizon_days: int, planned_days: int, today: date
) -> None:
    """Read a playbook out anew from tomorrow's lists on; earlier draws count no more.

    ``horizon_days`` is how long after a draw a purchase counts, ``planned_days`` after how long
    the result is final. Both are fixed by this. Raises BadInput where a held customer could be
    contacted within the horizon, or the plan is shorter than it.
    """
    playbook = editable(viewer=viewer, playbook_id=playbook_id)
    longest = policy_of(program_id=viewer.program_id).hold_window_days
    if not 1 <= horizon_days <= longest:
        raise BadInput(
            "horizon_days",
            "The horizon must be 1 to {longest} days, as long as held customers are left alone.",
            longest=longest,
        )
    if not horizon_days < planned_days <= _LONGEST_PLAN_DAYS:
        raise BadInput(
            "planned_days",
            "The plan must be longer than the horizon and {longest} days at most.",
            longest=_LONGEST_PLAN_DAYS,
        )
    launch_from_tomorrow(
        viewer=viewer,
        playbook=playbook,
        horizon_days=horizon_days,
        planned_days=planned_days,
        today=today,
    )
    note(viewer=viewer, playbook=playbook, action="launch playbook")


def _first_words() -> dict[str, dict[str, str]]:
    """The texts of ``words.toml`` by signal and language."""
    return tomllib.loads(files("siyu.rooms.outreach").joinpath("words.toml").read_text("utf-8"))


def _set_calendar(playbook: Playbook, calendar: Calendar) -> None:
    _check_frequency(calendar.usual, "")
    playbook.most_a_day, playbook.rest_days = calendar.usual.most_a_day, calendar.usual.rest_days
    playbook.off_begins = playbook.off_ends = playbook.off_most_a_day = None
    playbook.off_rest_days = 0
    if off := calendar.off_season:
        _check_frequency(off.frequency, "off_")
        playbook.off_begins = _day_of_year("off_begins", off.begins)
        playbook.off_ends = _day_of_year("off_ends", off.ends)
        playbook.off_most_a_day = off.frequency.most_a_day
        playbook.off_rest_days = off.frequency.rest_days


def _check_frequency(frequency: Frequency, prefix: str) -> None:
    if frequency.most_a_day is not None and not 0 <= frequency.most_a_day <= _MOST_A_DAY:
        raise BadInput(f"{prefix}most_a_day", "Enter 0 to {most} tasks a day.", most=_MOST_A_DAY)
    if not 0 <= frequency.rest_days <= _LONGEST_REST_DAYS:
        raise BadInput(f"{prefix}rest_days", "Enter 0 to {most} days.", most=_LONGEST_REST_DAYS)


def _day_of_year(field: str, day: tuple[int, int]) -> int:
    month, number = day
    try:
        date(_LEAP_YEAR, month, number)
    except ValueError:
        raise BadInput(field, "No year has this day; enter month and day.") from None
    return month * 100 + number
