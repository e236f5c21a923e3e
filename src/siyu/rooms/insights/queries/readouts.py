"""What the arms of a trial tell: all that was issued against what was held back."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

from siyu.analytics.models import looks, readout
from siyu.analytics.models.looks import Look, Sums
from siyu.rooms.insights.queries.published import publication_of
from siyu.rooms.insights.types import (
    ArmCompared,
    ArmView,
    EffectView,
    LaunchView,
    Portrait,
    Readout,
    ReadoutDay,
)
from siyu.rooms.operations.types import Viewer

_MILLION = 1_000_000


def read_out(*, viewer: Viewer, rows: Sequence[Portrait], launch: LaunchView) -> Readout:
    """What tasks added, from rows of `responses_of` or `seller_responses_of`, by day.

    Before the planned day the intervals hold at every look; from it on the result is read once,
    over the planned days alone.
    """
    draws, is_final = counted_draws(viewer=viewer, rows=rows, launch=launch)
    days = _by_day(draws)
    counted = sorted(days)
    sums = list(accumulate((days[on] for on in counted), _added))
    issued, held = sums[-1] if sums else (Sums(), Sums())
    look = Look(_elapsed(counted), launch.planned_days, is_final)
    bought = looks.shares(treated=issued, control=held)
    spent = looks.amounts(treated=issued, control=held)
    return Readout(
        launch=launch,
        until_on=counted[-1] if counted else None,
        issued=_arm(issued),
        held=_arm(held),
        bought=_effect(bought, look, scale=_MILLION),
        spent=_effect(spent, look),
        days_more=looks.days_more(arms=bought, look=look),
        days=_daily(counted, sums, launch),
    )


def counted_draws(
    *, viewer: Viewer, rows: Sequence[Portrait], launch: LaunchView
) -> tuple[list[Portrait], bool]:
    """The draws that count, and whether the result is final: then those of the plan alone."""
    first_on = launch.launched_on or min((row["drawn_on"] for row in rows), default=None)
    published = publication_of(program_id=viewer.program_id)
    if first_on is None or published is None:
        return list(rows), False
    final_on = first_on + timedelta(days=launch.planned_days)
    if final_on + timedelta(days=launch.horizon_days) > published.as_of:
        return list(rows), False
    return [row for row in rows if row["drawn_on"] < final_on], True


def compare_words(
    *,
    draws: Sequence[Portrait],
    usual: int | None,
    others: Sequence[int],
    launch: LaunchView,
    is_final: bool,
) -> tuple[ArmCompared, ...]:
    """The words of issued draws side by side, by id (None: the usual), the usual ones first.

    The effect of the others is against these; intervals allow for their number.
    """
    elapsed = _elapsed(sorted({row["drawn_on"] for row in draws}))
    base = _sums_of(draws, usual)
    look = Look(elapsed, launch.planned_days, is_final, alpha=readout.ALPHA / max(len(others), 1))
    arms = [ArmCompared(words_id=usual, arm=_arm(base), effect=None, days_more=None)]
    for words_id in others:
        own = _sums_of(draws, words_id)
        shares = looks.shares(treated=own, control=base)
        arms.append(
            ArmCompared(
                words_id=words_id,
                arm=_arm(own),
                effect=_effect(shares, look, scale=_MILLION),
                days_more=looks.days_more(arms=shares, look=look),
            )
        )
    return tuple(arms)


def _elapsed(days: list[date]) -> int:
    return (days[-1] - days[0]).days + 1 if days else 0


_Both = tuple[Sums, Sums]


def _sums(row: Portrait) -> Sums:
    return Sums(row["customers"], row["buyers"], row["spend_minor"], row["spend_squares"])


def _sums_of(draws: Sequence[Portrait], words_id: int | None) -> Sums:
    own = [row for row in draws if row["variant_id"] == words_id]
    return sum(map(_sums, own), Sums())


def _by_day(rows: list[Portrait]) -> dict[date, _Both]:
    days: dict[date, _Both] = {}
    for row in rows:
        pair = (Sums(), _sums(row)) if row["is_held"] else (_sums(row), Sums())
        days[row["drawn_on"]] = _added(days.get(row["drawn_on"], (Sums(), Sums())), pair)
    return days


def _added(one: _Both, other: _Both) -> _Both:
    return one[0] + other[0], one[1] + other[1]


def _arm(sums: Sums) -> ArmView:
    return ArmView(customers=sums.customers, buyers=sums.buyers, spend_minor=sums.spend)


def _effect(arms: looks.Arms | None, look: Look, scale: int = 1) -> EffectView | None:
    found = looks.difference_of(arms=arms, look=look, of_shares=scale == _MILLION)
    if found is None:
        return None
    return EffectView(
        difference=found.difference * scale,
        low=found.low * scale,
        high=found.high * scale,
        p=found.p,
        is_final=look.is_final,
    )


def _daily(counted: list[date], sums: list[_Both], launch: LaunchView) -> tuple[ReadoutDay, ...]:
    """What one would have read on each morning, the interval holding at every look."""
    found = []
    for on, (issued, held) in zip(counted, sums, strict=True):
        look = Look((on - counted[0]).days + 1, launch.planned_days)
        effect = _effect(looks.shares(treated=issued, control=held), look, scale=_MILLION)
        if effect is not None and math.isfinite(effect.low):
            known_on = on + timedelta(days=launch.horizon_days)
            found.append(ReadoutDay(on=known_on, effect=effect))
    return tuple(found)
