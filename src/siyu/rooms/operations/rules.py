"""Pure rules of durable work."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

GIVE_UP_QUIETLY_AFTER = 5
_LONGEST_WAIT = timedelta(hours=1)


def backoff(attempts: int) -> timedelta:
    """How long to wait after that many failed attempts: 2, 4, 8 … seconds, at most an hour."""
    return min(timedelta(seconds=2**attempts), _LONGEST_WAIT)


def latest_slot(cron: str, zone: str, since: datetime, now: datetime) -> datetime | None:
    """The newest slot (UTC) of a cron line after ``since`` and not after ``now``, if any.

    A machine that slept through several slots runs the newest one only.
    """
    # CronSim counts back from before its start, and knows when clocks change.
    after_now = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    slots = CronSim(cron, after_now.astimezone(ZoneInfo(zone)), reverse=True)
    slot = next(slots).astimezone(UTC)
    return slot if slot > since else None


def chain_hash(previous_hash: str, entry: dict[str, object]) -> str:
    """SHA-256 of the previous hash and the entry's canonical JSON."""
    text = json.dumps(entry, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(f"{previous_hash}\n{text}".encode()).hexdigest()
