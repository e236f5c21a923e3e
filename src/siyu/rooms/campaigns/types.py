"""What campaigns show of themselves."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from siyu.rooms.insights.types import Sold

NAME_LENGTH = 60
LONGEST_CAMPAIGN_DAYS = 120
FARTHEST_DAY = 90
SOLAR, LUNAR = "solar", "lunar"
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


@dataclass(frozen=True, kw_only=True)
class CampaignView:
    """A sales campaign (活动): days around an anchor day, counted from it (0 is the day itself)."""

    id: int
    name: str
    anchor: str
    anchor_on: date
    first_day: int
    last_day: int

    @property
    def start_on(self) -> date:
        """Its first day."""
        return self.anchor_on + timedelta(days=self.first_day)

    @property
    def end_on(self) -> date:
        """Its last day."""
        return self.anchor_on + timedelta(days=self.last_day)


@dataclass(frozen=True, kw_only=True)
class CampaignDay:
    """What a day of a campaign sold; money in minor units, orders of known customers."""

    day: int
    on: date
    gmv_minor: int
    refunds_minor: int
    orders: int
    new_buyers: int


@dataclass(frozen=True, kw_only=True)
class CampaignYear:
    """A campaign in one year: its day by day, and sums of the days that all years have had.

    ``gmv_change_ppm`` and ``orders_change_ppm`` tell how the campaign that is looked at stands
    against this year; None for that one itself, and where this year had nothing.
    """

    year: int
    anchor_on: date
    days: tuple[CampaignDay, ...]
    gmv_minor: int
    refunds_minor: int
    orders: int
    new_buyers: int
    gmv_change_ppm: int | None
    orders_change_ppm: int | None


@dataclass(frozen=True, kw_only=True)
class CampaignComparison:
    """A campaign beside the same one of earlier years, the newest first.

    ``compared_days`` are those until the last night, of all days of the campaign.
    """

    campaign: CampaignView
    compared_days: int
    years: tuple[CampaignYear, ...]
