"""The worker: delivers events, starts what comes due by the clock, and carries out runs."""

import os
import signal
import time
from types import FrameType

from django.db import close_old_connections

from siyu.config.wiring import TIMERS
from siyu.foundation.clock import utc_now
from siyu.rooms.commissions.tasks import accrue_programs
from siyu.rooms.operations.actions import deliver_due, run_due_schedules, run_queued
from siyu.rooms.sellers.actions import refuse_old_applications
from siyu.rooms.settlement.tasks import carry_out_programs
from siyu.rooms.webhooks.actions import send_due_messages

_POLL_SECONDS = 1.0


class _Signals:
    stop = False


def work_once() -> bool:
    """One round of the worker; returns whether there was anything to do."""
    now = utc_now()
    busy = deliver_due(now=now) > 0
    busy = run_due_schedules(now=now, timers=TIMERS) > 0 or busy
    busy = accrue_programs(now=now) > 0 or busy
    busy = carry_out_programs(now=now) > 0 or busy
    busy = refuse_old_applications(now=now) > 0 or busy
    busy = send_due_messages(now=now) > 0 or busy
    return run_queued() or busy


def work(*, while_parent_lives: bool = False) -> None:
    """Work until told to stop; as a child also until its parent is gone."""
    parent = os.getppid()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    while not _Signals.stop and (not while_parent_lives or os.getppid() == parent):
        close_old_connections()
        if not work_once():
            time.sleep(_POLL_SECONDS)


def _stop(number: int, frame: FrameType | None) -> None:
    _Signals.stop = True
