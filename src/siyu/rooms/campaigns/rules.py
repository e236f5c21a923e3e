"""How a target is broken down, and how far a month has come."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from statistics import median_low

from siyu.foundation.calendar import festival_day, same_lunar_day
from siyu.foundation.errors import BadInput
from siyu.foundation.money import split
from siyu.rooms.campaigns.types import LUNAR, SOLAR

_PPM = 1_000_000


def break_down(
    *,
    amount: int,
    top: int,
    above: Mapping[int, int],
    weights: Mapping[int, int],
    fixed: Mapping[int, int],
    step: int,
) -> dict[int, int]:
    """The amounts of a top holder and of all below it; those of one holder add up to its own.

    Every amount is a whole number of steps, as the top's and the fixed ones must be.

    ``above`` maps every other holder to the one that it belongs to, ``weights`` those without
    anybody below to their weight. What is ``fixed`` stays; the rest of a holder's amount is split
    among the others by weight (evenly where they weigh nothing), the smallest id first among
    equals. Raises BadInput where what is fixed does not leave room.
    """
    below: dict[int, list[int]] = defaultdict(list)
    for holder in sorted(above):
        below[above[holder]].append(holder)
    whole: dict[int, int] = {}

    def weigh(holder: int) -> int:
        own = sum(weigh(each) for each in below[holder]) if below[holder] else weights[holder]
        whole[holder] = own
        return own

    weigh(top)
    amounts = {top: amount}
    waiting = [top]
    while waiting:
        holder = waiting.pop()
        children = below[holder]
        free = [each for each in children if each not in fixed]
        amounts |= {each: fixed[each] for each in children if each in fixed}
        left = amounts[holder] - sum(fixed[each] for each in children if each in fixed)
        if left < 0 or (children and not free and left):
            raise BadInput(
                "amount",
                "What was set by hand adds up to more or less than the target above it; change "
                "that first.",
            )
        shares = [whole[each] for each in free]
        if free:
            parts = split(left // step, shares if any(shares) else [1] * len(free))
            amounts |= {each: part * step for each, part in zip(free, parts, strict=True)}
        waiting += children
    return amounts


def past_weights(
    *, sold: Mapping[int, int], newcomers: frozenset[int], sellers: Iterable[int]
) -> dict[int, int]:
    """The weight of each of ``sellers`` by what she sold.

    One who began within those months weighs at least as much as the median of the others who sold
    something; one of the others who sold nothing, or got more back, weighs nothing.
    """
    usual = [sold[each] for each in sellers if each not in newcomers and sold.get(each, 0) > 0]
    least = median_low(usual) if usual else 1
    return {each: max(sold.get(each, 0), least if each in newcomers else 0) for each in sellers}


def elapsed_ppm(*, month_on: date, now: datetime) -> int:
    """How much of a month has passed at a moment of the program's days, by the second."""
    start = datetime(month_on.year, month_on.month, 1, tzinfo=now.tzinfo)
    whole = timedelta(days=monthrange(month_on.year, month_on.month)[1])
    return min(max((now - start) * _PPM // whole, 0), _PPM)


def anchor_day(*, anchor: str, anchor_on: date, year: int) -> date:
    """The day of another year that a campaign's days are counted from in that year.

    A festival's own day, or the same date of the solar or of the lunar calendar; 29 February is 28
    February in other years. Raises BadInput beyond the calendar.
    """
    if anchor == LUNAR:
        return same_lunar_day(anchor_on, year)
    if anchor != SOLAR:
        return festival_day(anchor, year)
    return anchor_on.replace(
        year=year, day=min(anchor_on.day, monthrange(year, anchor_on.month)[1])
    )


def change_ppm(*, now: int, before: int) -> int | None:
    """The change in parts per million, rounded down; None where there was nothing before."""
    return (now - before) * _PPM // before if before > 0 else None
