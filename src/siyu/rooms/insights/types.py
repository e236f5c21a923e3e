"""What insights show of themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


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
    for null.
    """

    result: str
    columns: Sequence[str] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    order_by: Sequence[str] = ()
    descending: bool = False
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What a nightly computation is told: the day, the playbooks' order and the limits."""

    as_of: date
    priorities: Mapping[str, int]
    keep: int
    quota_days: int


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
