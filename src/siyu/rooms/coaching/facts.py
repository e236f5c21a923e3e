"""Facts of coaching: which seller was to be looked after, or held back."""

from collections.abc import Iterator

import pyarrow as pa

from siyu.rooms.coaching.models import SellerTask
from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable

COACHINGS = pa.schema(
    [
        pa.field("task_id", pa.int64(), nullable=False),
        pa.field("seller_id", pa.int64(), nullable=False),
        pa.field("signal", pa.string(), nullable=False),
        pa.field("drawn_on", pa.date32(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_coachings(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every task about a seller written in the window."""
    rows = SellerTask.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list("id", "seller_id", "signal", "drawn_on", "state", "stamp")
    yield from arrow_tables(values=values.iterator(chunk_size=10_000), schema=COACHINGS)


FACTS = (
    FactTable(
        name="coachings",
        schema=COACHINGS,
        keys=("task_id",),
        partition=None,
        read=read_coachings,
        daily=None,
    ),
)
