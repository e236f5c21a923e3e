"""Drawing tonight's tasks: how many, who is held or in the control group, which words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from siyu.rooms.outreach.types import Arm, Calendar, Frequency, PlaybookView

_MILLION = 1_000_000


def share_of(keyed_hash: bytes) -> int:
    """A number 0–999,999 from a keyed hash: as good as drawn by chance, and always the same."""
    return int.from_bytes(keyed_hash[:8], "big") % _MILLION


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


def most_of(*, playbooks: Iterable[PlaybookView], on: date) -> dict[str, int]:
    """How many tasks a seller may get on a day of each signal that is limited."""
    found = {each.signal: frequency_on(calendar=each.calendar, on=on) for each in playbooks}
    return {
        signal: frequency.most_a_day
        for signal, frequency in found.items()
        if frequency.most_a_day is not None
    }


def words_of(*, lot: int, words: Sequence[int | None]) -> int | None:
    """The words that a number 0–999,999 falls to, each with the same chance; None: the usual."""
    return words[lot * len(words) // _MILLION]
