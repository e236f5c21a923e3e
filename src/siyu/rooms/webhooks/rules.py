"""Addresses, signatures, and how long to wait between attempts."""

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlsplit

from siyu.foundation.errors import BadInput
from siyu.rooms.webhooks.types import URL_LENGTH

ATTEMPTS = 16
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=2)


def check_url(url: str) -> str:
    """The address, trimmed. Raises BadInput where it cannot be posted to."""
    trimmed = url.strip()
    try:
        parts = urlsplit(trimmed)
        has_port = parts.port != 0
    except ValueError as error:
        raise BadInput("url", "This is no web address.") from error
    is_web = parts.scheme in ("https", "http") and parts.hostname and has_port
    if not is_web or not trimmed.isascii():
        raise BadInput("url", "Write the whole address, as in https://shop.example.com/siyu.")
    if parts.username or parts.password:
        raise BadInput("url", "Leave name and password out of the address; messages are signed.")
    if len(trimmed) > URL_LENGTH or not trimmed.isprintable() or " " in trimmed:
        raise BadInput("url", "This is no web address.")
    return trimmed


def wait_after(attempts: int) -> timedelta:
    """How long to wait after that many failed attempts: 10 s, 20 s, 40 s … 2 h; a day in all."""
    doubled: timedelta = _FIRST_WAIT * 2 ** (attempts - 1)
    return min(doubled, _LONGEST_WAIT)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """``t=…,v1=…``: HMAC-SHA-256 of the timestamp, a full stop and the body (RFC 2104)."""
    signed = f"{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
