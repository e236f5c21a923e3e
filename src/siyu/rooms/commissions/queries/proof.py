"""The proof that the ledger moved what accruals say."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from siyu.rooms.commissions import models
from siyu.rooms.commissions.rules import digests_of, posting_key, sums_of, transfer_of
from siyu.rooms.commissions.types import BOOKED_LINES
from siyu.rooms.ledger.queries import transfers_of
from siyu.rooms.ledger.types import Disagreement, Purpose, Transfer
from siyu.rooms.operations.queries import arrow_tables


def prove_accruals(*, program_id: int) -> list[Disagreement]:
    """Each payee of a batch whose transfer is not the sum and the digest of the accrual lines."""
    return list(_disagreements(program_id))


def _disagreements(program_id: int) -> Iterator[Disagreement]:
    batches = models.Batch.objects.filter(program_id=program_id).order_by("number")
    for batch in batches.iterator():
        key = posting_key(batch.number)
        lines = _lines(batch.id)
        sums, digests = sums_of(lines), digests_of(lines)
        computed = _told(transfer_of(payee, sums[payee], digests[payee]) for payee in sums)
        stored = _told(transfers_of(program_id=program_id, key=key))
        for payee_id in sorted(stored.keys() | computed.keys()):
            moved, due = stored.get(payee_id, ""), computed.get(payee_id, "")
            if moved != due:
                yield Disagreement(
                    what="accruals", subject=f"{key} of {payee_id}", stored=moved, computed=due
                )


def _told(transfers: Iterable[Transfer]) -> dict[int, str]:
    """What moved and its digest, by payee."""
    found = {}
    for moved in transfers:
        is_pay = moved.destination.purpose is Purpose.COMMISSION_PAYABLE
        payee_id = moved.destination.owner_id if is_pay else moved.source.owner_id
        found[payee_id] = f"{moved.kind} {moved.amount_minor} {moved.lines.hex()}"
    return found


def _lines(batch_id: int) -> pa.Table:
    """The BOOKED_LINES of a batch as they were booked."""
    rows = models.Accrual.objects.filter(batch_id=batch_id).order_by("id")
    values = rows.values_list(*BOOKED_LINES.names)
    tables = arrow_tables(values=values.iterator(chunk_size=10_000), schema=BOOKED_LINES)
    return pa.concat_tables([BOOKED_LINES.empty_table(), *tables])
