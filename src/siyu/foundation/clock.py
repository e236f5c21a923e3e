"""Moments are UTC; a business day is what a program's zone and cut-off make of a moment."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from siyu.foundation.errors import BadInput


@lru_cache
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; raises BadInput where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(
            "timezone", "{name} is not a time zone; write a name such as Asia/Shanghai.", name=name
        ) from error


def utc_now() -> datetime:
    """This moment, UTC. Rules take moments as arguments; only faces and workers ask for it."""
    return datetime.now(UTC)


def to_utc(local: datetime, zone_name: str) -> datetime:
    """The UTC moment of a wall-clock time; the earlier one where clocks were set back."""
    return local.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def business_day(moment: datetime, zone_name: str, cut_off_hour: int = 0) -> date:
    """The business day of a UTC moment: the local date, shifted where days end after midnight."""
    return (moment.astimezone(zone(zone_name)) - timedelta(hours=cut_off_hour)).date()


def local_hour(moment: datetime, zone_name: str) -> int:
    """The hour (0–23) that the wall clock of a zone shows at a UTC moment."""
    return moment.astimezone(zone(zone_name)).hour
