from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from siyu.rooms.operations.queries import any_of
from siyu.rooms.sellers.models import LevelPeriod
from siyu.rooms.sellers.types import LevelFrom, LevelReason, Trial


def levels_of_sellers(*, seller_ids: Iterable[int]) -> dict[int, list[tuple[date, str]]]:
    """(first day, level) of each seller's levels, the earliest first."""
    rows = LevelPeriod.objects.filter(seller_id__in=any_of(values=set(seller_ids)))
    return {
        seller_id: [(each.from_on, each.level) for each in own]
        for seller_id, own in _by_seller(rows).items()
    }


def levels_held(
    *, program_id: int, day: date, seller_id: int | None = None
) -> dict[int, LevelFrom]:
    """The level of each seller of a program, or of one of them, on a day."""
    rows = LevelPeriod.objects.filter(seller__program_id=program_id, from_on__lte=day)
    if seller_id is not None:
        rows = rows.filter(seller_id=seller_id)
    held = {}
    for owner_id, own in _by_seller(rows).items():
        begun = [each for each in own if each.from_on <= day]
        held[owner_id] = begun[-1]
    return held


def level_on(*, seller_id: int, day: date) -> str | None:
    """The level that a seller has on a day; None before she has any."""
    begun = [
        level
        for from_on, level in levels_of_sellers(seller_ids=[seller_id]).get(seller_id, [])
        if from_on <= day
    ]
    return begun[-1] if begun else None


def trials_since(*, program_id: int, day: date) -> list[LevelFrom]:
    """Levels whose trial is over on a day or later, by seller."""
    rows = LevelPeriod.objects.filter(seller__program_id=program_id, trial_over_on__gte=day)
    return [_level(row) for row in rows.order_by("seller_id", "from_on", "id")]


def _by_seller(rows: QuerySet[LevelPeriod]) -> dict[int, list[LevelFrom]]:
    """Levels by seller in the order in which they count, with falls at the end of trials."""
    found: dict[int, list[LevelFrom]] = {}
    for row in rows.order_by("seller_id", "from_on", "id"):
        own = found.setdefault(row.seller_id, [])
        _fall_before(own, row.from_on)
        own.append(_level(row))
    for own in found.values():
        _fall_before(own, date.max)
    return found


def _fall_before(own: list[LevelFrom], day: date) -> None:
    """Add the fall of the last level, where its trial is over and not passed before a day."""
    trial = own[-1].trial if own else None
    if trial is not None and not trial.is_passed and trial.over_on < day:
        own.append(
            LevelFrom(
                seller_id=own[-1].seller_id,
                level=trial.falls_to,
                from_on=trial.over_on,
                reason=LevelReason.TRIAL_OVER,
            )
        )


def _level(row: LevelPeriod) -> LevelFrom:
    trial = None
    if row.trial_over_on is not None:
        trial = Trial(
            over_on=row.trial_over_on,
            earn_minor=row.earn_minor,
            falls_to=row.falls_to,
            is_passed=row.is_passed,
        )
    return LevelFrom(
        id=row.id,
        seller_id=row.seller_id,
        level=row.level,
        from_on=row.from_on,
        reason=LevelReason(row.reason),
        trial=trial,
    )
