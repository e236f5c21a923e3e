"""Drawing tonight's tasks: who is held, who is in the control group."""

from collections.abc import Iterable
from dataclasses import dataclass

from siyu.rooms.outreach.types import Arm

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
) -> list[Draw]:
    """One seller's list from her candidates, the most valuable first.

    Cuts to ``size`` first, then holds back a share of the chosen: a held task keeps its place, so
    nobody takes it. Customers in the control group take no place; those who would have had one
    are told, so that both arms can be compared.
    """
    drawn: list[Draw] = []
    rank = 0
    for candidate in candidates:
        if rank == size:
            break
        if not candidate.may_be_contacted:
            continue
        if candidate.control_draw < control_share_ppm:
            drawn.append(Draw(candidate.customer_id, Arm.CONTROL, 0))
            continue
        rank += 1
        held = candidate.hold_draw < hold_share_ppm
        drawn.append(Draw(candidate.customer_id, Arm.HELD if held else Arm.TREATED, rank))
    return drawn
