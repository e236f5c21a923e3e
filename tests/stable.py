"""Waiting until what was written can be fed: on PostgreSQL others' transactions hold it back."""

from __future__ import annotations

import time

from django.db import transaction

from siyu.rooms.operations.actions import write_stamp
from siyu.rooms.operations.queries import stable_stamp

_PATIENCE_SECONDS = 60


def wait_until_stable() -> None:
    """Return once everything committed before is below the stable stamp.

    A server numbers the transactions of all its databases together, so the tests of another
    process delay this one's for the moment that they take.
    """
    with transaction.atomic():
        own = write_stamp()
    given_up_at = time.monotonic() + _PATIENCE_SECONDS
    while stable_stamp() <= own:
        assert time.monotonic() < given_up_at, "a transaction stayed open"
