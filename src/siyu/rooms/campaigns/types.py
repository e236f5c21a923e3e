"""What campaigns show of themselves."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from siyu.rooms.insights.types import Sold

MOST_TARGET_MINOR = 10**15
LONGEST_PAST_MONTHS = 12
_PPM = 1_000_000


class TargetRule(StrEnum):
    """How a program's target is broken down to its sellers."""

    PAST_MONTHS = "past_months"
    LAST_YEAR = "last_year"
    EQUAL = "equal"


@dataclass(frozen=True, kw_only=True)
class TargetPlanView:
    """A month's target of a program, how it was broken down, by whom and when."""

    month_on: date
    amount_minor: int
    rule: TargetRule
    past_months: int
    set_by_id: int | None
    set_at: datetime
    sellers: int


@dataclass(frozen=True, kw_only=True)
class TargetView:
    """What one org unit or seller is to sell in a month, and what was sold until now.

    ``unit_id`` or ``seller_id`` is None. ``is_fixed`` where somebody set it by hand.
    """

    unit_id: int | None
    seller_id: int | None
    amount_minor: int
    is_fixed: bool
    sold: Sold

    @property
    def attained_ppm(self) -> int | None:
        """Net sales in parts per million of the target; None where that is nothing."""
        if not self.amount_minor:
            return None
        return self.sold.net_minor * _PPM // self.amount_minor

    @property
    def left_minor(self) -> int:
        """What is still to be sold."""
        return max(self.amount_minor - self.sold.net_minor, 0)
