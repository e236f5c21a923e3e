"""Drawing tonight's tasks: how many, who is held or in the control group, which words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from siyu.rooms.insights.types import Arm
from siyu.rooms.outreach.types import Calendar, Frequency, PlaybookView

_MILLION = 1_000_000
_SPARE = 10


@dataclass(frozen=True)
class Candidate:
    """A customer whom a seller could contact, with the two numbers drawn for her."""

    customer_id: int
    hold_draw: int
    control_draw: int
    may_be_contacted: bool
    signal: str = ""


@dataclass(frozen=True)
class Draw:
    """What was drawn for a candidate, and her place in the list (from 1; 0 for control)."""

    customer_id: int
    arm: Arm
    rank: int


def draw(
    *,
    candidates: Iterable[Candidate],
    size: int,
    hold_share_ppm: int,
    control_share_ppm: int,
    most: Mapping[str, int] | None = None,
) -> list[Draw]:
    """One seller's list from her candidates, the most valuable first.

    Cuts to ``size`` first, then holds back a share of the chosen: a held task keeps its place, so
    nobody takes it. Customers in the control group take no place; those who would have had one
    are told, so that both arms can be compared. ``most`` limits the places of a signal.
    """
    drawn: list[Draw] = []
    left = dict(most or {})
    rank = 0
    for candidate in candidates:
        if rank == size:
            break
        if not candidate.may_be_contacted or left.get(candidate.signal) == 0:
            continue
        if candidate.control_draw < control_share_ppm:
            drawn.append(Draw(candidate.customer_id, Arm.CONTROL, 0))
            continue
        rank += 1
        if candidate.signal in left:
            left[candidate.signal] -= 1
        held = candidate.hold_draw < hold_share_ppm
        drawn.append(Draw(candidate.customer_id, Arm.HELD if held else Arm.TREATED, rank))
    return drawn


def frequency_on(*, calendar: Calendar, on: date) -> Frequency:
    """How often a playbook may ask on a day."""
    off = calendar.off_season
    if off is None:
        return calendar.usual
    day = (on.month, on.day)
    if off.begins <= off.ends:
        is_off = off.begins <= day <= off.ends
    else:
        is_off = day >= off.begins or day <= off.ends
    return off.frequency if is_off else calendar.usual


def limits_on(
    *, playbooks: Iterable[PlaybookView], on: date
) -> tuple[dict[str, int], dict[str, int]]:
    """Tasks a seller and day, and days of rest for a customer, of the signals limited on a day."""
    found = {each.signal: frequency_on(calendar=each.calendar, on=on) for each in playbooks}
    most = {name: each.most_a_day for name, each in found.items() if each.most_a_day is not None}
    return most, {name: each.rest_days for name, each in found.items() if each.rest_days}


def candidates_for(*, places: int, away_days: int, control_share_ppm: int) -> int:
    """How many candidates fill so many places a day, whoever takes none.

    Twice the places and ten: the control group and late opt-outs take none. Customers with a task
    stay away for ``away_days``, those of the control group do not, so these gather among the
    candidates: twice as many as they are on average.
    """
    gathered = 2 * places * away_days * control_share_ppm // max(_MILLION - control_share_ppm, 1)
    return 2 * places + _SPARE + gathered


def usual_words(
    *,
    adopted: Mapping[int | None, int],
    market_id: int | None,
    below: Mapping[int, Collection[int]],
) -> int | None:
    """The variant adopted in a market or nearest around it, by market; None where none is.

    ``below`` gives each org unit with all below it, itself too.
    """
    around = [unit for unit in adopted if unit is not None and market_id in below.get(unit, ())]
    nearest = min(around, key=lambda unit: len(below[unit]), default=None)
    return adopted.get(nearest)


def words_of(*, lot: int, words: Sequence[int | None]) -> int | None:
    """The words that a number 0–999,999 falls to, each with the same chance; None: the usual."""
    return words[lot * len(words) // _MILLION]
