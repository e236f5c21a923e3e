"""Dates and moments as files write them: ISO, year first in any punctuation, Excel's serials."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from siyu.adapters.files.cells import BadCell, clean_text
from siyu.foundation import clock

_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.(\d{1,9}))?秒?)?分?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
# Excel counts from 1900 and believes in 29 February 1900; this origin is right from March 1900 on.
_SERIAL_ORIGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall-clock time
_SERIAL_MIN, _SERIAL_MAX = 61, 73_415
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def moment_of(*, formats: Sequence[str], timezone: str) -> Callable[[Any], datetime]:
    """A reader of moments that answers in UTC, written without a zone.

    A wall-clock time is one of ``timezone``; a time that carries its own offset keeps it. The
    mapping's ``formats`` come first, since day and month can be told apart by them only. The
    reader raises BadCell("bad_date") or BadCell("date_out_of_range").
    """
    to_utc = _utc_reader(timezone)

    def read(cell: Any) -> datetime:
        local = _local(cell, formats)
        if not _FIRST_YEAR <= local.year <= _LAST_YEAR:
            raise BadCell("date_out_of_range")
        if local.tzinfo is not None:
            return local.astimezone(UTC).replace(tzinfo=None)
        return to_utc(local)

    return read


def usual_moments_of(
    *, formats: Sequence[str], timezone: str
) -> Callable[[Sequence[str]], list[datetime] | None]:
    """moment_of for a whole column of ``2017-09-02 10:56:33``, or None where a cell differs.

    Moments rarely repeat, so remembering them one by one is slower than reading them together.
    """
    to_utc = _utc_reader(timezone)

    def read(cells: Sequence[str]) -> list[datetime] | None:
        if formats or {cell[4:8:3] for cell in cells} != {"--"}:
            return None
        try:
            local = list(map(datetime.fromisoformat, cells))
        except ValueError:
            return None
        if any(moment.tzinfo for moment in local):
            return None
        if min(local).year < _FIRST_YEAR or max(local).year > _LAST_YEAR:
            return None
        return list(map(to_utc, local))

    return read


def date_of(*, formats: Sequence[str]) -> Callable[[Any], date]:
    """A reader of calendar dates; a time of day is dropped. Raises BadCell as moment_of does."""

    def read(cell: Any) -> date:
        local = _local(cell, formats)
        if not _FIRST_YEAR <= local.year <= _LAST_YEAR:
            raise BadCell("date_out_of_range")
        return local.date()

    return read


def _utc_reader(timezone: str) -> Callable[[datetime], datetime]:
    """clock.to_utc, with the zone's offset looked up once for each day that has only one."""

    @lru_cache(maxsize=4096)
    def offset_on(day: date) -> timedelta | None:
        start = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall-clock time
        first = start - clock.to_utc(start, timezone).replace(tzinfo=None)
        after = start + timedelta(days=1)
        last = after - clock.to_utc(after, timezone).replace(tzinfo=None)
        return first if first == last else None

    def read(local: datetime) -> datetime:
        offset = offset_on(local.date())
        if offset is None:
            return clock.to_utc(local, timezone).replace(tzinfo=None)
        return local - offset

    return read


def _local(cell: Any, formats: Sequence[str]) -> datetime:
    if isinstance(cell, str):
        # The usual form of exports, and the fastest to read.
        if not formats and cell[4:5] == "-" and cell[7:8] == "-":
            try:
                return datetime.fromisoformat(cell)
            except ValueError:
                pass
        return _written(clean_text(cell), formats)
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a wall-clock time
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise BadCell("bad_date")
    if _SERIAL_MIN <= cell <= _SERIAL_MAX:
        return _from_serial(float(cell))
    return _written(clean_text(cell), ())


def _written(text: str, formats: Sequence[str]) -> datetime:
    for each in formats:
        try:
            return datetime.strptime(text, each)  # noqa: DTZ007 - the zone is the mapping's
        except ValueError:
            continue
    text = unicodedata.normalize("NFKC", text)
    if _SERIAL.fullmatch(text) and float(text) <= _SERIAL_MAX:
        return _from_serial(float(text))
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    try:
        if match:
            return _from_parts(*match.groups())
        if text[4:5] == "-" and text[7:8] == "-":
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise BadCell("bad_date")


def _from_parts(*parts: str | None) -> datetime:
    numbers = [int(part) for part in parts[:6] if part is not None]
    fraction = parts[6] if len(parts) > 6 else None
    microsecond = int(fraction[:6].ljust(6, "0")) if fraction else 0
    year, month, day, hour, minute, second = numbers + [0] * (6 - len(numbers))
    return datetime(  # noqa: DTZ001 - a wall-clock time
        year, month, day, hour, minute, second, microsecond
    )


def _from_serial(serial: float) -> datetime:
    # A serial is a fraction of a day; rounding to milliseconds takes the binary noise away.
    return _SERIAL_ORIGIN + timedelta(milliseconds=round(serial * 86_400_000))
