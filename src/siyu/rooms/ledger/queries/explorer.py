"""What the ledger shows to whoever follows money through it."""

from itertools import chain
from operator import attrgetter

from django.db.models import Count, Sum

from siyu.foundation.errors import NotFound
from siyu.rooms.ledger import models
from siyu.rooms.ledger.queries.balances import computed_balances
from siyu.rooms.ledger.queries.transfers import TOLD, transfer_in
from siyu.rooms.ledger.rules import digest_of
from siyu.rooms.ledger.types import (
    OF_THE_HOUSE,
    Account,
    AccountView,
    Holding,
    Kind,
    Move,
    PostingView,
    Purpose,
)
from siyu.rooms.operations.types import Right, Viewer

_MOST_PROVED = 10_000


def holdings(*, viewer: Viewer) -> list[Holding]:
    """Of each purpose that has accounts, how many there are and what they hold together."""
    viewer.require(Right.SEE_LEDGER)
    rows = models.Account.objects.filter(program_id=viewer.program_id)
    sums = rows.values("purpose").annotate(accounts=Count("id"), held=Sum("balance_minor"))
    found = {row["purpose"]: (row["accounts"], row["held"] or 0) for row in sums}
    of_house = computed_balances(viewer.program_id).filter(purpose__in=sorted(OF_THE_HOUSE))
    found |= {row.purpose: (1, row.computed) for row in of_house}
    return [
        Holding(purpose=purpose, accounts=found[purpose][0], balance_minor=found[purpose][1])
        for purpose in Purpose
        if purpose in found
    ]


def accounts_page(
    *, viewer: Viewer, purpose: Purpose, page: int = 1, size: int = 20
) -> tuple[list[AccountView], int]:
    """Accounts of a purpose, the greatest balance first, and how many there are."""
    viewer.require(Right.SEE_LEDGER)
    rows = models.Account.objects.filter(program_id=viewer.program_id, purpose=purpose)
    first = (page - 1) * size
    shown = rows.order_by("-balance_minor", "owner_id")[first : first + size]
    return [_view(row) for row in shown], rows.count()


def accounts_after(
    *, viewer: Viewer, purpose: Purpose, owner_id: int, limit: int
) -> list[AccountView]:
    """Accounts of a purpose whose owner's id is greater, by that id."""
    viewer.require(Right.SEE_LEDGER)
    rows = models.Account.objects.filter(
        program_id=viewer.program_id, purpose=purpose, owner_id__gt=owner_id
    )
    return [_view(row) for row in rows.order_by("owner_id")[:limit]]


def find_account(*, viewer: Viewer, account_id: int) -> AccountView:
    """One account; raises NotFound."""
    viewer.require(Right.SEE_LEDGER)
    row = models.Account.objects.filter(program_id=viewer.program_id, id=account_id).first()
    if row is None:
        raise NotFound("There is no such account.")
    return _view(row)


def moves_page(
    *, viewer: Viewer, account_id: int, page: int = 1, size: int = 20
) -> tuple[list[Move], bool]:
    """What came into an account and went out, the newest first, and whether there is more."""
    account = find_account(viewer=viewer, account_id=account_id)
    first = (page - 1) * size
    every = models.Transfer.objects.select_related("posting", "source", "destination")
    newest = [
        every.filter(**{side: account.id}).order_by("-id")[: first + size + 1]
        for side in ("source_id", "destination_id")
    ]
    moved = sorted(chain(*newest), key=attrgetter("id"), reverse=True)
    shown = moved[first : first + size + 1]
    moves = [
        Move(
            posting_id=row.posting_id,
            key=row.posting.key,
            business_on=row.posting.business_on,
            kind=Kind(row.kind),
            amount_minor=-row.amount_minor if row.source_id == account.id else row.amount_minor,
            other=_name(row.destination if row.source_id == account.id else row.source),
            other_id=row.destination_id if row.source_id == account.id else row.source_id,
        )
        for row in shown[:size]
    ]
    return moves, len(shown) > size


def find_posting(*, viewer: Viewer, posting_id: int, limit: int = 100) -> PostingView:
    """Transfers that were written together, the first of them, and whether their digest holds.

    ``is_proved`` is None where there are more of them than are read at once. Raises NotFound.
    """
    viewer.require(Right.SEE_LEDGER)
    row = models.Posting.objects.filter(id=posting_id, program_id=viewer.program_id).first()
    if row is None:
        raise NotFound("There is no such posting.")
    own = models.Transfer.objects.filter(posting_id=row.id).order_by("id")
    count = own.count()
    read = own.values_list(*TOLD)[: _MOST_PROVED if count <= _MOST_PROVED else limit]
    transfers = [transfer_in(each) for each in read]
    digest = bytes(row.digest)
    is_proved = digest_of(business_on=row.business_on, transfers=transfers) == digest
    return PostingView(
        id=row.id,
        key=row.key,
        business_on=row.business_on,
        posted_at=row.posted_at,
        digest=digest.hex(),
        is_proved=is_proved if count <= _MOST_PROVED else None,
        count=count,
        transfers=tuple(transfers[:limit]),
    )


def _view(row: models.Account) -> AccountView:
    held = row.balance_minor
    if held is None:
        held = computed_balances(row.program_id).get(id=row.id).computed
    return AccountView(id=row.id, account=_name(row), balance_minor=held)


def _name(row: models.Account) -> Account:
    return Account(Purpose(row.purpose), row.owner_id)
