"""What segments show of themselves."""

from dataclasses import dataclass
from datetime import date, datetime

from siyu.analytics.conditions import Audience

NAME_LENGTH, NOTE_LENGTH = 60, 300
MOST_VALUES = 500


@dataclass(frozen=True, kw_only=True)
class SegmentDay:
    """How many belonged to a segment on a night, how many came and how many went with it."""

    on: date
    members: int
    entered: int
    left: int


@dataclass(frozen=True, kw_only=True)
class SegmentView:
    """A segment (人群): customers who meet conditions.

    ``is_tag`` where sellers see it on the pages of its members, as a tag by rule. ``last`` is None
    until a night has counted it.
    """

    id: int
    name: str
    note: str
    audience: Audience
    is_tag: bool
    created_at: datetime
    edited_at: datetime
    last: SegmentDay | None
