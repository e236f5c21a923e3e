"""Who serves a customer when; safe outside keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from siyu.foundation.crypto import phone_in


@dataclass(frozen=True)
class Tie:
    """One follow: whether the source says that it serves (None: it does not say), and when."""

    says_serving: bool | None
    followed_at: datetime
    ended_at: datetime | None


def serving_periods(ties: Sequence[Tie]) -> list[tuple[datetime, datetime | None] | None]:
    """When each tie serves, half open; None where it never does.

    ``ties`` are one customer's, ordered by ``followed_at``. A tie that says it serves takes over
    from the one before; a tie that does not say serves if nobody does when it begins. So at any
    moment at most one serves.
    """
    periods: list[tuple[datetime, datetime | None] | None] = [None] * len(ties)
    serving: int | None = None
    for index, tie in enumerate(ties):
        current = periods[serving] if serving is not None else None
        is_free = current is None or (current[1] is not None and current[1] <= tie.followed_at)
        if not (tie.says_serving or (tie.says_serving is None and is_free)):
            continue
        if serving is not None and current is not None and not is_free:
            begins = current[0]
            # Two that begin together: the later one of the file serves, the other never did.
            periods[serving] = None if begins == tie.followed_at else (begins, tie.followed_at)
        periods[index] = (tie.followed_at, tie.ended_at)
        serving = index
    return periods


def one_form(key: str) -> str:
    """An outside key in one form: phone numbers come with and without prefixes."""
    phone = phone_in(key)
    return f"tel:{phone}" if phone else key
