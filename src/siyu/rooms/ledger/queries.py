"""Every read of the ledger."""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from siyu.rooms.ledger import models
from siyu.rooms.ledger.rules import digest_of
from siyu.rooms.ledger.types import Account, Disagreement, Kind, Proof, Purpose, Transfer
from siyu.rooms.operations.queries import any_of
from siyu.rooms.organization.queries import program_of

_CHUNK = 10_000


def ids_of(*, program_id: int, accounts: Collection[Account]) -> dict[Account, int]:
    """The ids of those accounts that are open."""
    rows = models.Account.objects.filter(
        program_id=program_id,
        purpose__in=sorted({account.purpose for account in accounts}),
        owner_id__in=any_of(values={account.owner_id for account in accounts}),
    ).values_list("purpose", "owner_id", "id")
    found = {Account(Purpose(purpose), owner): account_id for purpose, owner, account_id in rows}
    return {account: found[account] for account in accounts if account in found}


def balances_of(*, program_id: int, accounts: Collection[Account]) -> dict[Account, int]:
    """Minor units that each account holds: all that came in less all that went out.

    What was never written to holds 0; an account of the house is below zero by what it gave.
    """
    ids = ids_of(program_id=program_id, accounts=accounts)
    held = {
        row.id: row.balance_minor if row.balance_minor is not None else row.computed
        for row in _computed(program_id).filter(id__in=any_of(values=ids.values()))
    }
    return {account: held[ids[account]] if account in ids else 0 for account in accounts}


def prove_ledger(*, program_id: int) -> Proof:
    """Recompute every balance and every digest from the transfers, and name what does not fit.

    All balances together are zero, each stored balance is what came in less what went out, and
    each posting holds the transfers that it was posted with. Reads while others write.
    """
    wrong: list[Disagreement] = []
    accounts, balances = _add_up(program_id, wrong)
    postings, transfers = _follow(program_id, wrong)
    whole = sum(balances.values())
    if whole:
        wrong.append(Disagreement(what="sum", subject="program", stored=str(whole), computed="0"))
    return Proof(
        currency=program_of(program_id=program_id).currency,
        accounts=accounts,
        postings=postings,
        transfers=transfers,
        balances=balances,
        disagreements=wrong,
    )


def transfers_of(*, program_id: int, key: str) -> list[Transfer]:
    """The transfers that were posted under a key, in their order; none where nothing was."""
    rows = models.Transfer.objects.filter(posting__program_id=program_id, posting__key=key)
    return [_transfer(row) for row in rows.order_by("id").values_list(*_TOLD)]


_TOLD = (
    "source__purpose",
    "source__owner_id",
    "destination__purpose",
    "destination__owner_id",
    "amount_minor",
    "kind",
    "lines",
)


def _transfer(row: tuple[Any, ...]) -> Transfer:
    return Transfer(
        source=Account(Purpose(row[0]), row[1]),
        destination=Account(Purpose(row[2]), row[3]),
        amount_minor=row[4],
        kind=Kind(row[5]),
        lines=bytes(row[6]),
    )


def _computed(program_id: int) -> Any:
    """Accounts with what their transfers come to; one statement, so one moment is seen."""
    return models.Account.objects.filter(program_id=program_id).annotate(
        computed=_moved("destination") - _moved("source")
    )


def _moved(side: str) -> Coalesce:
    own = models.Transfer.objects.filter(**{side: OuterRef("pk")})
    total = own.order_by().values(side).annotate(total=Sum("amount_minor")).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=BigIntegerField())


def _add_up(program_id: int, wrong: list[Disagreement]) -> tuple[int, dict[str, int]]:
    """The number of accounts, and by purpose what they hold as stored, of the house as computed."""
    balances = {purpose.value: 0 for purpose in Purpose}
    accounts = 0
    for row in _computed(program_id).iterator(chunk_size=_CHUNK):
        accounts += 1
        stored = row.computed if row.balance_minor is None else row.balance_minor
        balances[row.purpose] += stored
        if stored != row.computed:
            wrong.append(
                Disagreement(
                    what="balance",
                    subject=f"{row.purpose} {row.owner_id}",
                    stored=str(stored),
                    computed=str(row.computed),
                )
            )
    return accounts, balances


def _follow(program_id: int, wrong: list[Disagreement]) -> tuple[int, int]:
    """The numbers of postings and transfers, after comparing each posting's digest."""
    postings = transfers = 0
    for (posting_id, digest, day), moved in _postings(program_id):
        postings += 1
        transfers += len(moved)
        computed = digest_of(business_on=day, transfers=moved)
        if computed != digest:
            wrong.append(
                Disagreement(
                    what="digest",
                    subject=f"posting {posting_id}",
                    stored=digest.hex(),
                    computed=computed.hex(),
                )
            )
    emptied = models.Posting.objects.filter(
        ~Exists(models.Transfer.objects.filter(posting=OuterRef("pk"))), program_id=program_id
    )
    for posting in emptied.iterator(chunk_size=_CHUNK):
        postings += 1
        wrong.append(
            Disagreement(
                what="digest",
                subject=f"posting {posting.id}",
                stored=bytes(posting.digest).hex(),
                computed="no transfer",
            )
        )
    return postings, transfers


def _postings(program_id: int) -> Iterator[tuple[tuple[int, bytes, date], list[Transfer]]]:
    rows = (
        models.Transfer.objects.filter(posting__program_id=program_id)
        .order_by("posting_id", "id")
        .values_list("posting_id", "posting__digest", "posting__business_on", *_TOLD)
    )
    told = (
        ((row[0], bytes(row[1]), row[2]), _transfer(row[3:]))
        for row in rows.iterator(chunk_size=_CHUNK)
    )
    for head, group in groupby(told, key=itemgetter(0)):
        yield head, [transfer for _, transfer in group]
