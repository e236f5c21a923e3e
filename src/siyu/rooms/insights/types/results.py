"""What insights show of themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import ibis

from siyu.analytics.conditions import Audience


@dataclass(frozen=True, kw_only=True)
class PublicationView:
    """The newest published run of a program."""

    run_id: int
    program_id: int
    as_of: date
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """A question to a published result: which columns of which rows, in which order.

    ``where`` maps a column to the value that it must have, or to a collection of them; None asks
    for null. ``after`` maps a column to a number that it must be greater than.
    """

    result: str
    columns: Sequence[str] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)
    order_by: Sequence[str] = ()
    descending: bool = False
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What a nightly computation is told: the day, the playbooks' order and the limits.

    ``launches`` maps the signal of a playbook to the day since which its draws are read out, and
    the horizon in days; ``audiences`` gives the definition of each segment by id, ``segments``
    the one to which the customers of a playbook's signal must belong. ``rests`` maps signals to
    the days before they may ask for a customer again, ``most`` to the candidates that they may
    give a seller.
    """

    as_of: date
    priorities: Mapping[str, int]
    keep: int
    quota_days: int
    launches: Mapping[str, tuple[date, int]] = field(default_factory=dict)
    audiences: Mapping[int, Audience] = field(default_factory=dict)
    segments: Mapping[str, int] = field(default_factory=dict)
    rests: Mapping[str, int] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)


AUDIENCE_SIZE = ibis.schema(
    {
        "customers": "int64",
        "served": "int64",
        "reachable": "int64",
        "expected_value_minor": "int64",
    }
)
"""How many customers meet conditions: of them those with a seller, those who may be contacted,
and what these are expected to buy within 30 days."""

AUDIENCE_ROWS = ibis.schema(
    {
        "customer_id": "int64",
        "seller_id": "int64",
        "state": "string",
        "orders": "int64",
        "spend_minor": "int64",
        "last_on": "date",
        "expected_value_minor": "int64",
    }
)
"""What is shown of a customer who meets conditions: columns of the mart ``customers``."""


@dataclass(frozen=True, kw_only=True)
class DayDifference:
    """A day on which database and warehouse do not agree."""

    fact: str
    day: date | None
    database_rows: int
    warehouse_rows: int
    database_sum: int
    warehouse_sum: int


Portrait = Mapping[str, Any]
"""One row of a mart as plain values."""

CANDIDATE_COLUMNS = (
    "seller_id",
    "customer_id",
    "rank",
    "signal",
    "evidence_1",
    "evidence_2",
    "evidence_3",
    "evidence_4",
    "propensity_ppm",
    "order_value_minor",
    "expected_value_minor",
)


@dataclass(frozen=True, kw_only=True)
class PurchaseFit:
    """Models of repeat buying, fitted to purchases until a day.

    BG/NBD (r, alpha, a, b; alpha in units of time) and Gamma-Gamma (p, q, v; v in major units of
    money; None where too few paid for a second purchase), each with its log-likelihood.
    Purchases of one day are one; ``later`` are those after the day.
    """

    end_on: date
    unit_days: int
    customers: int
    repeaters: int
    repeats: int
    later: int
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    p: float | None
    q: float | None
    v: float | None
    spending_log_likelihood: float | None


@dataclass(frozen=True, kw_only=True)
class Span:
    """A period of business days, both included."""

    start_on: date
    end_on: date


class Cut(StrEnum):
    """What a change of sales is told apart by."""

    EVERYTHING = "everything"
    UNIT = "unit"
    SELLER_AGE = "seller_age"
    CUSTOMER_AGE = "customer_age"
    KIND = "kind"
    CATEGORY = "category"


class Worth(StrEnum):
    """What a customer spent, against all buyers: the best two fifths, the middle one, the rest."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


class Standing(StrEnum):
    """How a buyer stands: her life-cycle state, where new, active and won back are one."""

    BUYING = "buying"
    SLOWING = "slowing"
    SILENT = "silent"
    LOST = "lost"


class Layer(StrEnum):
    """Some of a seller's own customers: a cell of worth and standing, or one of two short lists."""

    GOOD_AND_QUIET = "good-and-quiet"
    FELL_TO_HALF = "fell-to-half"
    HIGH_BUYING = "high-buying"
    HIGH_SLOWING = "high-slowing"
    HIGH_SILENT = "high-silent"
    HIGH_LOST = "high-lost"
    MIDDLE_BUYING = "middle-buying"
    MIDDLE_SLOWING = "middle-slowing"
    MIDDLE_SILENT = "middle-silent"
    MIDDLE_LOST = "middle-lost"
    LOW_BUYING = "low-buying"
    LOW_SLOWING = "low-slowing"
    LOW_SILENT = "low-silent"
    LOW_LOST = "low-lost"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two periods to compare, cut into groups.

    ``units`` pairs each org unit looked at with the one it is shown under; ``whole`` counts what
    is credited to none of them too.
    """

    before: Span
    now: Span
    cut: Cut
    units: tuple[tuple[int, int], ...]
    whole: bool


class Forecast(StrEnum):
    """How coming visits are told: by each one's pace and the season, or by BG/NBD."""

    BASELINE = "baseline"
    BG_NBD = "bg_nbd"


@dataclass(frozen=True, kw_only=True)
class ForecastErrors:
    """How far a forecast was off, in visits a customer, and what it said of all together."""

    mean_absolute: float
    root_mean_square: float
    predicted: float
    actual: int


@dataclass(frozen=True, kw_only=True)
class BackTest:
    """Two forecasts of the ``days`` days after ``end_on``, told nothing of them.

    ``season`` is a day of those against a mean day, as the year before had it. ``chosen`` has the
    smaller root mean square.
    """

    end_on: date
    days: int
    customers: int
    season: float
    baseline: ForecastErrors
    bg_nbd: ForecastErrors | None
    chosen: Forecast
