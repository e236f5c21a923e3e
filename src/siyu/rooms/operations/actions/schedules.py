from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from siyu.foundation.clock import utc_now
from siyu.rooms.operations.models import Schedule, ScheduleSlot
from siyu.rooms.operations.rules import latest_slot

_SLOTS_ARE_KEPT = timedelta(days=7)
Timer = Callable[[int, datetime], None]


def set_schedule(*, program_id: int, name: str, cron: str, zone: str) -> None:
    """Have the work of a name come due by a cron line in a zone, from now on."""
    schedule, _ = Schedule.objects.get_or_create(
        program_id=program_id, name=name, defaults={"cron": cron, "zone": zone}
    )
    if (schedule.cron, schedule.zone) != (cron, zone):
        schedule.cron, schedule.zone, schedule.since = cron, zone, utc_now()
        schedule.save(update_fields=["cron", "zone", "since"])


def run_due_schedules(*, now: datetime, timers: Mapping[str, Timer]) -> int:
    """Start the work of every schedule whose slot came; returns how many slots were taken.

    ``timers`` maps a schedule's name to a function of its program and slot. A slot is taken in
    the transaction that starts its work, so it is never taken twice and never lost.
    """
    taken = 0
    for schedule in Schedule.objects.filter(enabled=True, name__in=list(timers)):
        last = ScheduleSlot.objects.filter(schedule=schedule).order_by("-due_at").first()
        since = max(last.due_at, schedule.since) if last else schedule.since
        slot = latest_slot(schedule.cron, schedule.zone, since, now)
        if slot is None:
            continue
        try:
            with transaction.atomic():
                ScheduleSlot.objects.create(schedule=schedule, due_at=slot)
                timers[schedule.name](schedule.program_id, slot)
                taken_before = ScheduleSlot.objects.filter(schedule=schedule)
                taken_before.filter(due_at__lt=slot - _SLOTS_ARE_KEPT).delete()
        except IntegrityError:
            continue
        taken += 1
    return taken
