"""Line keys, which earlier lines a return gives back, and what refunds leave of lines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from siyu.foundation.crypto import digest
from siyu.foundation.money import round_half_up, split
from siyu.rooms.orders.types import SOLD

_MILLI = 1_000


def occurrence_keys(contents: Iterable[tuple[object, ...]]) -> list[tuple[str, bytes]]:
    """(key, digest of the content) of each line of one order that has no id.

    The key is content and occurrence: identical lines inside one order are real, so the second
    is another line than the first.
    """
    seen: Counter[bytes] = Counter()
    keys = []
    for content in contents:
        name = digest(*content)
        seen[name] += 1
        keys.append((f"{name.hex()}:{seen[name]}", name))
    return keys


@dataclass(frozen=True)
class Returnable:
    """An earlier line and what of it is not yet given back, newest line first in a list."""

    line_id: int
    order_id: int
    unit_price: Decimal
    quantity: Decimal
    amount_minor: int


@dataclass(frozen=True)
class ReturnPart:
    """A part of a return: the line it gives back (None: no line was found) and how much."""

    line_id: int | None
    order_id: int | None
    quantity: Decimal
    amount_minor: int


def match_return(
    *, quantity: Decimal, unit_price: Decimal, amount_minor: int, earlier: Sequence[Returnable]
) -> list[ReturnPart]:
    """Which earlier lines of the same customer and product a return gives back.

    Lines of the same unit price come first, then the newest; each gives back at most what is
    left of it. What fits no line stays as a part without one. The parts' quantities and amounts
    add up to the return's exactly.
    """
    takes: list[tuple[Returnable | None, Decimal]] = []
    left = quantity
    for line in sorted(earlier, key=lambda line: line.unit_price != unit_price):
        taken = min(left, line.quantity)
        if taken > 0 and line.amount_minor > 0:
            takes.append((line, taken))
            left -= taken
    if left > 0:
        takes.append((None, left))
    amounts = split(amount_minor, [int(taken * _MILLI) for _, taken in takes])
    parts, beyond = [], 0
    for (given_back, taken), amount in zip(takes, amounts, strict=True):
        if given_back is None:
            parts.append(ReturnPart(None, None, taken, amount))
            continue
        fits = min(amount, given_back.amount_minor)
        beyond += amount - fits
        parts.append(ReturnPart(given_back.line_id, given_back.order_id, taken, fits))
    if beyond:
        parts.append(ReturnPart(None, None, Decimal(0), beyond))
    return parts


class SoldLine(NamedTuple):
    """A line with what its order says, as it was sold."""

    line_id: int
    order_id: int
    customer_id: int | None
    product_id: int
    source: str
    at: datetime
    business_on: date
    quantity: Decimal
    amount_minor: int
    is_void: bool
    status: str


class Refunded(NamedTuple):
    """What a refund gave back of a line."""

    line_id: int
    quantity: Decimal
    amount_minor: int


def left_of(*, lines: Iterable[SoldLine], refunds: Iterable[Refunded]) -> list[dict[str, Any]]:
    """Each line as a row of SOLD_LINES, with what refunds leave of it; never below 0.

    Of its pieces as large a part is left as of its money, for a refund may give back a part of the
    price; of a gift what was not returned.
    """
    quantity: dict[int, Decimal] = defaultdict(Decimal)
    amount: dict[int, int] = defaultdict(int)
    for refund in refunds:
        quantity[refund.line_id] += refund.quantity
        amount[refund.line_id] += refund.amount_minor
    return [_left_of_one(line, quantity[line.line_id], amount[line.line_id]) for line in lines]


def _left_of_one(line: SoldLine, quantity: Decimal, amount_minor: int) -> dict[str, Any]:
    counts = not line.is_void and line.status in SOLD
    paid = max(0, line.amount_minor - amount_minor) if counts else 0
    pieces = line.quantity - quantity
    if line.amount_minor:
        pieces = line.quantity * paid / line.amount_minor
    milli = max(0, round_half_up(pieces * _MILLI)) if counts else 0
    told = {name: getattr(line, name) for name in _TOLD}
    return {**told, "quantity_milli": milli, "paid_minor": paid}


_TOLD = ("line_id", "order_id", "customer_id", "product_id", "source", "at", "business_on")
