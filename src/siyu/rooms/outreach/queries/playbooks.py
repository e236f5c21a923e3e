"""Playbooks and what they added."""

import math
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from django.db.models import Count

from siyu.analytics.models import readout
from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.insights.queries import publication_of, responses_of
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.outreach.models import Launch, Playbook, Task
from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.outreach.types import (
    ArmView,
    EffectView,
    LaunchView,
    PlaybookView,
    Readout,
    ReadoutDay,
    TaskState,
)

_MILLION = 1_000_000
_LEAST = 2
# The spend of few buyers says nothing of how far spends lie apart.
_LEAST_BUYERS = 10


def playbooks_of(*, viewer: Viewer, on: date) -> list[PlaybookView]:
    """The program's playbooks by priority, each with the launch in force on a day."""
    _require(viewer)
    return launched(program_id=viewer.program_id, on=on)


def find_playbook(*, viewer: Viewer, playbook_id: int, on: date) -> PlaybookView:
    """One playbook with the launch in force on a day; raises NotFound."""
    found = [each for each in playbooks_of(viewer=viewer, on=on) if each.id == playbook_id]
    if not found:
        raise NotFound("There is no such playbook.")
    return found[0]


def launched(*, program_id: int, on: date) -> list[PlaybookView]:
    """Every playbook of a program by priority, with the last launch not after a day."""
    playbooks = Playbook.objects.filter(program_id=program_id).order_by("priority", "id")
    longest_horizon_days = policy_of(program_id=program_id).hold_window_days
    launches: dict[int, LaunchView] = {}
    rows = Launch.objects.filter(playbook__program_id=program_id)
    for row in sorted(rows, key=lambda each: each.launched_on or date.min):
        if (row.launched_on or date.min) <= on:
            launches[row.playbook_id] = LaunchView(
                launched_on=row.launched_on,
                horizon_days=row.horizon_days,
                planned_days=row.planned_days,
            )
    return [
        PlaybookView(
            id=row.id,
            signal=row.signal,
            name=row.name,
            segment_id=row.segment_id,
            template_code=row.template_code,
            priority=row.priority,
            is_enabled=row.is_enabled,
            launch=launches[row.id],
            longest_horizon_days=longest_horizon_days,
        )
        for row in playbooks
    ]


def work_by_playbook(*, viewer: Viewer, since: date) -> dict[int, dict[str, int]]:
    """How many tasks drawn since a day stand in each state, by playbook."""
    _require(viewer)
    rows = Task.objects.filter(program_id=viewer.program_id, drawn_on__gte=since)
    counts: dict[int, dict[str, int]] = {}
    for playbook_id, state, number in rows.values_list("playbook_id", "state").annotate(
        Count("id")
    ):
        counts.setdefault(playbook_id, {each.value: 0 for each in TaskState})[state] = number
    return counts


def readout_of(*, viewer: Viewer, playbook: PlaybookView) -> Readout:
    """What a playbook added, as the last published night tells it.

    Before the planned day the intervals hold at every look; from it on the result is read once,
    over the planned days alone.
    """
    _require(viewer)
    launch = playbook.launch
    days = _by_day(responses_of(viewer=viewer, signal=playbook.signal))
    published = publication_of(program_id=viewer.program_id)
    first_on = launch.launched_on or min(days, default=None)
    final_on = first_on + timedelta(days=launch.planned_days) if first_on else None
    is_final = bool(
        published and final_on and final_on + timedelta(days=launch.horizon_days) <= published.as_of
    )
    counted = [on for on in sorted(days) if not (is_final and final_on and on >= final_on)]
    sums = list(accumulate((days[on] for on in counted), _added))
    both = sums[-1] if sums else (_NOTHING, _NOTHING)
    elapsed = (counted[-1] - counted[0]).days + 1 if counted else 0
    bought = _shares(both) if _enough(both) else None
    spent = _amounts(both) if min(both[0][1], both[1][1]) >= _LEAST_BUYERS else None
    return Readout(
        launch=launch,
        until_on=counted[-1] if counted else None,
        issued=_arm(both[0]),
        held=_arm(both[1]),
        bought=_effect(bought, launch, elapsed, is_final, scale=_MILLION),
        spent=_effect(spent, launch, elapsed, is_final),
        days_more=_days_more(bought, launch, elapsed),
        days=_daily(counted, sums, launch),
    )


_Sums = tuple[int, int, int, float]
_Both = tuple[_Sums, _Sums]
_Arms = tuple[readout.Arm, readout.Arm]
_NOTHING: _Sums = (0, 0, 0, 0.0)


def _require(viewer: Viewer) -> None:
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("Playbooks belong to a whole program; ask headquarters.")


def _by_day(rows: list[Any]) -> dict[date, _Both]:
    days: dict[date, _Both] = {}
    for row in rows:
        own = (row["customers"], row["buyers"], row["spend_minor"], row["spend_squares"])
        pair = (_NOTHING, own) if row["is_held"] else (own, _NOTHING)
        days[row["drawn_on"]] = _added(days.get(row["drawn_on"], (_NOTHING, _NOTHING)), pair)
    return days


def _added(one: _Both, other: _Both) -> _Both:
    issued, held = (
        (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])
        for a, b in zip(one, other, strict=True)
    )
    return issued, held


def _enough(both: _Both) -> bool:
    return min(both[0][0], both[1][0]) >= _LEAST


def _arm(sums: _Sums) -> ArmView:
    return ArmView(customers=sums[0], buyers=sums[1], spend_minor=sums[2])


def _shares(both: _Both) -> _Arms:
    issued, held = (readout.Arm.of_share(size=each[0], successes=each[1]) for each in both)
    return readout.pooled_shares(treated=issued, control=held)


def _amounts(both: _Both) -> _Arms:
    def arm(sums: _Sums) -> readout.Arm:
        size, _, spend, squares = sums
        mean = spend / size
        return readout.Arm(size, mean, max(squares - size * mean**2, 0.0) / (size - 1))

    return arm(both[0]), arm(both[1])


def _final_variance(arms: _Arms, launch: LaunchView, elapsed: int) -> float:
    """The variance of the difference when the plan is over, both arms growing as until now."""
    now = readout.error_variance(treated=arms[0], control=arms[1])
    return now * elapsed / max(launch.planned_days, elapsed)


def _effect(
    arms: _Arms | None, launch: LaunchView, elapsed: int, is_final: bool, scale: int = 1
) -> EffectView | None:
    if arms is None:
        return None
    issued, held = arms
    if is_final:
        of_shares = scale == _MILLION
        compare = readout.compare_shares_by_score if of_shares else readout.compare_means
        found = compare(treated=issued, control=held)
    else:
        final = _final_variance(arms, launch, elapsed)
        if not final:
            return None
        found = readout.compare_daily(treated=issued, control=held, final_variance=final)
    return EffectView(
        difference=found.difference * scale,
        low=found.low * scale,
        high=found.high * scale,
        p=found.p,
        is_final=is_final,
    )


def _days_more(arms: _Arms | None, launch: LaunchView, elapsed: int) -> int | None:
    final = _final_variance(arms, launch, elapsed) if arms else 0.0
    if arms is None or not final:
        return None
    return readout.days_until_told(
        treated=arms[0], control=arms[1], final_variance=final, days_so_far=elapsed
    )


def _daily(counted: list[date], sums: list[_Both], launch: LaunchView) -> tuple[ReadoutDay, ...]:
    """What one would have read on each morning, the interval holding at every look."""
    found = []
    for on, both in zip(counted, sums, strict=True):
        elapsed = (on - counted[0]).days + 1
        effect = (
            _effect(_shares(both), launch, elapsed, is_final=False, scale=_MILLION)
            if _enough(both)
            else None
        )
        if effect is not None and math.isfinite(effect.low):
            known_on = on + timedelta(days=launch.horizon_days)
            found.append(ReadoutDay(on=known_on, effect=effect))
    return tuple(found)
