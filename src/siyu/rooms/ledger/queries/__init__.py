"""Every read of the ledger."""

from siyu.rooms.ledger.queries.balances import balances_of, ids_of
from siyu.rooms.ledger.queries.explorer import (
    accounts_after,
    accounts_page,
    find_account,
    find_posting,
    holdings,
    moves_page,
)
from siyu.rooms.ledger.queries.proof import prove_ledger
from siyu.rooms.ledger.queries.transfers import transfers_of

__all__ = [
    "accounts_after",
    "accounts_page",
    "balances_of",
    "find_account",
    "find_posting",
    "holdings",
    "ids_of",
    "moves_page",
    "prove_ledger",
    "transfers_of",
]
