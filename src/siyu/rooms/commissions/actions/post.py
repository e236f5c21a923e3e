"""How accruals are stored and what of them goes to the ledger."""

from datetime import date, datetime

import pyarrow as pa

from siyu.foundation.ids import new_ids
from siyu.rooms.commissions import models
from siyu.rooms.commissions.rules import digests_of, posting_key, sums_of, transfer_of
from siyu.rooms.ledger.actions import post
from siyu.rooms.operations.actions import insert_table

_ROWS_AT_ONCE = 1_000_000


def post_lines(*, mark: models.AccrualMark, lines: pa.Table, today: date, at: datetime) -> int:
    """Store BOOKED_LINES as a batch and move what each payee gets; returns their sum.

    ``mark`` is the program's, locked by the caller.
    """
    if not lines.num_rows:
        return 0
    mark.batches += 1
    mark.save(update_fields=["batches"])
    batch = models.Batch.objects.create(
        program_id=mark.program_id, number=mark.batches, business_on=today, booked_at=at
    )
    for start in range(0, lines.num_rows, _ROWS_AT_ONCE):
        some = lines.slice(start, _ROWS_AT_ONCE)
        ids = pa.array(new_ids(some.num_rows), pa.int64())
        batches = pa.repeat(pa.scalar(batch.id, pa.int64()), some.num_rows)
        insert_table(
            model=models.Accrual,
            table=some.append_column("id", ids).append_column("batch_id", batches),
        )
    sums, digests = sums_of(lines), digests_of(lines)
    transfers = [transfer_of(payee_id, sums[payee_id], digests[payee_id]) for payee_id in sums]
    if transfers:
        post(
            program_id=mark.program_id,
            key=posting_key(batch.number),
            business_on=today,
            transfers=transfers,
            at=at,
        )
    return sum(sums.values())
