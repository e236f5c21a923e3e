"""Facts of credit."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
from django.db.models import Count

from siyu.rooms.credit.models import Credit
from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable

CREDITS = pa.schema(
    [
        pa.field("line_id", pa.int64(), nullable=False),
        pa.field("seller_id", pa.int64()),
        pa.field("unit_id", pa.int64()),
        pa.field("basis", pa.string(), nullable=False),
        pa.field("business_on", pa.date32(), nullable=False),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_credits(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every credit written in the window."""
    rows = Credit.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list("line_id", "seller_id", "unit_id", "basis", "business_on", "stamp")
    yield from arrow_tables(values=values.iterator(chunk_size=10_000), schema=CREDITS)


def daily_credits(program_id: int, high: int) -> list[tuple[date | None, int, int]]:
    """(day, rows, 0) of the credits below a stamp; credits carry no amount."""
    rows = Credit.objects.filter(program_id=program_id, stamp__lt=high)
    days = rows.values("business_on").annotate(rows=Count("line_id")).order_by("business_on")
    return [(day["business_on"], day["rows"], 0) for day in days]


FACTS = (
    FactTable(
        name="credits",
        schema=CREDITS,
        keys=("line_id",),
        partition="business_on",
        read=read_credits,
        daily=daily_credits,
    ),
)
