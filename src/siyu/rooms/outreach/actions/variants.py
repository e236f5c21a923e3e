from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction

from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.content.actions import write_template
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import units_under
from siyu.rooms.outreach.actions.editing import (
    checked_name,
    editable,
    launch_from_tomorrow,
    note,
)
from siyu.rooms.outreach.models import Playbook, Variant
from siyu.rooms.outreach.queries.playbooks import launched
from siyu.rooms.outreach.queries.policy import policy_of

_MOST_VARIANTS = 4
_ENDED = "There is no such variant, or it has ended."


@transaction.atomic
def add_variant(
    *,
    viewer: Viewer,
    playbook_id: int,
    name: str,
    market_id: int | None,
    texts: Mapping[str, str],
    today: date,
) -> int:
    """Try other words of a playbook in a market from tomorrow on; returns the variant's id.

    Of the customers of the market's sellers each gets one of the words by lot, the usual ones as
    often as every other. The playbook is counted anew from tomorrow, since what is tried changes.
    Raises BadInput for words or a market that are none, and for more variants than a market can
    tell apart; NotFound outside the program.
    """
    playbook = editable(viewer=viewer, playbook_id=playbook_id)
    name = checked_name(name)
    if market_id is not None and market_id not in {unit.id for unit in units_under(viewer=viewer)}:
        raise BadInput("market", "There is no such org unit; choose another.")
    tried = Variant.objects.filter(playbook=playbook, market_id=market_id, ended_on=None)
    if tried.count() >= _MOST_VARIANTS:
        raise BadInput(
            "market",
            "A market tries {most} variants at most; end one of them first.",
            most=_MOST_VARIANTS,
        )
    variant = Variant.objects.create(
        playbook=playbook, market_id=market_id, name=name, since_on=today + timedelta(days=1)
    )
    for language, text in texts.items():
        write_template(
            program_id=viewer.program_id,
            code=variant.template_code,
            language=language,
            text=text.strip(),
        )
    _count_anew(viewer, playbook, today, "add variant")
    return variant.id


@transaction.atomic
def adopt_variant(*, viewer: Viewer, variant_id: int, today: date) -> int:
    """Make a variant the usual words of its market from tomorrow on; returns its playbook's id.

    The market's other variants end, and the playbook is counted anew. Raises NotFound for a
    variant that is none, or has ended.
    """
    playbook, variant = _on_trial(viewer, variant_id)
    others = Variant.objects.filter(playbook=playbook, market_id=variant.market_id, ended_on=None)
    others.exclude(id=variant.id).update(ended_on=today + timedelta(days=1))
    variant.adopted_on = today + timedelta(days=1)
    variant.save()
    _count_anew(viewer, playbook, today, "adopt variant")
    return playbook.id


@transaction.atomic
def end_variant(*, viewer: Viewer, variant_id: int, today: date) -> int:
    """Use a variant no more from tomorrow on; returns its playbook's id.

    The playbook is counted anew. Raises NotFound for a variant that is none, or has ended.
    """
    playbook, variant = _on_trial(viewer, variant_id)
    variant.ended_on = today + timedelta(days=1)
    variant.save()
    _count_anew(viewer, playbook, today, "end variant")
    return playbook.id


def _on_trial(viewer: Viewer, variant_id: int) -> tuple[Playbook, Variant]:
    viewer.require(Right.EDIT_PLAYBOOKS)
    own = Variant.objects.filter(playbook__program_id=viewer.program_id, ended_on=None)
    playbook_id = own.filter(id=variant_id).values_list("playbook_id", flat=True).first()
    if playbook_id is None:
        raise NotFound(_ENDED)
    playbook = editable(viewer=viewer, playbook_id=playbook_id)
    variant = own.filter(id=variant_id).first()
    if variant is None:
        raise NotFound(_ENDED)
    return playbook, variant


def _count_anew(viewer: Viewer, playbook: Playbook, today: date, action: str) -> None:
    longest = policy_of(program_id=viewer.program_id).hold_window_days
    known = launched(program_id=viewer.program_id, on=today + timedelta(days=1))
    launch = next(each.launch for each in known if each.id == playbook.id)
    launch_from_tomorrow(
        viewer=viewer,
        playbook=playbook,
        horizon_days=min(launch.horizon_days, longest),
        planned_days=launch.planned_days,
        today=today,
    )
    note(viewer=viewer, playbook=playbook, action=action)
