"""The rules of settling: when periods end, and what is withheld from persons."""

from siyu.rooms.settlement.rules.payouts import tax_on
from siyu.rooms.settlement.rules.periods import end_of_period
from siyu.rooms.settlement.rules.withholding import (
    cumulative_tax,
    gross_of,
    non_resident_tax,
    per_payment_tax,
    sales_tax,
)

__all__ = [
    "cumulative_tax",
    "end_of_period",
    "gross_of",
    "non_resident_tax",
    "per_payment_tax",
    "sales_tax",
    "tax_on",
]
