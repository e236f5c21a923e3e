"""How long customers go on buying and communities last, by the kind of seller."""

import pyarrow as pa
import pyarrow.compute as pc

from siyu.analytics.models.survival import LIVES, kaplan_meier, log_rank, median_of
from siyu.foundation.errors import BadInput, NotAllowed
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.insights.types import Lookup
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.reports.types import GroupLife, LivesCompared, LivesCut, LivesOf, Survival

_FEWEST = 30
"""A group of fewer lives is not told apart: its band would say nothing."""
_RESULTS = {LivesOf.CUSTOMERS: "lives", LivesOf.COMMUNITIES: "community_lives"}


def lives_of(
    *, viewer: Viewer, of: LivesOf, cut: LivesCut, at_days: tuple[int, ...]
) -> LivesCompared | None:
    """The survival of buying relations or communities by group, with its band at some days.

    By Kaplan and Meier, with a log-rank test between the groups. None before the first night.
    Raises NotAllowed without the whole program, BadInput for customers by theme: only communities
    have one.
    """
    if of is LivesOf.CUSTOMERS and cut is LivesCut.THEME:
        raise BadInput("cut", "Customers have no theme; choose another way to tell them apart.")
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("This looks at the whole program; ask headquarters.")
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return None
    rows = warehouse().read(
        program_id=viewer.program_id,
        run_id=publication.run_id,
        lookup=Lookup(result=_RESULTS[of], where={"cut": cut.value}),
    )
    tables = {key: _lives(rows, key, of) for key in sorted(set(rows["group_key"].to_pylist()))}
    told = {
        key: lives for key, lives in tables.items() if pc.sum(lives["count"]).as_py() >= _FEWEST
    }
    try:
        test = log_rank(kinds=told)
    except BadInput:
        test = None
    return LivesCompared(
        groups=tuple(_group(key, lives, at_days) for key, lives in told.items()),
        p=test.p if test else None,
    )


def _lives(rows: pa.Table, key: str, of: LivesOf) -> pa.Table:
    own = rows.filter(pc.equal(rows["group_key"], key))
    columns = [own["duration_days"].cast(pa.float64()), own["has_ended"], own[of.value]]
    return pa.table(columns, names=LIVES.names)


def _group(key: str, lives: pa.Table, at_days: tuple[int, ...]) -> GroupLife:
    ended = lives.filter(lives["has_ended"])
    curve = kaplan_meier(lives=lives)
    steps = curve.to_pylist()
    return GroupLife(
        group_key=key,
        lives=pc.sum(lives["count"]).as_py(),
        ended=pc.sum(ended["count"]).as_py() or 0,
        median_days=median_of(curve=curve),
        survivals=tuple(_survival(steps, day) for day in at_days),
    )


def _survival(steps: list[dict[str, float]], day: int) -> Survival:
    """The share that goes on longer than some days, and its band: 1 before anything ended."""
    last = next((step for step in reversed(steps) if step["duration"] <= day), None)
    if last is None:
        return Survival(day=day, share=1.0, low=1.0, high=1.0)
    return Survival(day=day, share=last["survival"], low=last["low"], high=last["high"])
