"""Every read of webhooks."""

from django.db.models import Count, Q

from siyu.foundation.errors import NotFound
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.webhooks.models import Endpoint, Message
from siyu.rooms.webhooks.types import EndpointView, MessageState, MessageView, Topic


def endpoints_of(*, viewer: Viewer) -> list[EndpointView]:
    """The program's endpoints, newest first."""
    viewer.require(Right.MANAGE_KEYS)
    rows = list(Endpoint.objects.filter(program_id=viewer.program_id).order_by("-id"))
    return _views(rows)


def find_endpoint(*, viewer: Viewer, endpoint_id: int) -> EndpointView:
    """One endpoint; raises NotFound."""
    viewer.require(Right.MANAGE_KEYS)
    rows = list(Endpoint.objects.filter(program_id=viewer.program_id, id=endpoint_id))
    if not rows:
        raise NotFound("There is no such address.")
    return _views(rows)[0]


def messages_to(*, viewer: Viewer, endpoint_id: int, limit: int = 50) -> list[MessageView]:
    """The newest messages to an endpoint. Raises NotFound."""
    find_endpoint(viewer=viewer, endpoint_id=endpoint_id)
    rows = Message.objects.filter(endpoint_id=endpoint_id).order_by("-id")[:limit]
    return [
        MessageView(
            id=row.id,
            topic=Topic(row.topic),
            state=MessageState(row.state),
            attempts=row.attempts,
            status=row.status,
            error=row.error,
            created_at=row.created_at,
            due_at=row.due_at,
            sent_at=row.sent_at,
        )
        for row in rows
    ]


def _views(rows: list[Endpoint]) -> list[EndpointView]:
    counts = {
        row["endpoint_id"]: row
        for row in Message.objects.filter(endpoint_id__in=[each.id for each in rows])
        .values("endpoint_id")
        .annotate(
            waiting=Count("id", filter=Q(state=MessageState.WAITING)),
            given_up=Count("id", filter=Q(state=MessageState.GIVEN_UP)),
        )
    }
    none = {"waiting": 0, "given_up": 0}
    return [
        EndpointView(
            id=row.id,
            url=row.url,
            topics=frozenset(map(Topic, row.topics)),
            is_enabled=row.is_enabled,
            created_at=row.created_at,
            waiting=counts.get(row.id, none)["waiting"],
            given_up=counts.get(row.id, none)["given_up"],
        )
        for row in rows
    ]
