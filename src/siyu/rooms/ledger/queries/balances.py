"""What accounts hold."""

from collections.abc import Collection
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from siyu.rooms.ledger import models
from siyu.rooms.ledger.types import Account, Purpose
from siyu.rooms.operations.queries import any_of


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
        for row in computed_balances(program_id).filter(id__in=any_of(values=ids.values()))
    }
    return {account: held[ids[account]] if account in ids else 0 for account in accounts}


def computed_balances(program_id: int) -> Any:
    """Accounts with what their transfers come to; one statement, so one moment is seen."""
    return models.Account.objects.filter(program_id=program_id).annotate(
        computed=_moved("destination") - _moved("source")
    )


def _moved(side: str) -> Coalesce:
    own = models.Transfer.objects.filter(**{side: OuterRef("pk")})
    total = own.order_by().values(side).annotate(total=Sum("amount_minor")).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=BigIntegerField())
