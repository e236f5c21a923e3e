"""What playbooks and their words added."""

import math
from datetime import date, timedelta
from itertools import accumulate

from siyu.analytics.models import readout
from siyu.rooms.insights.queries import publication_of, responses_of
from siyu.rooms.insights.types import Portrait
from siyu.rooms.operations.types import Viewer
from siyu.rooms.outreach.queries.playbooks import require_program
from siyu.rooms.outreach.queries.variants import variants_of
from siyu.rooms.outreach.types import (
    ArmView,
    EffectView,
    LaunchView,
    PlaybookView,
    Readout,
    ReadoutDay,
    Trial,
    TrialArm,
    VariantView,
)

_MILLION = 1_000_000
_LEAST = 2
# The spend of few buyers says nothing of how far spends lie apart.
_LEAST_BUYERS = 10


def readout_of(*, viewer: Viewer, playbook: PlaybookView) -> Readout:
    """What a playbook added, as the last published night tells it.

    Before the planned day the intervals hold at every look; from it on the result is read once,
    over the planned days alone.
    """
    require_program(viewer)
    launch = playbook.launch
    rows, is_final = _counted(viewer, playbook)
    days = _by_day(rows)
    counted = sorted(days)
    sums = list(accumulate((days[on] for on in counted), _added))
    both = sums[-1] if sums else (_NOTHING, _NOTHING)
    elapsed = _elapsed(counted)
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


def trials_of(*, viewer: Viewer, playbook: PlaybookView) -> tuple[Trial, ...]:
    """The words that each market of a playbook tries, as the last published night tells them.

    All issued tasks count, done or not; intervals hold as those of `readout_of`, all of a market
    together.
    """
    require_program(viewer)
    variants = variants_of(playbook_id=playbook.id)
    rows, is_final = _counted(viewer, playbook)
    issued = [row for row in rows if not row["is_held"]]
    return tuple(
        _trial(
            [each for each in variants if each.market_id == market_id],
            [row for row in issued if row["market_id"] == market_id],
            playbook.launch,
            is_final,
        )
        for market_id in dict.fromkeys(each.market_id for each in variants)
    )


def _trial(
    variants: list[VariantView], rows: list[Portrait], launch: LaunchView, is_final: bool
) -> Trial:
    begun_on = max(each.since_on for each in variants)
    rows = [row for row in rows if row["drawn_on"] >= begun_on]
    elapsed = _elapsed(sorted({row["drawn_on"] for row in rows}))
    usual = next((each for each in variants if each.is_adopted), None)
    others = [each for each in variants if not each.is_adopted]
    base = _sums_of(rows, usual)
    arms = [TrialArm(variant=usual, arm=_arm(base), effect=None, days_more=None)]
    alpha = readout.ALPHA / max(len(others), 1)
    for variant in others:
        both = (_sums_of(rows, variant), base)
        shares = _shares(both) if _enough(both) else None
        arms.append(
            TrialArm(
                variant=variant,
                arm=_arm(both[0]),
                effect=_effect(shares, launch, elapsed, is_final, scale=_MILLION, alpha=alpha),
                days_more=_days_more(shares, launch, elapsed, alpha=alpha),
            )
        )
    return Trial(market_id=variants[0].market_id, arms=tuple(arms))


def _counted(viewer: Viewer, playbook: PlaybookView) -> tuple[list[Portrait], bool]:
    """The draws that count, and whether the result is final: then those of the plan alone."""
    rows = responses_of(viewer=viewer, signal=playbook.signal)
    launch = playbook.launch
    first_on = launch.launched_on or min((row["drawn_on"] for row in rows), default=None)
    published = publication_of(program_id=viewer.program_id)
    if first_on is None or published is None:
        return rows, False
    final_on = first_on + timedelta(days=launch.planned_days)
    if final_on + timedelta(days=launch.horizon_days) > published.as_of:
        return rows, False
    return [row for row in rows if row["drawn_on"] < final_on], True


def _elapsed(days: list[date]) -> int:
    return (days[-1] - days[0]).days + 1 if days else 0


_Sums = tuple[int, int, int, float]
_Both = tuple[_Sums, _Sums]
_Arms = tuple[readout.Arm, readout.Arm]
_NOTHING: _Sums = (0, 0, 0, 0.0)


def _sums_of(rows: list[Portrait], variant: VariantView | None) -> _Sums:
    """Of those who got a variant's words (None: the usual ones)."""
    own = [row for row in rows if row["variant_id"] == (variant.id if variant else None)]
    return (
        sum(row["customers"] for row in own),
        sum(row["buyers"] for row in own),
        sum(row["spend_minor"] for row in own),
        sum(row["spend_squares"] for row in own),
    )


def _by_day(rows: list[Portrait]) -> dict[date, _Both]:
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
    arms: _Arms | None,
    launch: LaunchView,
    elapsed: int,
    is_final: bool,
    scale: int = 1,
    alpha: float = readout.ALPHA,
) -> EffectView | None:
    if arms is None:
        return None
    issued, held = arms
    if is_final:
        of_shares = scale == _MILLION
        compare = readout.compare_shares_by_score if of_shares else readout.compare_means
        found = compare(treated=issued, control=held, alpha=alpha)
    else:
        final = _final_variance(arms, launch, elapsed)
        if not final:
            return None
        found = readout.compare_daily(
            treated=issued, control=held, final_variance=final, alpha=alpha
        )
    return EffectView(
        difference=found.difference * scale,
        low=found.low * scale,
        high=found.high * scale,
        p=found.p,
        is_final=is_final,
    )


def _days_more(
    arms: _Arms | None, launch: LaunchView, elapsed: int, alpha: float = readout.ALPHA
) -> int | None:
    final = _final_variance(arms, launch, elapsed) if arms else 0.0
    if arms is None or not final:
        return None
    return readout.days_until_told(
        treated=arms[0], control=arms[1], final_variance=final, days_so_far=elapsed, alpha=alpha
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
