"""Every read of settlement."""

from siyu.rooms.settlement.queries.payees import (
    asks_to_be_paid,
    balances_of_payees,
    collected_by,
    collector_of,
    find_payee,
    own_balances,
    own_collector,
    own_payee,
    own_withdrawal,
    owner_names,
    payees_of,
)
from siyu.rooms.settlement.queries.payouts import own_payouts, paid_before, payout_items, payouts_of
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
    "asks_to_be_paid",
    "balances_of_payees",
    "closings_of",
    "collected_by",
    "collector_of",
    "find_payee",
    "find_statement",
    "own_balances",
    "own_collector",
    "own_payee",
    "own_payouts",
    "own_statements",
    "own_withdrawal",
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
