from datetime import date, datetime

from django.db import IntegrityError, transaction

from siyu.foundation.calendar import LUNAR_FESTIVALS, SOLAR_FESTIVALS
from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.campaigns.models import Campaign
from siyu.rooms.campaigns.rules import anchor_day
from siyu.rooms.campaigns.types import (
    FARTHEST_DAY,
    LONGEST_CAMPAIGN_DAYS,
    LUNAR,
    NAME_LENGTH,
    SOLAR,
)
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.types import Right, Scope, Viewer

_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def add_campaign(
    *,
    viewer: Viewer,
    name: str,
    anchor: str,
    anchor_on: date,
    first_day: int,
    last_day: int,
    now: datetime,
) -> int:
    """A campaign of the days ``first_day`` to ``last_day``, counted from its anchor; its id.

    Of a festival only the year of ``anchor_on`` counts. Raises BadInput for days that make none
    and a name that is taken, NotAllowed without the whole program.
    """
    _require(viewer)
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH:
        raise BadInput("name", "Give it a name of 1 to {most} characters.", most=NAME_LENGTH)
    if anchor not in (SOLAR, LUNAR, *SOLAR_FESTIVALS, *LUNAR_FESTIVALS):
        raise BadInput("anchor", "Choose a festival, or a day of its own.")
    if not _FIRST_YEAR <= anchor_on.year <= _LAST_YEAR:
        raise BadInput(
            "anchor_on", "Choose a day from {first} to {last}.", first=_FIRST_YEAR, last=_LAST_YEAR
        )
    if not -FARTHEST_DAY <= first_day <= last_day <= FARTHEST_DAY:
        raise BadInput(
            "first_day",
            "Count the days from the anchor, {most} before it to {most} after it, the first first.",
            most=FARTHEST_DAY,
        )
    if last_day - first_day >= LONGEST_CAMPAIGN_DAYS:
        raise BadInput(
            "last_day", "A campaign lasts {most} days at most.", most=LONGEST_CAMPAIGN_DAYS
        )
    campaign = Campaign(
        program_id=viewer.program_id,
        name=name,
        anchor=anchor,
        anchor_on=anchor_on
        if anchor in (SOLAR, LUNAR)
        else anchor_day(anchor=anchor, anchor_on=anchor_on, year=anchor_on.year),
        first_day=first_day,
        last_day=last_day,
        created_by_id=viewer.staff_id,
        created_at=now,
    )
    try:
        with transaction.atomic():
            campaign.save()
            record_deed(viewer=viewer, action="add campaign", subject=f"campaign {campaign.id}")
    except IntegrityError as error:
        raise BadInput("name", "There is a campaign of this name already.") from error
    return campaign.id


@transaction.atomic
def remove_campaign(*, viewer: Viewer, campaign_id: int) -> None:
    """Remove a campaign from the list; sales stay as they are. Raises NotFound."""
    _require(viewer)
    removed, _ = Campaign.objects.filter(id=campaign_id, program_id=viewer.program_id).delete()
    if not removed:
        raise NotFound("There is no such campaign.")
    record_deed(viewer=viewer, action="remove campaign", subject=f"campaign {campaign_id}")


def _require(viewer: Viewer) -> None:
    viewer.require(Right.SET_TARGETS)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("Campaigns are of the whole program; ask headquarters.")
