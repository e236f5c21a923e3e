"""What webhooks show of themselves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

URL_LENGTH = 500


class Topic(StrEnum):
    """What another system may be told of."""

    ORDERS_WRITTEN = "orders.written"
    TASK_CLOSED = "task.closed"
    TASK_REOPENED = "task.reopened"
    TEST = "test"


class MessageState(StrEnum):
    """Where a message stands; one that was given up is sent again when asked for."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True)
class EndpointView:
    """An address that is told of some topics; its secret is shown once, when it is made."""

    id: int
    url: str
    topics: frozenset[Topic]
    is_enabled: bool
    created_at: datetime
    waiting: int
    given_up: int


@dataclass(frozen=True, kw_only=True)
class AddedEndpoint:
    """A new endpoint with the secret that signs its messages, shown once."""

    id: int
    secret: str


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """A message to an endpoint, and what came of it; ``status`` is the last HTTP status."""

    id: int
    topic: Topic
    state: MessageState
    attempts: int
    status: int | None
    error: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
