"""What commissions do by the clock."""

from datetime import datetime, timedelta

import structlog

from siyu.rooms.commissions.actions import accrue_due
from siyu.rooms.organization.queries import programs

log = structlog.get_logger()
_WAIT_AFTER_FAILURE = timedelta(minutes=1)
_failed_at: dict[int, datetime] = {}


def accrue_programs(*, now: datetime) -> int:
    """Book what changed in every program; returns how many orders were looked at.

    A program whose accruals fail waits a minute, and the others go on.
    """
    orders = 0
    for program in programs():
        failed_at = _failed_at.get(program.id)
        if failed_at is not None and now < failed_at + _WAIT_AFTER_FAILURE:
            continue
        try:
            booked = accrue_due(program_id=program.id, today=program.day_of(now), at=now)
        except Exception as error:
            _failed_at[program.id] = now
            log.warning("accruals failed", program=program.id, error=type(error).__name__)
        else:
            _failed_at.pop(program.id, None)
            orders += booked.orders
    return orders
