"""Levels of sellers, as reviews and changes of plan set them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Viewer
from siyu.rooms.sellers.models import LevelPeriod
from siyu.rooms.sellers.types import LevelFrom

_ROWS_AT_ONCE = 1_000


def set_levels(
    *, viewer: Viewer | None, levels: Sequence[LevelFrom], source_id: int | None, at: datetime
) -> None:
    """Give sellers levels from days on; ``source_id`` is of what may take them back."""
    LevelPeriod.objects.bulk_create(
        [
            LevelPeriod(
                seller_id=each.seller_id,
                level=each.level,
                from_on=each.from_on,
                reason=each.reason,
                trial_over_on=each.trial.over_on if each.trial else None,
                earn_minor=each.trial.earn_minor if each.trial else 0,
                falls_to=each.trial.falls_to if each.trial else "",
                source_id=source_id,
                set_by_id=viewer.staff_id if viewer else None,
                set_at=at,
            )
            for each in levels
        ],
        batch_size=_ROWS_AT_ONCE,
    )


def take_back_levels(*, source_id: int) -> int:
    """Take back every level that one source gave; returns how many."""
    number, _ = LevelPeriod.objects.filter(source_id=source_id).delete()
    return number


def judge_trials(*, passed: Collection[int], failed: Collection[int]) -> None:
    """Say of levels on trial, by their ids, which are earned by now and which are not."""
    LevelPeriod.objects.filter(id__in=any_of(values=set(passed))).update(is_passed=True)
    LevelPeriod.objects.filter(id__in=any_of(values=set(failed))).update(is_passed=False)
