"""What the room of communities shows of itself."""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

THEME_LENGTH, NAME_LENGTH = 40, 120


@dataclass(frozen=True, kw_only=True)
class CommunityView:
    """A community (社群): whose it is, of which theme, since when, until when, how large.

    The key is empty where it is a phone number.
    """

    id: int
    key: str
    name: str
    seller_id: int
    theme: str
    opened_at: datetime
    ended_at: datetime | None
    is_open: bool
    members: int | None


COMMUNITY_ROWS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("seller_key", pa.string()),
        pa.field("theme", pa.string()),
        pa.field("opened_at", pa.timestamp("us", tz="UTC")),
        pa.field("ended_at", pa.timestamp("us", tz="UTC")),
        pa.field("members", pa.int32()),
    ]
)
"""Communities as they come from outside; one row is one community. A null says nothing."""
