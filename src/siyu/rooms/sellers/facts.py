"""Facts of the sellers' room."""

from collections.abc import Iterator

import pyarrow as pa

from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable
from siyu.rooms.sellers.models import Seller

SELLERS = pa.schema(
    [
        pa.field("seller_id", pa.int64(), nullable=False),
        pa.field("unit_id", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("joined_on", pa.date32()),
        pa.field("origin", pa.string(), nullable=False),
        pa.field("invited_by_id", pa.int64()),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_sellers(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every seller written in the window."""
    rows = Seller.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list(
        "id", "unit_id", "kind", "status", "joined_on", "origin", "invited_by_id", "stamp"
    )
    yield from arrow_tables(values=values, schema=SELLERS)


FACTS = (
    FactTable(
        name="sellers",
        schema=SELLERS,
        keys=("seller_id",),
        partition=None,
        read=read_sellers,
        daily=None,
    ),
)
