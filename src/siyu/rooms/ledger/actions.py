"""Every write of the ledger."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from siyu.foundation.errors import BadInput, Conflict
from siyu.foundation.ids import new_ids
from siyu.rooms.ledger import models
from siyu.rooms.ledger.queries import ids_of
from siyu.rooms.ledger.rules import applied, check, digest_of
from siyu.rooms.ledger.types import OF_THE_HOUSE, Account, Posting, Transfer
from siyu.rooms.operations.actions import insert_rows, update_rows
from siyu.rooms.operations.queries import any_of

_TRANSFER = ("id", "posting_id", "source_id", "destination_id", "amount_minor", "kind", "lines")
_MOST_KEY = 200


@transaction.atomic
def post(
    *,
    program_id: int,
    key: str,
    business_on: date,
    transfers: Sequence[Transfer],
    at: datetime,
) -> Posting:
    """Write linked transfers: all of them, in their order, or none.

    The same key with the same contents writes nothing and returns what stands. Accounts open by
    themselves. Within one transaction post once: accounts are locked in the order of their ids,
    so writers wait for one another and never in a circle.

    Raises BadInput where a transfer cannot be meant, Overdraft where an account does not hold
    what is taken and may not owe it, Conflict where the key was used with other contents.
    """
    check(transfers)
    if not 0 < len(key) <= _MOST_KEY:
        raise BadInput("key", "The key has 1 to {most} characters.", most=_MOST_KEY)
    digest = digest_of(business_on=business_on, transfers=transfers)
    posting = models.Posting(
        program_id=program_id, key=key, business_on=business_on, digest=digest, posted_at=at
    )
    models.Posting.objects.bulk_create([posting], ignore_conflicts=True)
    stands = models.Posting.objects.get(program_id=program_id, key=key)
    if bytes(stands.digest) != digest:
        raise Conflict(
            "Other transfers were posted with the key {key}; use a key of their own.", key=key
        )
    if stands.id == posting.id:
        _write(program_id, posting.id, transfers)
    return Posting(
        id=stands.id,
        key=key,
        business_on=stands.business_on,
        is_new=stands.id == posting.id,
    )


def _write(program_id: int, posting_id: int, transfers: Sequence[Transfer]) -> None:
    named = {each for moved in transfers for each in (moved.source, moved.destination)}
    ids = _opened(program_id, sorted(named))
    balances = _locked({ids[account]: account for account in named})
    after = applied(balances=balances, transfers=transfers)
    update_rows(
        model=models.Account,
        key="id",
        columns=["balance_minor"],
        rows=[(held, ids[account]) for account, held in after.items()],
    )
    insert_rows(
        model=models.Transfer,
        columns=_TRANSFER,
        rows=[
            (
                transfer_id,
                posting_id,
                ids[moved.source],
                ids[moved.destination],
                moved.amount_minor,
                moved.kind,
                moved.lines,
            )
            for transfer_id, moved in zip(new_ids(len(transfers)), transfers, strict=True)
        ],
    )


def _opened(program_id: int, accounts: Sequence[Account]) -> dict[Account, int]:
    """The ids of accounts; those that are new are opened, in order, whoever else opens them."""
    known = ids_of(program_id=program_id, accounts=accounts)
    missing = [account for account in accounts if account not in known]
    if not missing:
        return known
    models.Account.objects.bulk_create(
        [
            models.Account(
                program_id=program_id,
                purpose=account.purpose,
                owner_id=account.owner_id,
                balance_minor=None if account.purpose in OF_THE_HOUSE else 0,
            )
            for account in missing
        ],
        ignore_conflicts=True,
    )
    return known | ids_of(program_id=program_id, accounts=missing)


def _locked(accounts: dict[int, Account]) -> dict[Account, int]:
    """The balances of those that store one, locked until the transaction ends."""
    rows = (
        models.Account.objects.select_for_update(no_key=True)
        .filter(id__in=any_of(values=accounts), balance_minor__isnull=False)
        .order_by("id")
        .values_list("id", "balance_minor")
    )
    return {accounts[account_id]: held for account_id, held in rows if held is not None}
