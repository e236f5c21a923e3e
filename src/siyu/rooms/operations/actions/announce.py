from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction

from siyu.foundation import events
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import NotFound, SiyuError
from siyu.rooms.operations.models import Delivery, OutboxEvent
from siyu.rooms.operations.rules import GIVE_UP_QUIETLY_AFTER, backoff
from siyu.rooms.operations.types import DeliveryState, Listener, Right, Viewer

log = structlog.get_logger()
Reaction = Callable[[Any], None]
_reactions: dict[str, dict[str, Reaction]] = defaultdict(dict)


def subscribe(*, event: type[events.Event], reaction: Reaction) -> None:
    """Have a reaction called, after commit and at least once, for every such event."""
    _reactions[event.__name__][f"{reaction.__module__}.{reaction.__qualname__}"] = reaction


def announce(event: events.Event) -> None:
    """Store an event in the caller's transaction; the worker delivers it after commit."""
    stored = OutboxEvent.objects.create(
        program_id=event.program_id, name=events.name_of(event), payload=events.encode(event)
    )
    Delivery.objects.bulk_create(
        Delivery(event=stored, reaction=name) for name in _reactions[stored.name]
    )


def deliver_due(*, now: datetime | None = None, limit: int = 100) -> int:
    """Run the reactions of events that are due, oldest first; returns how many were tried."""
    due = Delivery.objects.exclude(state=DeliveryState.DONE).filter(due_at__lte=now or utc_now())
    ids = list(due.order_by("due_at", "id").values_list("id", flat=True)[:limit])
    for delivery_id in ids:
        _deliver(delivery_id)
    return len(ids)


def deliver_all(*, listener: Listener = lambda name, done, total: None) -> int:
    """Run reactions until none is due now; returns how many were tried."""
    done = 0
    while tried := deliver_due():
        done += tried
        listener("reactions", done, None)
    return done


def _deliver(delivery_id: int) -> None:
    try:
        with transaction.atomic():
            rows = Delivery.objects.exclude(state=DeliveryState.DONE).filter(id=delivery_id)
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True, of=("self",))
            delivery = rows.select_related("event").first()
            if delivery is None:
                return
            event = events.decode(delivery.event.name, delivery.event.payload)
            _reactions[delivery.event.name][delivery.reaction](event)
            delivery.state = DeliveryState.DONE
            delivery.error = ""
            delivery.save(update_fields=["state", "error"])
    except Exception as error:
        _record_failure(delivery_id, error)


def _record_failure(delivery_id: int, error: Exception) -> None:
    # Only our own errors are shown in full: others may quote the data they failed on.
    text = str(error) if isinstance(error, SiyuError) else type(error).__name__
    with transaction.atomic():
        delivery = Delivery.objects.filter(id=delivery_id).exclude(state=DeliveryState.DONE).first()
        if delivery is None:
            return
        delivery.attempts += 1
        delivery.due_at = utc_now() + backoff(delivery.attempts)
        delivery.error = text
        if delivery.attempts >= GIVE_UP_QUIETLY_AFTER:
            delivery.state = DeliveryState.FAILING
        delivery.save(update_fields=["attempts", "due_at", "error", "state"])
    log.warning("reaction failed", reaction=delivery.reaction, attempts=delivery.attempts)


def retry_delivery(*, viewer: Viewer, delivery_id: int) -> None:
    """Make a failing delivery of the viewer's program due now. Raises NotFound, NotAllowed."""
    viewer.require(Right.START_RUNS)
    waiting = Delivery.objects.exclude(state=DeliveryState.DONE).filter(
        id=delivery_id, event__program_id=viewer.program_id
    )
    if not waiting.update(due_at=utc_now(), state=DeliveryState.PENDING):
        raise NotFound("This reaction is no longer waiting.")
