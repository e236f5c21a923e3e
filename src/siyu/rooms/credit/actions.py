"""Every write of credit."""

from typing import Any

import pyarrow as pa
from django.db import transaction

from siyu.rooms.credit.models import Credit
from siyu.rooms.credit.rules import credit_of
from siyu.rooms.customers.queries import serving_at
from siyu.rooms.operations.actions import insert_rows, update_rows, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.sellers.queries import units_of_sellers

_COLUMNS = ("seller_id", "unit_id", "basis", "follow_id", "stamp")
_BATCH = 20_000


def credit_lines(*, program_id: int, lines: pa.Table) -> int:
    """Credit CREDITABLE_LINES, each to who served when it was sold; returns how many changed.

    A line whose seller stays the same keeps the org unit it was credited to.
    """
    changed = 0
    for start in range(0, lines.num_rows, _BATCH):
        changed += _credit_batch(program_id, lines.slice(start, _BATCH))
    return changed


@transaction.atomic
def _credit_batch(program_id: int, lines: pa.Table) -> int:
    rows = [tuple(row.values()) for row in plain_rows(table=lines)]
    periods = serving_at(customer_ids={row[1] for row in rows if row[1] is not None})
    decided = [
        (
            row,
            credit_of(
                at=row[4],
                periods=periods.get(row[1], ()),
                own_seller_id=row[2],
                unit_id=row[3],
            ),
        )
        for row in rows
    ]
    units = units_of_sellers(seller_ids={seller for _, (_, seller, _) in decided if seller})
    known = {
        line_id: tuple(stored)
        for line_id, *stored in Credit.objects.filter(
            line_id__in=any_of(values=[row[0] for row in rows])
        ).values_list("line_id", "seller_id", "unit_id", "basis", "follow_id")
    }
    stamp = write_stamp()
    new: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    for (line_id, _, _, store_id, _, business_on), (basis, seller_id, follow_id) in decided:
        before = known.get(line_id)
        unit_id = units[seller_id] if seller_id else store_id
        if before is not None and before[0] == seller_id and seller_id is not None:
            unit_id = before[1]
        after = (seller_id, unit_id, basis.value, follow_id)
        if before is None:
            new.append((line_id, program_id, business_on, *after, stamp))
        elif before != after:
            changed.append((*after, stamp, line_id))
    insert_rows(model=Credit, columns=("line_id", "program_id", "business_on", *_COLUMNS), rows=new)
    update_rows(model=Credit, key="line_id", columns=_COLUMNS, rows=changed)
    return len(new) + len(changed)
