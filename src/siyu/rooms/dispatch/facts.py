"""Facts of dispatch: which customers sellers were asked to contact, and how long that bars them."""

from collections.abc import Iterator

import pyarrow as pa

from siyu.rooms.dispatch.models import Assignment
from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable

ASSIGNMENTS = pa.schema(
    [
        pa.field("assignment_id", pa.int64(), nullable=False),
        pa.field("dispatch_id", pa.int64(), nullable=False),
        pa.field("customer_id", pa.int64(), nullable=False),
        pa.field("seller_id", pa.int64(), nullable=False),
        pa.field("assigned_on", pa.date32(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("closed_on", pa.date32()),
        pa.field("blocked_until", pa.date32()),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_assignments(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every assignment with a customer written in the window."""
    rows = Assignment.objects.filter(
        program_id=program_id, stamp__gte=low, stamp__lt=high, customer__isnull=False
    )
    values = rows.values_list(
        "id",
        "dispatch_id",
        "customer_id",
        "seller_id",
        "assigned_on",
        "state",
        "closed_on",
        "blocked_until",
        "stamp",
    )
    yield from arrow_tables(values=values.iterator(chunk_size=10_000), schema=ASSIGNMENTS)


FACTS = (
    FactTable(
        name="assignments",
        schema=ASSIGNMENTS,
        keys=("assignment_id",),
        partition="assigned_on",
        read=read_assignments,
        daily=None,
    ),
)
