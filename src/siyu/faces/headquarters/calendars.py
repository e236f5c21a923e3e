"""How often a playbook may ask: as fields of its form."""

import re
from typing import Any

from django.http import HttpRequest, QueryDict

from siyu.faces.numbers import whole_number
from siyu.foundation.errors import BadInput
from siyu.rooms.outreach.types import Calendar, Frequency, OffSeason

_FIELDS = (
    "most_a_day",
    "rest_days",
    "off_begins",
    "off_ends",
    "off_most_a_day",
    "off_rest_days",
)
_DAY = re.compile(r"([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


def calendar_fields(*, entered: QueryDict, calendar: Calendar) -> dict[str, Any]:
    """The fields' texts: as they were sent, or as the playbook has them."""
    if "rest_days" in entered:
        return {name: entered.get(name, "") for name in _FIELDS}
    off = calendar.off_season
    stored = _frequency_fields(calendar.usual, "")
    stored |= _frequency_fields(off.frequency if off else Frequency(), "off_")
    stored["off_begins"] = _day_text(off.begins) if off else ""
    stored["off_ends"] = _day_text(off.ends) if off else ""
    return stored


def calendar_of(*, request: HttpRequest) -> Calendar | None:
    """The calendar of a form that was sent, None for a form without; raises BadInput."""
    entered = request.POST
    if "rest_days" not in entered:
        return None
    ends = [_day(entered, name) for name in ("off_begins", "off_ends")]
    off = None
    if ends[0] and ends[1]:
        off = OffSeason(begins=ends[0], ends=ends[1], frequency=_frequency(entered, "off_"))
    elif ends[0] or ends[1]:
        missing = "off_ends" if ends[0] else "off_begins"
        raise BadInput(missing, "An off-season needs its first and its last day.")
    return Calendar(usual=_frequency(entered, ""), off_season=off)


def _frequency_fields(frequency: Frequency, prefix: str) -> dict[str, str]:
    most = frequency.most_a_day
    return {
        f"{prefix}most_a_day": "" if most is None else str(most),
        f"{prefix}rest_days": str(frequency.rest_days or ""),
    }


def _frequency(entered: QueryDict, prefix: str) -> Frequency:
    return Frequency(
        most_a_day=_number(entered, f"{prefix}most_a_day"),
        rest_days=_number(entered, f"{prefix}rest_days") or 0,
    )


def _number(entered: QueryDict, name: str) -> int | None:
    text = entered.get(name, "").strip()
    number = whole_number(text)
    if text and number is None:
        raise BadInput(name, "{text} is no whole number.", text=text[:20])
    return number


def _day(entered: QueryDict, name: str) -> tuple[int, int] | None:
    text = entered.get(name, "").strip()
    if not text:
        return None
    found = _DAY.fullmatch(text)
    if found is None:
        raise BadInput(name, "Write a day as month-day, such as 06-15.")
    return int(found[1]), int(found[2])


def _day_text(day: tuple[int, int]) -> str:
    return f"{day[0]:02}-{day[1]:02}"
