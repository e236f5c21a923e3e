"""What webhooks need from outside: a way to post."""

from collections.abc import Mapping
from typing import Protocol


class Sender(Protocol):
    """Posts a message to an address."""

    def post(self, *, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status of the answer; raises OSError where none came within seconds."""


_senders: list[Sender] = []


def plug_sender(sender: Sender) -> None:
    """Use this sender from now on."""
    _senders[:] = [sender]


def sender() -> Sender:
    """The plugged sender."""
    return _senders[0]
