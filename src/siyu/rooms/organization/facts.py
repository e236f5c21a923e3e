"""Facts of the organization: which unit lies under which."""

from collections.abc import Iterator

import pyarrow as pa

from siyu.rooms.operations.types import FactTable
from siyu.rooms.organization.models import OrgUnit

UNIT_ANCESTORS = pa.schema(
    [
        pa.field("unit_id", pa.int64(), nullable=False),
        pa.field("ancestor_id", pa.int64(), nullable=False),
        pa.field("ancestor_kind", pa.string(), nullable=False),
    ]
)


def read_unit_ancestors(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """Every unit with each of its ancestors and itself; whole, whenever a unit changed."""
    units = list(OrgUnit.objects.filter(program_id=program_id))
    if not any(low <= unit.stamp < high for unit in units):
        return
    kinds = {unit.id: unit.kind for unit in units}
    rows = [
        {"unit_id": unit.id, "ancestor_id": ancestor, "ancestor_kind": kinds[ancestor]}
        for unit in units
        for ancestor in map(int, unit.path.strip("/").split("/"))
    ]
    yield pa.Table.from_pylist(rows, schema=UNIT_ANCESTORS)


FACTS = (
    FactTable(
        name="unit_ancestors",
        schema=UNIT_ANCESTORS,
        keys=("unit_id", "ancestor_id"),
        partition=None,
        read=read_unit_ancestors,
        daily=None,
    ),
)
