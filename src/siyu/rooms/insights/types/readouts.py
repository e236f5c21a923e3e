"""What a trial tells: arms, differences, and what was known on each day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Arm(StrEnum):
    """The arm of an experiment that a customer or task was drawn into."""

    TREATED = "treated"
    HELD = "held"
    CONTROL = "control"


@dataclass(frozen=True, kw_only=True)
class LaunchView:
    """How a playbook is read out: since a day (None: since the program opened), over a horizon.

    After ``planned_days`` the result is final.
    """

    launched_on: date | None
    horizon_days: int
    planned_days: int


@dataclass(frozen=True, kw_only=True)
class ArmView:
    """One arm of a read-out; ``spend_minor`` is what all its customers spent together."""

    customers: int
    buyers: int
    spend_minor: int


@dataclass(frozen=True, kw_only=True)
class EffectView:
    """Issued minus held, in ppm for a share and in minor units a customer for an amount.

    The interval holds 95%; while ``is_final`` is false it holds however often one looks.
    """

    difference: float
    low: float
    high: float
    p: float
    is_final: bool

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out nothing at all."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, kw_only=True)
class ReadoutDay:
    """What was known of the share of buyers on the morning of a day."""

    on: date
    effect: EffectView


@dataclass(frozen=True, kw_only=True)
class Readout:
    """What a playbook added: all issued tasks against the held ones, done or not.

    ``bought`` is None while an arm has fewer than two customers whose horizon has passed,
    ``spent`` while one has fewer than ten buyers.
    ``days_more`` is how long until the share is told at today's difference; None where a year is
    not enough.
    """

    launch: LaunchView
    until_on: date | None
    issued: ArmView
    held: ArmView
    bought: EffectView | None
    spent: EffectView | None
    days_more: int | None
    days: tuple[ReadoutDay, ...]


@dataclass(frozen=True, kw_only=True)
class ArmCompared:
    """Those who got the same words, by id (None: the usual ones), and their effect.

    ``effect`` is the share of buyers against that of the usual words, None while too few were
    drawn; ``days_more`` as in `Readout`.
    """

    words_id: int | None
    arm: ArmView
    effect: EffectView | None
    days_more: int | None
