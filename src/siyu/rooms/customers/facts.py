"""Facts of the customers' room: ids and allow-listed columns only."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa

from siyu.rooms.customers.models import Customer, CustomerTag, Follow, Merge, Tag
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
MERGES = pa.schema(
    [
        pa.field("customer_id", pa.int64(), nullable=False),
        pa.field("into_id", pa.int64(), nullable=False),
        pa.field("merged_on", pa.date32(), nullable=False),
        pa.field("is_undone", pa.bool_(), nullable=False),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)
TAGS = pa.schema(
    [
        pa.field("tag_id", pa.int64(), nullable=False),
        pa.field("category_id", pa.int64()),
        pa.field("brand_id", pa.int64()),
        pa.field("fresh_days", pa.int64(), nullable=False),
        pa.field("is_used", pa.bool_(), nullable=False),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)
CUSTOMER_TAGS = pa.schema(
    [
        pa.field("tag_id", pa.int64(), nullable=False),
        pa.field("customer_id", pa.int64(), nullable=False),
        pa.field("seller_id", pa.int64(), nullable=False),
        pa.field("tagged_on", pa.date32(), nullable=False),
        pa.field("is_on", pa.bool_(), nullable=False),
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


def read_merges(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every merge written in the window."""
    rows = Merge.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = (
        (row.customer_id, row.into_id, row.merged_on, row.undone_at is not None, row.stamp)
        for row in rows.iterator(chunk_size=10_000)
    )
    yield from arrow_tables(values=values, schema=MERGES)


def read_tags(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every tag written in the window."""
    rows = Tag.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = (
        (
            row.id,
            row.category_id,
            row.brand_id,
            row.fresh_days,
            row.retired_at is None,
            row.stamp,
        )
        for row in rows
    )
    yield from arrow_tables(values=values, schema=TAGS)


def read_customer_tags(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every tag put on a customer, or taken off, in the window."""
    rows = CustomerTag.objects.filter(tag__program_id=program_id, stamp__gte=low, stamp__lt=high)
    columns = ("tag_id", "customer_id", "seller_id", "tagged_on", "is_on", "stamp")
    values = rows.values_list(*columns).iterator(chunk_size=10_000)
    yield from arrow_tables(values=values, schema=CUSTOMER_TAGS)


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
    FactTable(
        name="merges",
        schema=MERGES,
        keys=("customer_id",),
        partition=None,
        read=read_merges,
        daily=None,
    ),
    FactTable(
        name="tags",
        schema=TAGS,
        keys=("tag_id",),
        partition=None,
        read=read_tags,
        daily=None,
    ),
    FactTable(
        name="customer_tags",
        schema=CUSTOMER_TAGS,
        keys=("tag_id", "customer_id"),
        partition=None,
        read=read_customer_tags,
        daily=None,
    ),
)
