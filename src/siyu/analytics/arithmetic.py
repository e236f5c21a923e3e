"""Integer arithmetic that both engines answer alike.

The engines divide integers as IEEE doubles and floor the result. That is the exact integer
quotient as long as the numerator is below 2**53 (90 trillion yuan in fen), so nothing here
depends on the order in which an engine adds.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

PPM = 1_000_000
_EPOCH = date(1970, 1, 1)


def half_up(*, numerator: Any, denominator: Any) -> Any:
    """The quotient of two non-negative integers, rounded half up (0.5 becomes 1)."""
    return (numerator * 2 + denominator) // (denominator * 2)


def share_ppm(*, part: Any, whole: Any) -> Any:
    """`part / whole` in parts per million, rounded down; null where `whole` is 0."""
    return (part * PPM) // whole.nullif(0)


def x100(value: Any) -> Any:
    """A non-negative double as an integer of hundredths, rounded half up."""
    return (value * 100 + 0.5).floor().cast("int64")


def days_between(*, start: Any, end: Any) -> Any:
    """Whole days from `start` to `end` (int64, negative where `end` is earlier)."""
    return end.delta(start, unit="day").cast("int64")


def day_number(day: Any) -> Any:
    """Days since 1970-01-01 (int64): dates that can be added to on both engines alike."""
    return day.delta(ibis.literal(_EPOCH), unit="day").cast("int64")


def total(column: Any, *, where: Any = None) -> Any:
    """The sum of an integer column; 0 instead of null where nothing was added."""
    return column.sum(where=where).fill_null(0)


def number_of(table: Any, *, where: Any) -> Any:
    """How many rows of a group meet a condition (0 instead of null where none does)."""
    return table.count(where=where).fill_null(0)


def part_of(*, amount: Any, parts: Any, most_parts: int, of: int = PPM) -> Any:
    """``amount * parts / of`` of non-negative integers, rounded half up; parts to ``most_parts``.

    Of great amounts whole multiples of ``of`` are taken apart first, so the amount may be up to
    2**53 while no product passes it: parts may be up to ``of``, or the amount so much smaller.
    """
    denominator = ibis.literal(of, "int64")
    at_once = half_up(numerator=amount * parts, denominator=denominator)
    whole, rest = amount // of, amount % of
    apart = whole * parts + half_up(numerator=rest * parts, denominator=denominator)
    small = (2**53 - of) // (2 * max(most_parts, 1))
    return ibis.ifelse(amount < ibis.literal(small, "int64"), at_once, apart)
