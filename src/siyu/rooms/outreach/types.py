"""What outreach shows of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from siyu.rooms.coaching.types import TaskState
from siyu.rooms.insights.types import ArmView, EffectView, LaunchView

NAME_LENGTH = 60


class KeptBack(StrEnum):
    """Why nobody else may ask a seller to contact a customer now."""

    ON_LIST = "on_list"
    CONTACTED = "contacted"
    HELD = "held"
    CONTROL = "control"


@dataclass(frozen=True, kw_only=True)
class PolicyView:
    """A program's limits of contact. Shares are parts per million, times are days."""

    list_size: int
    quota_days: int
    hold_share_ppm: int
    hold_window_days: int
    control_share_ppm: int


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """A task as a seller sees it; money in minor units."""

    id: int
    program_id: int
    seller_id: int
    customer_id: int
    drawn_on: date
    due_on: date
    signal: str
    playbook_name: str
    evidence: Mapping[str, int]
    propensity_ppm: int
    order_value_minor: int
    expected_value_minor: int
    state: TaskState
    outcome: str
    skip_reason: str
    closed_at: datetime | None
    closed_by_id: int | None
    template_code: str


@dataclass(frozen=True, kw_only=True)
class TodayList:
    """A seller's list: tasks to do, most valuable first, and those closed today."""

    on: date
    open: tuple[TaskView, ...]
    closed: tuple[TaskView, ...]


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """How often a playbook may ask: tasks a seller and day, and days between two of a customer.

    ``most_a_day`` None sets no limit but the list's, 0 lets it rest altogether; ``rest_days`` 0
    leaves the program's quota alone.
    """

    most_a_day: int | None = None
    rest_days: int = 0


@dataclass(frozen=True, kw_only=True)
class OffSeason:
    """Days of every year, as (month, day), both included, with a frequency of their own.

    One that begins later than it ends goes over New Year.
    """

    begins: tuple[int, int]
    ends: tuple[int, int]
    frequency: Frequency


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """How often a playbook may ask, in season and off it."""

    usual: Frequency = field(default_factory=Frequency)
    off_season: OffSeason | None = None


@dataclass(frozen=True, kw_only=True)
class VariantView:
    """Other words on trial in a market (None: wherever no nearer market has a trial).

    From ``adopted_on`` on its whole market gets it; one that ``has_ended`` is on no new list.
    """

    id: int
    market_id: int | None
    name: str
    template_code: str
    since_on: date
    adopted_on: date | None
    has_ended: bool


@dataclass(frozen=True, kw_only=True)
class PlaybookView:
    """A playbook as headquarters sees it; ``name`` is empty where the signal has its own words.

    A horizon may not be longer than held customers are left alone.
    """

    id: int
    signal: str
    name: str
    segment_id: int | None
    template_code: str
    priority: int
    is_enabled: bool
    calendar: Calendar
    launch: LaunchView
    longest_horizon_days: int


@dataclass(frozen=True, kw_only=True)
class TrialArm:
    """Customers who got the same words: ``variant`` None for the usual ones.

    ``effect`` is the share of buyers against that of the usual words, None while too few were
    drawn; its interval allows for the number of variants in the market. ``days_more`` as in
    `Readout`.
    """

    variant: VariantView | None
    arm: ArmView
    effect: EffectView | None
    days_more: int | None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The words of one market side by side, the usual ones first."""

    market_id: int | None
    arms: tuple[TrialArm, ...]
