"""Why sales moved between two periods: the driver tree (指标拆解)."""

from collections.abc import Iterable
from typing import Any

from siyu.analytics.models.drivers import shares_of_change
from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.insights.types import Comparison, Cut, Span
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import units_under
from siyu.rooms.organization.types import UnitView
from siyu.rooms.reports.types import Counts, Driver, DriverTree, Movement


def drivers_between(
    *, viewer: Viewer, before: Span, now: Span, cut: Cut | None = None, unit_id: int | None = None
) -> DriverTree:
    """The change of net sales between two periods, split exactly.

    ``unit_id`` looks at one unit and those below it, else at all within reach; ``cut`` adds the
    groups, the greatest change first. Raises BadInput where a period ends before it begins,
    NotFound for a unit out of reach and before the first night.
    """
    viewer.require(Right.SEE_OVERVIEW)
    for span, field in ((now, "from"), (before, "against_from")):
        if span.end_on < span.start_on:
            raise BadInput(field, "The period must not end before it begins.")
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        raise NotFound("There are no figures yet; the nightly run counts them.")
    whole = unit_id is None and viewer.scope is Scope.PROGRAM
    parts = tuple(_children(units_under(viewer=viewer), unit_id).items())

    def movements(of: Cut) -> list[Movement]:
        rows = warehouse().movements(
            program_id=viewer.program_id,
            run_id=publication.run_id,
            comparison=Comparison(before=before, now=now, cut=of, units=parts, whole=whole),
        )
        return _movements(rows.to_pylist())

    (total,) = movements(Cut.EVERYTHING) or [_movement("", {})]
    groups = movements(cut) if cut else []
    order = sorted(groups, key=lambda each: (-abs(each.change_minor), each.group_key))
    return DriverTree(before=before, now=now, cut=cut, total=total, groups=tuple(order))


def _children(units: Iterable[UnitView], top_id: int | None) -> dict[int, int]:
    """Each unit at or below the top, with the one directly below the top that holds it."""
    by_id = {unit.id: unit for unit in units}
    if top_id is not None and top_id not in by_id:
        raise NotFound("There is no such org unit within your reach.")
    tops = {top_id} if top_id else {u.id for u in by_id.values() if u.parent_id not in by_id}
    found: dict[int, int] = {}
    for unit in by_id.values():
        path = [unit.id]
        while path[-1] not in tops and by_id[path[-1]].parent_id in by_id:
            path.append(by_id[path[-1]].parent_id or 0)
        if path[-1] in tops:
            found[unit.id] = path[-2] if len(path) > 1 else unit.id
    return found


def _movements(rows: list[dict[str, Any]]) -> list[Movement]:
    by_group: dict[str, dict[bool, Counts]] = {}
    for row in rows:
        counts = Counts(**{name: row[name] for name in Counts.__dataclass_fields__})
        by_group.setdefault(row["group_key"], {})[row["is_now"]] = counts
    return [_movement(key, periods) for key, periods in by_group.items()]


def _movement(group_key: str, periods: dict[bool, Counts]) -> Movement:
    before, now = periods.get(False, Counts()), periods.get(True, Counts())
    factors = (Driver.SELLERS, Driver.BUYERS, Driver.FREQUENCY, Driver.ORDER_VALUE)
    split = shares_of_change(before=before.chain, after=now.chain)
    parts = dict(zip(factors, split, strict=True)) | {
        Driver.HOUSE: now.house_minor - before.house_minor,
        Driver.ANONYMOUS: now.anonymous_minor - before.anonymous_minor,
        Driver.REFUNDS: before.refunds_minor - now.refunds_minor,
    }
    return Movement(group_key=group_key, before=before, now=now, parts=parts)
