from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.content.actions import write_template
from siyu.rooms.dispatch.models import Assignment, Dispatch
from siyu.rooms.dispatch.queries.dispatches import assignments_within, is_own, within
from siyu.rooms.dispatch.rules import check
from siyu.rooms.dispatch.types import AssignmentState, Draft
from siyu.rooms.operations.actions import record_deed, request_run, write_stamp
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import program_of, units_under
from siyu.rooms.segments.queries import find_segment

_LANGUAGES = ("zh-hans", "en")
_PAUSE = timedelta(hours=1)


def send_dispatch(*, viewer: Viewer, draft: Draft, now: datetime) -> int:
    """Send a dispatch; the worker hands it out at once. Returns its id.

    The same key sends once only. Raises BadInput for what cannot be sent, NotAllowed where the
    units or a segment lie outside the viewer's reach.
    """
    viewer.require(Right.DISPATCH_TASKS)
    known = Dispatch.objects.filter(program_id=viewer.program_id, key=draft.key).first()
    if known is not None:
        return known.id
    check(draft, now=now)
    unit_ids = _units(viewer, draft)
    if draft.segment_id is not None:
        if viewer.scope is not Scope.PROGRAM:
            raise NotAllowed("Segments are of the whole program; ask headquarters.")
        find_segment(viewer=viewer, segment_id=draft.segment_id)
    try:
        return _store(viewer, draft, unit_ids, now)
    except IntegrityError:
        # Sent twice at the same moment: the other one is as good.
        return Dispatch.objects.get(program_id=viewer.program_id, key=draft.key).id


@transaction.atomic
def _store(viewer: Viewer, draft: Draft, unit_ids: list[int], now: datetime) -> int:
    dispatch = Dispatch.objects.create(
        program_id=viewer.program_id,
        key=draft.key,
        title=draft.title.strip(),
        body=draft.body.strip(),
        unit_ids=unit_ids,
        segment_id=draft.segment_id,
        per_seller=draft.per_seller,
        asks_reason=draft.asks_reason,
        due_at=draft.due_at,
        due_on=program_of(program_id=viewer.program_id).day_of(draft.due_at),
        created_by_id=viewer.staff_id,
        created_at=now,
    )
    for language in _LANGUAGES if draft.words.strip() else ():
        write_template(
            program_id=viewer.program_id,
            code=dispatch.template_code,
            language=language,
            text=draft.words.strip(),
        )
    _note(viewer, dispatch.id, "send dispatch")
    _request(dispatch, viewer)
    return dispatch.id


def hand_out_again(*, viewer: Viewer, dispatch_id: int, now: datetime) -> None:
    """Have the worker go on with a dispatch that could not be handed out whole.

    Raises Conflict where it was handed out, or is over.
    """
    dispatch = _led(viewer, dispatch_id)
    if dispatch.assigned_at or dispatch.cancelled_at or dispatch.due_at <= now:
        raise Conflict("There is nothing left to hand out.")
    _request(dispatch, viewer)


def _request(dispatch: Dispatch, viewer: Viewer) -> None:
    request_run(
        program_id=dispatch.program_id,
        kind="dispatch",
        key=dispatch.run_key,
        arguments={"dispatch_id": dispatch.id},
        requested_by_id=viewer.staff_id,
    )


@transaction.atomic
def cancel_dispatch(*, viewer: Viewer, dispatch_id: int, now: datetime) -> None:
    """Take a dispatch back: what is open leaves the sellers' pages, what was done stays.

    Whoever reaches the whole of its sellers may; raises Conflict where it was taken back before.
    """
    dispatch = _led(viewer, dispatch_id)
    if dispatch.cancelled_at:
        raise Conflict("This dispatch was taken back already.")
    if not is_own(viewer=viewer, dispatch=dispatch):
        raise NotAllowed("It came from above you; ask those who sent it.")
    dispatch.cancelled_at = now
    dispatch.save(update_fields=["cancelled_at"])
    Assignment.objects.filter(dispatch_id=dispatch_id, state=AssignmentState.OPEN).update(
        blocked_until=None, stamp=write_stamp()
    )
    _note(viewer, dispatch_id, "cancel dispatch")


@transaction.atomic
def remind_sellers(*, viewer: Viewer, dispatch_id: int, now: datetime) -> int:
    """Remind the sellers within reach of what they have open; returns how many sellers.

    Whoever was reminded less than an hour ago is left in peace. Raises Conflict where it is over,
    and where nobody is left to remind.
    """
    dispatch = _led(viewer, dispatch_id)
    if dispatch.cancelled_at or dispatch.due_at <= now:
        raise Conflict("This dispatch is over; nobody can be reminded of it.")
    still = assignments_within(viewer=viewer, dispatch_id=dispatch_id).filter(
        state=AssignmentState.OPEN
    )
    still = still.filter(Q(reminded_at=None) | Q(reminded_at__lte=now - _PAUSE))
    sellers = still.values("seller_id").distinct().count()
    if not sellers:
        raise Conflict("They were reminded within the last hour; give them time.")
    still.update(reminded_at=now)
    _note(viewer, dispatch_id, "remind of dispatch")
    return sellers


def note_export(*, viewer: Viewer, dispatch_id: int) -> None:
    """Note in the audit log that the assignments were taken out as a file."""
    _note(viewer, dispatch_id, "export dispatch")


def _units(viewer: Viewer, draft: Draft) -> list[int]:
    """The chosen units; for a viewer of a part, none chosen means all of that part."""
    within_reach = {unit.id for unit in units_under(viewer=viewer)}
    if not set(draft.unit_ids) <= within_reach:
        raise BadInput("units", "Choose regions and stores within your reach.")
    chosen = set(draft.unit_ids)
    if not chosen and viewer.unit_ids is not None:
        chosen = set(viewer.unit_ids)
    return sorted(chosen)


def _led(viewer: Viewer, dispatch_id: int) -> Dispatch:
    viewer.require(Right.DISPATCH_TASKS)
    dispatch = within(viewer=viewer).select_for_update().filter(id=dispatch_id).first()
    if dispatch is None:
        raise NotFound("There is no such dispatch within your reach.")
    return dispatch


def _note(viewer: Viewer, dispatch_id: int, action: str) -> None:
    record_deed(viewer=viewer, action=action, subject=f"dispatch {dispatch_id}")
