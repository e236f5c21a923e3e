"""What a plan writes for people, in the integers that the engine counts in."""

from __future__ import annotations

from decimal import Decimal

from siyu.foundation.money import to_minor

_PPM_A_PERCENT = 10_000


def minor(amount: Decimal | None, currency: str) -> int:
    """Minor units of an amount of a plan; 0 where none is given."""
    return 0 if amount is None else to_minor(amount, currency)


def ppm(percent: Decimal | None) -> int:
    """Parts per million of a percentage of a plan; 0 where none is given."""
    return 0 if percent is None else int(percent * _PPM_A_PERCENT)
