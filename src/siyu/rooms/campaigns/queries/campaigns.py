from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from siyu.foundation.errors import NotFound
from siyu.rooms.campaigns.models import Campaign
from siyu.rooms.campaigns.rules import anchor_day, change_ppm
from siyu.rooms.campaigns.types import (
    CampaignComparison,
    CampaignDay,
    CampaignView,
    CampaignYear,
)
from siyu.rooms.insights.queries import publication_of, trend_of
from siyu.rooms.operations.types import Right, Viewer

_SUMMED = ("gmv_minor", "refunds_minor", "orders", "new_buyers")


def campaigns_of(*, viewer: Viewer) -> list[CampaignView]:
    """The program's campaigns, the latest first."""
    viewer.require(Right.SEE_OVERVIEW)
    rows = Campaign.objects.filter(program_id=viewer.program_id)
    return [_view(row) for row in rows.order_by("-anchor_on", "-id")]


def compare_campaign(*, viewer: Viewer, campaign_id: int, years: int = 3) -> CampaignComparison:
    """A campaign beside the same one of earlier years, within the viewer's reach.

    Days are laid beside one another as they lie to the anchor: a festival's own day, or the same
    date of the solar or lunar calendar. While a campaign runs, only the days until the last night
    are summed, in every year. Raises NotFound.
    """
    viewer.require(Right.SEE_OVERVIEW)
    row = Campaign.objects.filter(id=campaign_id, program_id=viewer.program_id).first()
    if row is None:
        raise NotFound("There is no such campaign.")
    campaign = _view(row)
    published = publication_of(program_id=viewer.program_id)
    known = (published.as_of - campaign.start_on).days if published else 0
    compared = min(max(known, 0), campaign.last_day - campaign.first_day + 1)
    asked = range(campaign.anchor_on.year, campaign.anchor_on.year - years - 1, -1)
    anchors = {
        year: anchor_day(anchor=campaign.anchor, anchor_on=campaign.anchor_on, year=year)
        for year in asked
    }
    days = {year: _days(viewer, campaign, anchor_on) for year, anchor_on in anchors.items()}
    sums = {year: _sums(each[:compared]) for year, each in days.items()}
    now = sums[campaign.anchor_on.year]

    def change(year: int, name: str) -> int | None:
        if year == campaign.anchor_on.year:
            return None
        return change_ppm(now=now[name], before=sums[year][name])

    return CampaignComparison(
        campaign=campaign,
        compared_days=compared,
        years=tuple(
            CampaignYear(
                year=year,
                anchor_on=anchors[year],
                days=tuple(days[year]),
                gmv_change_ppm=change(year, "gmv_minor"),
                orders_change_ppm=change(year, "orders"),
                **sums[year],
            )
            for year in asked
        ),
    )


def _days(viewer: Viewer, campaign: CampaignView, anchor_on: date) -> list[CampaignDay]:
    start_on = anchor_on + timedelta(days=campaign.first_day)
    end_on = anchor_on + timedelta(days=campaign.last_day)
    found = {
        row["business_on"]: row for row in trend_of(viewer=viewer, start_on=start_on, end_on=end_on)
    }
    nothing: dict[str, Any] = dict.fromkeys(_SUMMED, 0)
    return [
        CampaignDay(
            day=day,
            on=anchor_on + timedelta(days=day),
            **{name: found.get(anchor_on + timedelta(days=day), nothing)[name] for name in _SUMMED},
        )
        for day in range(campaign.first_day, campaign.last_day + 1)
    ]


def _sums(days: Sequence[CampaignDay]) -> dict[str, int]:
    return {name: sum(getattr(day, name) for day in days) for name in _SUMMED}


def _view(row: Campaign) -> CampaignView:
    return CampaignView(
        id=row.id,
        name=row.name,
        anchor=row.anchor,
        anchor_on=row.anchor_on,
        first_day=row.first_day,
        last_day=row.last_day,
    )
