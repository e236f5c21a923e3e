"""The proof of the ledger."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db.models import Exists, OuterRef

from siyu.rooms.ledger import models
from siyu.rooms.ledger.queries.balances import computed_balances
from siyu.rooms.ledger.queries.transfers import TOLD, transfer_in
from siyu.rooms.ledger.rules import digest_of
from siyu.rooms.ledger.types import Disagreement, Proof, Purpose, Transfer
from siyu.rooms.organization.queries import program_of

_CHUNK = 10_000


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


def _add_up(program_id: int, wrong: list[Disagreement]) -> tuple[int, dict[str, int]]:
    """The number of accounts, and by purpose what they hold as stored, of the house as computed."""
    balances = {purpose.value: 0 for purpose in Purpose}
    accounts = 0
    for row in computed_balances(program_id).iterator(chunk_size=_CHUNK):
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
        .values_list("posting_id", "posting__digest", "posting__business_on", *TOLD)
    )
    told = (
        ((row[0], bytes(row[1]), row[2]), transfer_in(row[3:]))
        for row in rows.iterator(chunk_size=_CHUNK)
    )
    for head, group in groupby(told, key=itemgetter(0)):
        yield head, [transfer for _, transfer in group]
