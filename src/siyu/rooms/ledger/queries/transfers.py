"""Transfers as they were posted."""

from typing import Any

from siyu.rooms.ledger import models
from siyu.rooms.ledger.types import Account, Kind, Purpose, Transfer

TOLD = (
    "source__purpose",
    "source__owner_id",
    "destination__purpose",
    "destination__owner_id",
    "amount_minor",
    "kind",
    "lines",
)


def transfers_of(*, program_id: int, key: str) -> list[Transfer]:
    """The transfers that were posted under a key, in their order; none where nothing was."""
    rows = models.Transfer.objects.filter(posting__program_id=program_id, posting__key=key)
    return [transfer_in(row) for row in rows.order_by("id").values_list(*TOLD)]


def transfer_in(row: tuple[Any, ...]) -> Transfer:
    """The transfer that the columns of `TOLD` say."""
    return Transfer(
        source=Account(Purpose(row[0]), row[1]),
        destination=Account(Purpose(row[2]), row[3]),
        amount_minor=row[4],
        kind=Kind(row[5]),
        lines=bytes(row[6]),
    )
