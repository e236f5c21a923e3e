"""Webhooks: who is told of what, signed, again and again until heard."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.operations.actions import deliver_all
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.webhooks import ports
from siyu.rooms.webhooks.actions import (
    add_endpoint,
    enable_endpoint,
    remove_endpoint,
    send_again,
    send_due_messages,
    send_test,
    tell,
)
from siyu.rooms.webhooks.queries import endpoints_of, find_endpoint, messages_to
from siyu.rooms.webhooks.rules import ATTEMPTS, wait_after
from siyu.rooms.webhooks.types import AddedEndpoint, MessageState, MessageView, Topic
from tests.rooms.brand import Brand, new_brand

NOW = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
URL = "https://shop.example.com/siyu"
MINUTE = timedelta(minutes=1)


class Post:
    """A sender that keeps what is posted and answers as it is told to."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Mapping[str, str], bytes]] = []
        self.answer: int | OSError = 200

    def post(self, *, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.posted.append((url, headers, body))
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _url, _headers, body in self.posted]


@pytest.fixture
def post() -> Iterator[Post]:
    before, sender = ports.sender(), Post()
    ports.plug_sender(sender)
    yield sender
    ports.plug_sender(before)


@pytest.fixture
def owner(brand: Brand) -> Viewer:
    return brand.owner


@pytest.fixture
def endpoint(owner: Viewer) -> AddedEndpoint:
    return add_endpoint(viewer=owner, url=URL, topics=[Topic.TASK_CLOSED])


def newest(owner: Viewer, endpoint: AddedEndpoint) -> MessageView:
    return messages_to(viewer=owner, endpoint_id=endpoint.id)[0]


def told(brand: Brand, number: int = 1, now: datetime = NOW) -> int:
    return tell(
        program_id=brand.program.id, topic=Topic.TASK_CLOSED, data={"task_id": number}, now=now
    )


def test_a_message_is_signed_and_sent_once_it_is_heard(
    brand: Brand, owner: Viewer, endpoint: AddedEndpoint, post: Post
):
    told(brand)
    assert send_due_messages(now=NOW) == 1
    ((url, headers, body),) = post.posted
    message = newest(owner, endpoint)
    assert url == URL
    assert headers["Siyu-Message"] == str(message.id) == post.bodies[0]["id"]
    assert headers["Siyu-Topic"] == "task.closed"
    seconds = int(NOW.timestamp())
    expected = hmac.new(
        endpoint.secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256
    ).hexdigest()
    assert headers["Siyu-Signature"] == f"t={seconds},v1={expected}"
    assert post.bodies[0]["data"] == {"task_id": 1}
    assert (message.state, message.status, message.sent_at) == (MessageState.SENT, 200, NOW)
    assert send_due_messages(now=NOW + timedelta(days=9)) == 0


@pytest.mark.parametrize("answer", [500, 404, 302, TimeoutError()])
def test_what_is_not_heard_is_sent_again_later_and_given_up_within_two_days(
    brand: Brand, owner: Viewer, endpoint: AddedEndpoint, post: Post, answer: int | OSError
):
    post.answer = answer
    told(brand)
    now, posted = NOW, 0
    for attempt in range(1, ATTEMPTS + 1):
        assert send_due_messages(now=now) == 1
        posted += 1
        if attempt < ATTEMPTS:
            wait = wait_after(attempt)
            assert send_due_messages(now=now + wait - timedelta(seconds=1)) == 0
            now += wait
    assert len(post.posted) == posted
    assert len({headers["Siyu-Message"] for _url, headers, _body in post.posted}) == 1
    assert newest(owner, endpoint).state is MessageState.GIVEN_UP
    assert timedelta(hours=12) < now - NOW < timedelta(days=2)
    assert send_due_messages(now=now + timedelta(days=1)) == 0
    post.answer = 200
    again = send_again(viewer=owner, message_id=newest(owner, endpoint).id, now=now)
    assert again == endpoint.id
    assert send_due_messages(now=now) == 1
    assert newest(owner, endpoint).state is MessageState.SENT


def test_a_silent_address_is_tried_once_a_pause_and_in_order(
    brand: Brand, owner: Viewer, endpoint: AddedEndpoint, post: Post
):
    post.answer = TimeoutError()
    for number in range(5):
        told(brand, number, NOW + timedelta(milliseconds=number))
    assert send_due_messages(now=NOW + MINUTE, limit=1) == 1
    assert send_due_messages(now=NOW + MINUTE) == 0, "the others wait with it"
    post.answer = 200
    later = NOW + MINUTE + wait_after(1)
    assert send_due_messages(now=later) == 5
    assert [body["data"]["task_id"] for body in post.bodies[1:]] == [0, 1, 2, 3, 4]


def test_a_silent_address_does_not_hold_up_another(
    brand: Brand, owner: Viewer, endpoint: AddedEndpoint, post: Post
):
    post.answer = 500
    told(brand)
    send_due_messages(now=NOW)
    post.answer = 200
    other = add_endpoint(viewer=owner, url=f"{URL}/2", topics=[Topic.TEST])
    send_test(viewer=owner, endpoint_id=other.id, now=NOW)
    assert send_due_messages(now=NOW) == 1
    assert post.posted[-1][0] == f"{URL}/2"


def test_orders_are_told_with_their_keys_and_no_person(brand: Brand, owner: Viewer, post: Post):
    brand.sellers({"key": "ann", "store_key": "s1"})
    brand.customers({"key": "c1", "name": "高小琴", "phone": "13912345678"})
    add_endpoint(viewer=owner, url=URL, topics=[Topic.ORDERS_WRITTEN])
    brand.orders(
        *(
            {
                "order_key": f"o{number}",
                "customer_key": "c1",
                "product_key": "tea",
                "unit_price": "12.5",
                "ordered_at": "2025-06-01 10:00",
            }
            for number in range(101)
        )
    )
    deliver_all()
    send_due_messages(now=datetime.now(tz=UTC) + MINUTE)
    orders = [order for body in post.bodies for order in body["data"]["orders"]]
    assert [len(body["data"]["orders"]) for body in post.bodies] == [100, 1]
    assert {order["order_key"] for order in orders} == {f"o{number}" for number in range(101)}
    assert {(order["amount_minor"], order["status"]) for order in orders} == {(1250, "completed")}
    text = "".join(body.decode() for _url, _headers, body in post.posted)
    assert not [mark for mark in ("高", "13912345678") if mark in text]


def test_only_who_asked_is_told(brand: Brand, owner: Viewer, endpoint: AddedEndpoint, post: Post):
    add_endpoint(viewer=new_brand("other").owner, url=f"{URL}/other", topics=list(Topic))
    assert told(brand) == 1
    nothing = tell(program_id=brand.program.id, topic=Topic.ORDERS_WRITTEN, data={}, now=NOW)
    assert nothing == 0
    send_due_messages(now=NOW)
    assert [url for url, _headers, _body in post.posted] == [URL]


def test_switched_off_it_waits_and_removed_it_is_gone(
    brand: Brand, owner: Viewer, endpoint: AddedEndpoint, post: Post
):
    told(brand)
    enable_endpoint(viewer=owner, endpoint_id=endpoint.id, is_enabled=False)
    assert told(brand) == 0
    assert send_due_messages(now=NOW) == 0
    assert find_endpoint(viewer=owner, endpoint_id=endpoint.id).waiting == 1
    enable_endpoint(viewer=owner, endpoint_id=endpoint.id, is_enabled=True)
    assert send_due_messages(now=NOW) == 1
    remove_endpoint(viewer=owner, endpoint_id=endpoint.id)
    assert endpoints_of(viewer=owner) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example.com",
        "ftp://shop.example.com",
        "https://",
        "https://user:word@shop.example.com",
        "https://shop.example.com:99999",
        "https://shop.example.com/a b",
        "https://店.example.com",
        f"https://shop.example.com/{'x' * 500}",
    ],
)
def test_an_address_that_is_none_is_refused(owner: Viewer, url: str):
    with pytest.raises(BadInput) as refused:
        add_endpoint(viewer=owner, url=url, topics=[Topic.TEST])
    assert refused.value.field == "url"
    assert endpoints_of(viewer=owner) == []


def test_without_a_topic_there_is_nothing_to_tell(owner: Viewer):
    with pytest.raises(BadInput) as refused:
        add_endpoint(viewer=owner, url=URL, topics=[])
    assert refused.value.field == "topics"


def test_others_reach_none_of_it(brand: Brand, endpoint: AddedEndpoint, post: Post):
    told(brand)
    message = newest(brand.owner, endpoint)
    other = new_brand("other").owner
    for act in (
        lambda: find_endpoint(viewer=other, endpoint_id=endpoint.id),
        lambda: messages_to(viewer=other, endpoint_id=endpoint.id),
        lambda: send_test(viewer=other, endpoint_id=endpoint.id, now=NOW),
        lambda: send_again(viewer=other, message_id=message.id, now=NOW),
        lambda: remove_endpoint(viewer=other, endpoint_id=endpoint.id),
        lambda: enable_endpoint(viewer=other, endpoint_id=endpoint.id, is_enabled=False),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotAllowed):
        endpoints_of(viewer=brand.staff("olga", Role.OPERATOR))
