"""Money is an integer of minor units (fen, pence); this module states its rounding once."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.core import UnknownLocaleError
from babel.numbers import get_currency_precision, list_currencies

from siyu.foundation.errors import BadInput


@lru_cache
def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit (CNY 2, JPY 0), after ISO 4217.

    Raises BadInput for a code that is no currency.
    """
    try:
        known = list_currencies()
    except UnknownLocaleError as error:  # pragma: no cover - babel without its data
        raise BadInput("currency", "The currency table could not be read.") from error
    if currency not in known:
        raise BadInput(
            "currency",
            "{currency} is not an ISO 4217 currency code; write a code such as CNY.",
            currency=currency,
        )
    return get_currency_precision(currency)


def round_half_up(amount: Decimal) -> int:
    """The nearest integer; halves go away from zero, so a refund cancels exactly."""
    return int(amount.to_integral_value(rounding=ROUND_HALF_UP))


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of an amount in major units, rounded half up."""
    return round_half_up(amount.scaleb(exponent(currency)))


def from_minor(minor: int, currency: str) -> Decimal:
    """Major units of an amount in minor units, exact."""
    return Decimal(minor).scaleb(-exponent(currency))


def line_amount(quantity: Decimal, unit_price: Decimal, currency: str) -> int:
    """Minor units of quantity × unit price; the price may be finer than the minor unit."""
    return to_minor(quantity * unit_price, currency)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of a total in proportion to weights that add up to it exactly.

    Largest remainder, the earlier part first among equals; a negative total mirrors the positive
    one. Raises BadInput where weights are negative or add up to nothing.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise BadInput("weights", "Weights must not be negative and must add up to more than 0.")
    size = abs(total)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda index: (-(size * weights[index] % whole), index)
    )
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return parts if total >= 0 else [-part for part in parts]
