"""Facts of the customers' room: ids and allow-listed columns only."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa

from siyu.rooms.customers.models import Customer, Follow
from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable
from siyu.rooms.organization.queries import program_of

CUSTOMERS = pa.schema(
    [
        pa.field("customer_id", pa.int64(), nullable=False),
        pa.field("gender", pa.string(), nullable=False),
        pa.field("born_on", pa.date32()),
        pa.field("city", pa.string()),
        pa.field("city_tier", pa.int32()),
        pa.field("created_on", pa.date32(), nullable=False),
        pa.field("opted_out", pa.bool_(), nullable=False),
        pa.field("is_deleted", pa.bool_(), nullable=False),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)
FOLLOWS = pa.schema(
    [
        pa.field("follow_id", pa.int64(), nullable=False),
        pa.field("customer_id", pa.int64(), nullable=False),
        pa.field("seller_id", pa.int64(), nullable=False),
        pa.field("acquired_by_id", pa.int64()),
        pa.field("is_serving", pa.bool_(), nullable=False),
        pa.field("followed_on", pa.date32(), nullable=False),
        pa.field("ended_on", pa.date32()),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_customers(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every profile written in the window."""
    rows = Customer.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list(
        "id", "gender", "born_on", "city", "city_tier", "created_on", "opted_out", "stamp"
    )
    yield from arrow_tables(
        values=((*row[:7], False, row[7]) for row in values.iterator(chunk_size=10_000)),
        schema=CUSTOMERS,
    )


def read_follows(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """Follows written in the window; one that serves is told with its serving period's days."""
    program = program_of(program_id=program_id)

    def day(moment: datetime | None) -> object:
        if moment is None:
            return None
        return program.day_of(moment.astimezone(UTC))

    rows = Follow.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = (
        (
            row.id,
            row.customer_id,
            row.seller_id,
            row.acquired_by_id,
            row.serving_from is not None,
            day(row.serving_from or row.followed_at),
            day(row.serving_until if row.serving_from else row.ended_at),
            row.stamp,
        )
        for row in rows.iterator(chunk_size=10_000)
    )
    yield from arrow_tables(values=values, schema=FOLLOWS)


FACTS = (
    FactTable(
        name="customers",
        schema=CUSTOMERS,
        keys=("customer_id",),
        partition=None,
        read=read_customers,
        daily=None,
    ),
    FactTable(
        name="follows",
        schema=FOLLOWS,
        keys=("follow_id",),
        partition=None,
        read=read_follows,
        daily=None,
    ),
)
