"""Which level own sales earn."""

from collections.abc import Sequence

from siyu.rooms.commissions.types import Threshold


def reviewed_place(
    thresholds: Sequence[Threshold],
    *,
    now: int | None,
    growth_minor: int,
    month_minor: int,
    is_protected: bool,
) -> int | None:
    """The place of the level that a seller has after a review; None where she has none.

    It is the highest whose own sales she has reached in all (growth) and which she kept by the
    month's sales. Who has a level falls no lower than the first one, and not at all while she is
    protected: before her level is a whole month old, or in a trial.
    """
    met = [
        place
        for place, each in enumerate(thresholds)
        if growth_minor >= each.reach_minor and month_minor >= each.keep_minor
    ]
    best = max(met, default=None)
    if now is None:
        return best
    if best is None:
        return now if is_protected else 0
    return max(best, now) if is_protected else best
