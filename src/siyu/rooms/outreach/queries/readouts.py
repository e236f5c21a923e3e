"""What playbooks and their words added."""

import math
from datetime import date, timedelta
from itertools import accumulate

from siyu.analytics.models import looks, readout
from siyu.analytics.models.looks import Look, Sums
from siyu.rooms.insights.queries import publication_of, responses_of
from siyu.rooms.insights.types import Portrait
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import today_in, units_below
from siyu.rooms.outreach.queries.playbooks import require_program
from siyu.rooms.outreach.queries.variants import variants_of
from siyu.rooms.outreach.rules import usual_words
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


def trials_of(*, viewer: Viewer, playbook: PlaybookView) -> tuple[Trial, ...]:
    """The words that each market of a playbook tries, as the last published night tells them.

    All issued tasks count, done or not; intervals hold as those of `readout_of`, all of a market
    together.
    """
    require_program(viewer)
    published = publication_of(program_id=viewer.program_id)
    on = published.as_of if published else today_in(program_id=viewer.program_id)
    variants = {each.id: each for each in variants_of(playbook_id=playbook.id, on=on)}
    adopted = {
        each.market_id: each.id
        for each in variants.values()
        if each.adopted_on and each.adopted_on <= on
    }
    below = units_below(viewer=viewer)
    rows, is_final = _counted(viewer, playbook)
    issued = [row for row in rows if not row["is_held"]]
    trials: list[Trial] = []
    for market_id in dict.fromkeys(each.market_id for each in variants.values()):
        usual = usual_words(adopted=adopted, market_id=market_id, below=below)
        own = [each for each in variants.values() if each.market_id == market_id]
        arms = _arms_of(
            variants.get(usual or 0),
            [each for each in own if each.id not in adopted.values()],
            [row for row in issued if row["market_id"] == market_id],
            max((each.since_on for each in own if each.since_on <= on), default=on),
            playbook.launch,
            is_final,
        )
        trials.append(Trial(market_id=market_id, arms=arms))
    return tuple(trials)


def _arms_of(
    usual: VariantView | None,
    others: list[VariantView],
    issued: list[Portrait],
    begun_on: date,
    launch: LaunchView,
    is_final: bool,
) -> tuple[TrialArm, ...]:
    rows = [row for row in issued if row["drawn_on"] >= begun_on]
    elapsed = _elapsed(sorted({row["drawn_on"] for row in rows}))
    base = _sums_of(rows, usual)
    look = Look(elapsed, launch.planned_days, is_final, alpha=readout.ALPHA / max(len(others), 1))
    arms = [TrialArm(variant=usual, arm=_arm(base), effect=None, days_more=None)]
    for variant in others:
        own = _sums_of(rows, variant)
        shares = looks.shares(treated=own, control=base)
        arms.append(
            TrialArm(
                variant=variant,
                arm=_arm(own),
                effect=_effect(shares, look, scale=_MILLION),
                days_more=looks.days_more(arms=shares, look=look),
            )
        )
    return tuple(arms)


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


_Both = tuple[Sums, Sums]


def _sums(row: Portrait) -> Sums:
    return Sums(row["customers"], row["buyers"], row["spend_minor"], row["spend_squares"])


def _sums_of(rows: list[Portrait], variant: VariantView | None) -> Sums:
    """Of those who got a variant's words (None: the usual ones)."""
    own = [row for row in rows if row["variant_id"] == (variant.id if variant else None)]
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
