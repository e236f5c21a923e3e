"""Who gets a line: the serving seller, else the order's own, else the store."""

from collections.abc import Sequence
from datetime import datetime

from siyu.rooms.credit.types import Basis

Period = tuple[datetime, datetime | None, int, int]
"""A serving period: from, until (exclusive, None: still), seller id, follow id."""


def credit_of(
    *, at: datetime, periods: Sequence[Period], own_seller_id: int | None, unit_id: int | None
) -> tuple[Basis, int | None, int | None]:
    """(basis, seller id, id of the follow that is the evidence) of a line sold at a moment."""
    for begins, ends, seller_id, follow_id in periods:
        if begins <= at and (ends is None or at < ends):
            return Basis.SERVING, seller_id, follow_id
    if own_seller_id is not None:
        return Basis.ORDER, own_seller_id, None
    return (Basis.NONE if unit_id is None else Basis.STORE), None, None
