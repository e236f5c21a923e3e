"""Every write of settlement."""

from siyu.rooms.settlement.actions.payees import identify, reseal_payees, set_collector, set_payee
from siyu.rooms.settlement.actions.payouts import (
    approve_payout,
    carry_out_payouts,
    draft_payout,
    withdraw_payout,
)
from siyu.rooms.settlement.actions.periods import close_due, run_settlement, set_terms
from siyu.rooms.settlement.actions.withdrawals import ask_withdrawal, cancel_withdrawal

__all__ = [
    "approve_payout",
    "ask_withdrawal",
    "cancel_withdrawal",
    "carry_out_payouts",
    "close_due",
    "draft_payout",
    "identify",
    "reseal_payees",
    "run_settlement",
    "set_collector",
    "set_payee",
    "set_terms",
    "withdraw_payout",
]
