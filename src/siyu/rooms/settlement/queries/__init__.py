"""Every read of settlement."""

from siyu.rooms.settlement.queries.payees import (
    balances_of_payees,
    find_payee,
    own_balances,
    own_payee,
    owner_names,
    payees_of,
)
from siyu.rooms.settlement.queries.payouts import paid_before, payout_items, payouts_of
from siyu.rooms.settlement.queries.statements import (
    closings_of,
    find_statement,
    own_statements,
    statement_lines,
    statements_after,
    statements_page,
    terms_of,
)

__all__ = [
    "balances_of_payees",
    "closings_of",
    "find_payee",
    "find_statement",
    "own_balances",
    "own_payee",
    "own_statements",
    "owner_names",
    "paid_before",
    "payees_of",
    "payout_items",
    "payouts_of",
    "statement_lines",
    "statements_after",
    "statements_page",
    "terms_of",
]
