"""Addresses of other systems that are told of orders and tasks, and what they heard."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.webhooks.actions import (
    add_endpoint,
    enable_endpoint,
    remove_endpoint,
    send_again,
    send_test,
)
from siyu.rooms.webhooks.queries import endpoints_of, find_endpoint, messages_to
from siyu.rooms.webhooks.types import AddedEndpoint, MessageState, Topic

TOPICS = {
    Topic.ORDERS_WRITTEN: gettext_lazy("Orders written"),
    Topic.TASK_CLOSED: gettext_lazy("Task done or skipped"),
    Topic.TASK_REOPENED: gettext_lazy("Task opened again"),
    Topic.TEST: gettext_lazy("Test"),
}
STATES = {
    MessageState.WAITING: (gettext_lazy("Waiting"), "azure"),
    MessageState.SENT: (gettext_lazy("Heard"), "green"),
    MessageState.GIVEN_UP: (gettext_lazy("Given up"), "red"),
}
ERRORS = {
    "TimeoutError": gettext_lazy("No answer within five seconds"),
    "gaierror": gettext_lazy("No machine of this name"),
    "ConnectionRefusedError": gettext_lazy("Nobody listens there"),
    "SSLCertVerificationError": gettext_lazy("Its certificate is not trusted"),
    "Refused": gettext_lazy("Lies in a private network; see SIYU_WEBHOOKS_PRIVATE"),
}
_CHOSEN = [topic for topic in TOPICS if topic is not Topic.TEST]
_REFUSED = 422


@page(Right.MANAGE_KEYS, methods=("GET", "POST"))
def webhooks(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every address, and the form of a new one; its secret is shown once, in the answer."""
    added: AddedEndpoint | None = None
    error: BadInput | None = None
    chosen = [topic for topic in _CHOSEN if topic.value in request.POST.getlist("topics")]
    if request.method == "POST":
        try:
            url = request.POST.get("url", "")
            added = add_endpoint(viewer=viewer, url=url, topics=chosen)
        except BadInput as refused:
            error = refused
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [
            {
                "endpoint": each,
                "topics": [word for topic, word in TOPICS.items() if topic in each.topics],
            }
            for each in endpoints_of(viewer=viewer)
        ],
        "topics": {topic.value: TOPICS[topic] for topic in _CHOSEN},
        "ticked": [topic.value for topic in chosen] if error else [],
        "url": request.POST.get("url", "") if error else "",
        "added": added,
        "error": told(error) if error else "",
        "error_field": error.field if error else "",
        "section": "webhooks",
    }
    status = _REFUSED if error else 200
    return render(request, "headquarters/webhooks.html", shown, status=status)


@page(Right.MANAGE_KEYS)
def webhook(request: HttpRequest, endpoint_id: int, *, viewer: Viewer) -> HttpResponse:
    """One address with its newest messages."""
    found = find_endpoint(viewer=viewer, endpoint_id=endpoint_id)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "endpoint": found,
        "topics": [word for topic, word in TOPICS.items() if topic in found.topics],
        "rows": [_row(each) for each in messages_to(viewer=viewer, endpoint_id=endpoint_id)],
        "section": "webhooks",
    }
    return render(request, "headquarters/webhook.html", shown)


@page(Right.MANAGE_KEYS, methods=("POST",))
def test(request: HttpRequest, endpoint_id: int, *, viewer: Viewer) -> HttpResponse:
    """Send a message that says nothing."""
    send_test(viewer=viewer, endpoint_id=endpoint_id, now=utc_now())
    messages.success(request, _("It is on its way. Reload in a moment."))
    return redirect("webhook", endpoint_id=endpoint_id)


@page(Right.MANAGE_KEYS, methods=("POST",))
def enable(request: HttpRequest, endpoint_id: int, *, viewer: Viewer) -> HttpResponse:
    """Tell an address again, or stop telling it."""
    is_enabled = request.POST.get("is_enabled") == "1"
    enable_endpoint(viewer=viewer, endpoint_id=endpoint_id, is_enabled=is_enabled)
    return redirect("webhook", endpoint_id=endpoint_id)


@page(Right.MANAGE_KEYS, methods=("POST",))
def remove(request: HttpRequest, endpoint_id: int, *, viewer: Viewer) -> HttpResponse:
    """Forget an address."""
    remove_endpoint(viewer=viewer, endpoint_id=endpoint_id)
    messages.success(request, _("Removed, with all its messages."))
    return redirect("webhooks")


@page(Right.MANAGE_KEYS, methods=("POST",))
def again(request: HttpRequest, message_id: int, *, viewer: Viewer) -> HttpResponse:
    """Send a message anew."""
    endpoint_id = send_again(viewer=viewer, message_id=message_id, now=utc_now())
    messages.success(request, _("It is on its way. Reload in a moment."))
    return redirect("webhook", endpoint_id=endpoint_id)


def _row(each: Any) -> dict[str, Any]:
    word, colour = STATES[each.state]
    return {
        "message": each,
        "topic": TOPICS[each.topic],
        "word": word,
        "colour": colour,
        "error": ERRORS.get(each.error, each.error),
    }
