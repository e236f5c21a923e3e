"""What is withheld from a payout."""

from collections.abc import Mapping

from siyu.rooms.settlement.rules.withholding import (
    cumulative_tax,
    non_resident_tax,
    per_payment_tax,
)
from siyu.rooms.settlement.types import GapPolicy, PaidMonth, Withholding

_MONTHS_IN_A_NUMBER = 100


def tax_on(
    *,
    gross_fen: int,
    month: int,
    before: Mapping[int, tuple[int, int]],
    withholding: Withholding,
    gap_policy: GapPolicy,
) -> int:
    """What to withhold from a payout, in fen, after what was paid before.

    ``before`` has (income, withheld) of earlier months and of this one, by month such as 202611.
    Never more than the payout.
    """
    income, withheld = before.get(month, (0, 0))
    total = income + gross_fen
    if withholding is Withholding.NONE:
        return 0
    if withholding is Withholding.CUMULATIVE:
        earlier = [
            PaidMonth(month=number % _MONTHS_IN_A_NUMBER, income_fen=paid, withheld_fen=taken)
            for number, (paid, taken) in sorted(before.items())
            if number // _MONTHS_IN_A_NUMBER == month // _MONTHS_IN_A_NUMBER and number < month
        ]
        due = cumulative_tax(
            month=month % _MONTHS_IN_A_NUMBER,
            income_fen=total,
            before=earlier,
            gap_policy=gap_policy,
        )
    elif withholding is Withholding.NON_RESIDENT:
        due = non_resident_tax(total)
    else:
        due = per_payment_tax(total)
    return max(0, min(gross_fen, due - withheld))
