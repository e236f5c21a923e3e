import secrets
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction

from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.webhooks.actions.messages import write_message
from siyu.rooms.webhooks.models import Endpoint, Message
from siyu.rooms.webhooks.rules import check_url
from siyu.rooms.webhooks.types import AddedEndpoint, MessageState, Topic

_SECRET_BYTES = 32


@transaction.atomic
def add_endpoint(*, viewer: Viewer, url: str, topics: Collection[Topic]) -> AddedEndpoint:
    """An address that is told of topics from now on; its secret is shown this once.

    Raises BadInput for an address that cannot be posted to, and without a topic.
    """
    viewer.require(Right.MANAGE_KEYS)
    address = check_url(url)
    if not topics:
        raise BadInput("topics", "Choose at least one thing to tell of.")
    secret = f"whsec_{secrets.token_urlsafe(_SECRET_BYTES)}"
    endpoint = Endpoint.objects.create(
        program_id=viewer.program_id,
        url=address,
        sealed=settings.SIYU_KEYRING.seal({"secret": secret}),
        topics=sorted(topics),
        created_by_id=viewer.staff_id,
    )
    _note(viewer, endpoint.id, "add webhook")
    return AddedEndpoint(id=endpoint.id, secret=secret)


@transaction.atomic
def enable_endpoint(*, viewer: Viewer, endpoint_id: int, is_enabled: bool) -> None:
    """Tell an address again, or stop telling it: what waits is kept. Raises NotFound."""
    endpoint = _own(viewer, endpoint_id)
    endpoint.is_enabled = is_enabled
    endpoint.save(update_fields=["is_enabled"])
    _note(viewer, endpoint_id, "enable webhook" if is_enabled else "disable webhook")


@transaction.atomic
def remove_endpoint(*, viewer: Viewer, endpoint_id: int) -> None:
    """Forget an address and all its messages. Raises NotFound."""
    _own(viewer, endpoint_id).delete()
    _note(viewer, endpoint_id, "remove webhook")


@transaction.atomic
def send_test(*, viewer: Viewer, endpoint_id: int, now: datetime) -> None:
    """A message that says nothing, to try an address with. Raises NotFound."""
    endpoint = _own(viewer, endpoint_id)
    write_message(endpoint=endpoint, topic=Topic.TEST, data={}, now=now)


@transaction.atomic
def send_again(*, viewer: Viewer, message_id: int, now: datetime) -> int:
    """Send a message anew, whatever came of it; returns its endpoint. Raises NotFound."""
    viewer.require(Right.MANAGE_KEYS)
    own = Endpoint.objects.filter(program_id=viewer.program_id).values("id")
    message = Message.objects.filter(id=message_id, endpoint_id__in=own).first()
    if message is None:
        raise NotFound("There is no such message.")
    message.state, message.attempts, message.due_at = MessageState.WAITING, 0, now
    message.save(update_fields=["state", "attempts", "due_at"])
    return message.endpoint_id


def _own(viewer: Viewer, endpoint_id: int) -> Endpoint:
    viewer.require(Right.MANAGE_KEYS)
    endpoint = Endpoint.objects.filter(id=endpoint_id, program_id=viewer.program_id).first()
    if endpoint is None:
        raise NotFound("There is no such address.")
    return endpoint


def _note(viewer: Viewer, endpoint_id: int, action: str) -> None:
    record_deed(viewer=viewer, action=action, subject=f"webhook {endpoint_id}")
