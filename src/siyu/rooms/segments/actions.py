"""Every write of segments."""

from collections.abc import Iterable
from datetime import date

import msgspec
from django.db import IntegrityError, transaction

from siyu.analytics.conditions import Audience
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.insights.queries import segment_sizes_of
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.segments.models import Segment, SegmentSize
from siyu.rooms.segments.rules import check
from siyu.rooms.segments.types import NAME_LENGTH, NOTE_LENGTH


def create_segment(
    *, viewer: Viewer, name: str, note: str, audience: Audience, is_tag: bool = False
) -> int:
    """A new segment; the next night counts it. Returns its id.

    With ``is_tag``, sellers see it on the pages of its members.

    Raises BadInput for conditions that cannot be asked, and where the name is taken.
    """
    viewer.require(Right.EDIT_SEGMENTS)
    segment = Segment(program_id=viewer.program_id, created_by_id=viewer.staff_id, is_tag=is_tag)
    _write(viewer, segment, name, note, audience, "create segment")
    return segment.id


def edit_segment(
    *,
    viewer: Viewer,
    segment_id: int,
    name: str,
    note: str,
    audience: Audience,
    is_tag: bool = False,
) -> None:
    """Change a segment; who belongs to it changes with the next night.

    Raises as ``create_segment`` does, and NotFound outside the program.
    """
    segment = _editable(viewer, segment_id)
    segment.is_tag = is_tag
    _write(viewer, segment, name, note, audience, "edit segment")


@transaction.atomic
def archive_segment(*, viewer: Viewer, segment_id: int) -> None:
    """Put a segment away; nobody belongs to it from the next night on. Raises NotFound."""
    segment = _editable(viewer, segment_id)
    segment.archived_at = utc_now()
    segment.save()
    _note(viewer, segment, "archive segment")


def note_export(*, viewer: Viewer, segment_id: int) -> None:
    """Note in the audit log that a segment's members were taken out as a file."""
    viewer.require(Right.SEE_CUSTOMERS)
    record_deed(viewer=viewer, action="export segment", subject=f"segment {segment_id}")


@transaction.atomic
def note_sizes(*, program_id: int, results_id: int, on: date, segment_ids: Iterable[int]) -> None:
    """Keep how many belonged to the segments that a night counted, as its results tell."""
    counted = segment_sizes_of(program_id=program_id, results_id=results_id)
    for segment_id in segment_ids:
        SegmentSize.objects.update_or_create(
            segment_id=segment_id,
            on=on,
            defaults=counted.get(segment_id, {"members": 0, "entered": 0, "left": 0}),
        )


def _write(
    viewer: Viewer, segment: Segment, name: str, note: str, audience: Audience, action: str
) -> None:
    check(audience)
    name, note = name.strip(), note.strip()
    if not 1 <= len(name) <= NAME_LENGTH:
        raise BadInput("name", "Give it a name of 1 to {most} characters.", most=NAME_LENGTH)
    if len(note) > NOTE_LENGTH:
        raise BadInput("note", "The note may have {most} characters.", most=NOTE_LENGTH)
    segment.name, segment.note = name, note
    segment.groups, segment.edited_at = msgspec.to_builtins(audience), utc_now()
    try:
        with transaction.atomic():
            segment.save()
            _note(viewer, segment, action)
    except IntegrityError as error:
        raise BadInput("name", "There is a segment of this name already.") from error


def _editable(viewer: Viewer, segment_id: int) -> Segment:
    viewer.require(Right.EDIT_SEGMENTS)
    found = Segment.objects.filter(
        id=segment_id, program_id=viewer.program_id, archived_at=None
    ).first()
    if found is None:
        raise NotFound("There is no such segment.")
    return found


def _note(viewer: Viewer, segment: Segment, action: str) -> None:
    record_deed(viewer=viewer, action=action, subject=f"segment {segment.id}")
