import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

from siyu.rooms.orders.queries import orders_written
from siyu.rooms.webhooks.models import Endpoint, Message
from siyu.rooms.webhooks.ports import sender
from siyu.rooms.webhooks.rules import ATTEMPTS, signature, wait_after
from siyu.rooms.webhooks.types import MessageState, Topic

log = structlog.get_logger()
_ACCEPTED = range(200, 300)
_ORDERS_A_MESSAGE = 100
_LEASE = timedelta(minutes=1)
_KEPT = timedelta(days=30)


def tell(*, program_id: int, topic: Topic, data: Mapping[str, Any], now: datetime) -> int:
    """Have every endpoint of a topic told; returns how many."""
    endpoints = _listening(program_id, topic)
    for endpoint in endpoints:
        write_message(endpoint=endpoint, topic=topic, data=data, now=now)
    return len(endpoints)


def tell_orders(*, program_id: int, stamp: int, now: datetime) -> int:
    """Have every endpoint of orders told of those that carry a stamp; returns the messages."""
    endpoints = _listening(program_id, Topic.ORDERS_WRITTEN)
    orders = orders_written(program_id=program_id, stamp=stamp) if endpoints else []
    rows = [
        {
            "order_id": str(order.id),
            "order_key": order.key,
            "source": order.source,
            "status": order.status,
            "customer_id": str(order.customer_id) if order.customer_id else None,
            "at": order.at.isoformat(),
            "amount_minor": order.amount_minor,
        }
        for order in orders
    ]
    for start in range(0, len(rows), _ORDERS_A_MESSAGE):
        told = {"orders": rows[start : start + _ORDERS_A_MESSAGE]}
        for endpoint in endpoints:
            write_message(endpoint=endpoint, topic=Topic.ORDERS_WRITTEN, data=told, now=now)
    return -(-len(rows) // _ORDERS_A_MESSAGE) * len(endpoints)


def _listening(program_id: int, topic: Topic) -> list[Endpoint]:
    enabled = Endpoint.objects.filter(program_id=program_id, is_enabled=True)
    return [each for each in enabled if topic in each.topics]


def write_message(
    *, endpoint: Endpoint, topic: Topic, data: Mapping[str, Any], now: datetime
) -> None:
    """Store a message in the caller's transaction; the worker sends it after commit."""
    message = Message(endpoint=endpoint, topic=topic, created_at=now, due_at=now)
    told = {"id": str(message.id), "topic": topic, "created_at": now.isoformat(), "data": data}
    message.body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    message.save(force_insert=True)


def send_due_messages(*, now: datetime, limit: int = 10) -> int:
    """Post the messages that are due, oldest first; returns how many were tried.

    Where an address does not answer, all that waits for it waits with the message that was
    tried, so a dead one costs the worker one attempt a pause. At least once: a worker that dies
    between posting and noting it posts again, under the same id. Each message is leased for a
    minute, so two workers do not post one at the same time.
    """
    tried = 0
    for message_id in list(_due(now).values_list("id", flat=True)[:limit]):
        message = _leased(message_id, now)
        if message is not None:
            _send(message, now)
            tried += 1
    if tried:
        Message.objects.filter(created_at__lt=now - _KEPT).exclude(
            state=MessageState.WAITING
        ).delete()
    return tried


def _due(now: datetime) -> Any:
    rows = Message.objects.filter(
        state=MessageState.WAITING, due_at__lte=now, endpoint__is_enabled=True
    )
    return rows.order_by("due_at", "id")


@transaction.atomic
def _leased(message_id: int, now: datetime) -> Message | None:
    rows = _due(now).filter(id=message_id).select_related("endpoint")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    message: Message | None = rows.first()
    if message is not None:
        message.due_at = now + _LEASE
        message.save(update_fields=["due_at"])
    return message


def _send(message: Message, now: datetime) -> None:
    secret = settings.SIYU_KEYRING.open(message.endpoint.sealed)["secret"] or ""
    body = message.body.encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Siyu-Message": str(message.id),
        "Siyu-Topic": message.topic,
        "Siyu-Signature": signature(secret, int(now.timestamp()), body),
    }
    try:
        message.status = sender().post(url=message.endpoint.url, headers=headers, body=body)
        message.error = ""
    except OSError as error:
        message.status, message.error = None, type(error).__name__
    message.attempts += 1
    if message.status in _ACCEPTED:
        message.state, message.sent_at = MessageState.SENT, now
    elif message.attempts >= ATTEMPTS:
        message.state = MessageState.GIVEN_UP
    else:
        message.due_at = now + wait_after(message.attempts)
        Message.objects.filter(
            endpoint_id=message.endpoint_id,
            state=MessageState.WAITING,
            due_at__lt=message.due_at,
        ).exclude(id=message.id).update(due_at=message.due_at)
    message.save(update_fields=["status", "error", "attempts", "state", "sent_at", "due_at"])
    if message.state != MessageState.SENT:
        log.warning("webhook failed", message_id=message.id, status=message.status)
