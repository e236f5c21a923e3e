"""How far the tree of invitations reaches, and what the law has against that."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from siyu.rooms.plans.rules.law import finding
from siyu.rooms.plans.types import Finding, Invited, Severity, TreeFigures

_LEVELS, _PERSONS = 3, 30
_NEAR_PERSONS = 20
_MANY_PERSONS, _MANY_SANCTIONED = 120, 60
_MUCH_COLLECTED_FEN = 2_500_000_00


def figures_of(sellers: Collection[Invited], *, organiser_is_root: bool = True) -> TreeFigures:
    """Levels and persons of all trees together, the organiser counted where she is the root.

    Over edges that pay, only persons count whom such an edge touches. Those who left are to be
    given too, as long as anybody is paid over them; titles play no part.
    """
    above = {each.seller_id: each.invited_by_id for each in sellers}
    paying = {each.seller_id: each.invited_by_id for each in sellers if each.pays_upwards}
    touched = {seller for seller, inviter in paying.items() if inviter is not None}
    touched |= {inviter for inviter in paying.values() if inviter is not None}
    root = int(organiser_is_root and bool(sellers))
    return TreeFigures(
        paid_levels=max(_longest(touched, paying), min(1, len(sellers))) + root,
        paid_persons=len(touched) + root,
        levels=_longest(above, above) + root,
        persons=len(above) + root,
    )


def lint_tree(
    figures: TreeFigures, *, collected_fen: int = 0, was_sanctioned: bool = False
) -> list[Finding]:
    """What speaks against paying over a tree; ``collected_fen`` was taken from its persons."""
    found = []
    paid: dict[str, Any] = {"levels": figures.paid_levels, "persons": figures.paid_persons}
    is_pyramid = figures.paid_levels >= _LEVELS
    if is_pyramid and figures.paid_persons >= _PERSONS:
        found.append(finding("CPL-008", Severity.BLOCK, "tree", **paid))
    if is_pyramid and (
        figures.paid_persons >= _MANY_PERSONS
        or collected_fen >= _MUCH_COLLECTED_FEN
        or (was_sanctioned and figures.paid_persons >= _MANY_SANCTIONED)
    ):
        found.append(finding("CPL-010", Severity.BLOCK, "tree", **paid))
    if is_pyramid and figures.paid_persons < _PERSONS:
        found.append(finding("CPL-009", Severity.HIGH, "tree", in_doubt=True, **paid))
    every: dict[str, Any] = {"levels": figures.levels, "persons": figures.persons}
    if not is_pyramid and figures.levels >= _LEVELS and figures.persons >= _NEAR_PERSONS:
        found.append(finding("CPL-009", Severity.WARN, "tree", **every))
    return found


def _longest(sellers: Iterable[int], above: Mapping[int, int | None]) -> int:
    """The number of sellers on the longest chain; one that closes on itself is cut once."""
    below = defaultdict(list)
    tops = []
    everyone = sorted(sellers)
    for seller in everyone:
        inviter = above.get(seller)
        if inviter is None:
            tops.append(seller)
        else:
            below[inviter].append(seller)
    level: dict[int, int] = {}
    for top in [*tops, *(inviter for inviter in below if inviter not in above), *everyone]:
        if top in level:
            continue
        level[top] = 1
        waiting = [top]
        while waiting:
            inviter = waiting.pop()
            for seller in below[inviter]:
                if seller not in level:
                    level[seller] = level[inviter] + 1
                    waiting.append(seller)
    return max(level.values(), default=0)
