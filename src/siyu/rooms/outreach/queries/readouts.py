"""What playbooks and their words added."""

from collections.abc import Mapping

from siyu.rooms.insights.queries import (
    compare_words,
    counted_draws,
    publication_of,
    read_out,
    responses_of,
)
from siyu.rooms.insights.types import ArmCompared, Readout
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import today_in, units_below
from siyu.rooms.outreach.queries.playbooks import require_program
from siyu.rooms.outreach.queries.variants import variants_of
from siyu.rooms.outreach.rules import usual_words
from siyu.rooms.outreach.types import PlaybookView, Trial, TrialArm, VariantView


def readout_of(*, viewer: Viewer, playbook: PlaybookView) -> Readout:
    """What a playbook added, as the last published night tells it; see `read_out`."""
    require_program(viewer)
    return read_out(
        viewer=viewer,
        rows=responses_of(viewer=viewer, signal=playbook.signal),
        launch=playbook.launch,
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
    rows = responses_of(viewer=viewer, signal=playbook.signal)
    draws, is_final = counted_draws(viewer=viewer, rows=rows, launch=playbook.launch)
    issued = [row for row in draws if not row["is_held"]]
    trials: list[Trial] = []
    for market_id in dict.fromkeys(each.market_id for each in variants.values()):
        usual = usual_words(adopted=adopted, market_id=market_id, below=below)
        own = [each for each in variants.values() if each.market_id == market_id]
        begun_on = max((each.since_on for each in own if each.since_on <= on), default=on)
        arms = compare_words(
            draws=[
                row
                for row in issued
                if row["market_id"] == market_id and row["drawn_on"] >= begun_on
            ],
            usual=usual,
            others=[each.id for each in own if each.id not in adopted.values()],
            launch=playbook.launch,
            is_final=is_final,
        )
        trials.append(Trial(market_id=market_id, arms=tuple(_told(arm, variants) for arm in arms)))
    return tuple(trials)


def _told(arm: ArmCompared, variants: Mapping[int, VariantView]) -> TrialArm:
    return TrialArm(
        variant=variants.get(arm.words_id or 0),
        arm=arm.arm,
        effect=arm.effect,
        days_more=arm.days_more,
    )
