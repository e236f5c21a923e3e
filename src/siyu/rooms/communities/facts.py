"""Facts of the communities' room."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pyarrow as pa

from siyu.rooms.communities.models import Community
from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable
from siyu.rooms.organization.queries import program_of

COMMUNITIES = pa.schema(
    [
        pa.field("community_id", pa.int64(), nullable=False),
        pa.field("seller_id", pa.int64(), nullable=False),
        pa.field("theme", pa.string(), nullable=False),
        pa.field("opened_on", pa.date32(), nullable=False),
        pa.field("ended_on", pa.date32()),
        pa.field("members", pa.int64()),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_communities(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every community written in the window."""
    program = program_of(program_id=program_id)

    def day(moment: datetime | None) -> date | None:
        return None if moment is None else program.day_of(moment.astimezone(UTC))

    rows = Community.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = (
        (
            row.id,
            row.seller_id,
            row.theme,
            day(row.opened_at),
            day(row.ended_at),
            row.members,
            row.stamp,
        )
        for row in rows.iterator(chunk_size=10_000)
    )
    yield from arrow_tables(values=values, schema=COMMUNITIES)


FACTS = (
    FactTable(
        name="communities",
        schema=COMMUNITIES,
        keys=("community_id",),
        partition=None,
        read=read_communities,
        daily=None,
    ),
)
