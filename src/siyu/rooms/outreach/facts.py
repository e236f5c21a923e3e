"""Facts of outreach: which customer was contacted, held or left alone, and until when."""

from collections.abc import Iterator

import pyarrow as pa

from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable
from siyu.rooms.outreach.models import Task

CONTACTS = pa.schema(
    [
        pa.field("task_id", pa.int64(), nullable=False),
        pa.field("customer_id", pa.int64(), nullable=False),
        pa.field("seller_id", pa.int64(), nullable=False),
        pa.field("signal", pa.string(), nullable=False),
        pa.field("drawn_on", pa.date32(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("contacted_on", pa.date32()),
        pa.field("blocked_until", pa.date32()),
        pa.field("market_id", pa.int64()),
        pa.field("variant_id", pa.int64()),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_contacts(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every task written in the window."""
    rows = Task.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list(
        "id",
        "customer_id",
        "seller_id",
        "playbook__signal",
        "drawn_on",
        "state",
        "closed_on",
        "blocked_until",
        "market_id",
        "variant_id",
        "stamp",
    )
    yield from arrow_tables(values=values.iterator(chunk_size=10_000), schema=CONTACTS)


FACTS = (
    FactTable(
        name="contacts",
        schema=CONTACTS,
        keys=("task_id",),
        partition="drawn_on",
        read=read_contacts,
        daily=None,
    ),
)
