"""What transfers do to balances, and what vouches for them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from siyu.foundation.errors import BadInput
from siyu.rooms.ledger.types import (
    MAY_OWE,
    MOST_LINKED,
    OF_THE_HOUSE,
    Account,
    Overdraft,
    Transfer,
)

_DIGEST_BYTES = 32


def check(transfers: Sequence[Transfer]) -> None:
    """Raise BadInput where transfers cannot be meant."""
    if not transfers:
        raise BadInput("transfers", "There is nothing to move.")
    if len(transfers) > MOST_LINKED:
        raise BadInput(
            "transfers",
            "{given} transfers are more than {most} at once; post them in several calls.",
            given=len(transfers),
            most=MOST_LINKED,
        )
    for transfer in transfers:
        _check_one(transfer)


def _check_one(transfer: Transfer) -> None:
    if transfer.amount_minor <= 0:
        raise BadInput(
            "amount_minor",
            "A transfer moves more than 0, not {amount}; to take back, swap its accounts.",
            amount=transfer.amount_minor,
        )
    if transfer.source == transfer.destination:
        raise BadInput("destination", "A transfer goes to another account than its source.")
    if len(transfer.lines) not in {0, _DIGEST_BYTES}:
        raise BadInput("lines", "The digest of lines is SHA-256: 32 bytes, or none.")
    if transfer.may_owe and transfer.source.purpose not in MAY_OWE:
        raise BadInput(
            "may_owe", "An account of {purpose} never owes.", purpose=transfer.source.purpose
        )
    for account in (transfer.source, transfer.destination):
        if account.purpose in OF_THE_HOUSE and account.owner_id:
            raise BadInput(
                "owner_id",
                "An account of {purpose} is of the house; leave the owner out.",
                purpose=account.purpose,
            )
        if account.purpose not in OF_THE_HOUSE and not account.owner_id:
            raise BadInput(
                "owner_id",
                "An account of {purpose} is somebody's; name the owner.",
                purpose=account.purpose,
            )


def applied(
    *, balances: Mapping[Account, int], transfers: Sequence[Transfer]
) -> dict[Account, int]:
    """The balances after the transfers, one after the other; only of accounts in ``balances``.

    Raises Overdraft at the first transfer that takes more than its source holds and may not owe.
    """
    after = dict(balances)
    for transfer in transfers:
        source, amount = transfer.source, transfer.amount_minor
        if source in after:
            if after[source] < amount and not transfer.may_owe:
                raise Overdraft(
                    "The account {purpose} of {owner} holds {held}; {amount} cannot be taken.",
                    purpose=source.purpose,
                    owner=source.owner_id,
                    held=after[source],
                    amount=amount,
                )
            after[source] -= amount
        if transfer.destination in after:
            after[transfer.destination] += amount
    return after


def digest_of(*, business_on: date, transfers: Sequence[Transfer]) -> bytes:
    """SHA-256 of the day and of everything in the transfers, in their order."""
    digest = hashlib.sha256(business_on.isoformat().encode())
    for transfer in transfers:
        told = (
            transfer.source.purpose,
            transfer.source.owner_id,
            transfer.destination.purpose,
            transfer.destination.owner_id,
            transfer.amount_minor,
            transfer.kind,
            transfer.lines.hex(),
        )
        digest.update(("\n" + " ".join(map(str, told))).encode())
    return digest.digest()
