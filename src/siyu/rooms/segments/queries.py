"""Every read of segments."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import msgspec
import pyarrow as pa
from django.db.models import OuterRef, Subquery

from siyu.analytics.conditions import Audience, Condition
from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.customers.queries import find_customer
from siyu.rooms.insights import queries as insights
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import owner_viewer, units_below
from siyu.rooms.segments.models import Segment, SegmentSize
from siyu.rooms.segments.rules import check
from siyu.rooms.segments.types import SegmentDay, SegmentView


def segments_of(*, viewer: Viewer) -> list[SegmentView]:
    """The program's segments by name. Raises NotAllowed without the whole program."""
    _require(viewer)
    rows = Segment.objects.filter(program_id=viewer.program_id, archived_at=None)
    return _views(list(rows.order_by("name")))


def find_segment(*, viewer: Viewer, segment_id: int) -> SegmentView:
    """One segment; raises NotFound."""
    _require(viewer)
    rows = Segment.objects.filter(id=segment_id, program_id=viewer.program_id, archived_at=None)
    if not rows:
        raise NotFound("There is no such segment.")
    return _views(list(rows))[0]


def days_of_segment(*, viewer: Viewer, segment_id: int, since: date) -> list[SegmentDay]:
    """How many belonged to a segment, night by night since a day."""
    segment = find_segment(viewer=viewer, segment_id=segment_id)
    rows = SegmentSize.objects.filter(segment_id=segment.id, on__gte=since).order_by("on")
    return [_day(row) for row in rows]


def audiences_of(*, program_id: int) -> dict[int, Audience]:
    """The conditions of every segment by id, as the nightly run asks them."""
    rows = Segment.objects.filter(program_id=program_id, archived_at=None)
    below = units_below(viewer=owner_viewer(program_id=program_id))
    return {row.id: _with_units(_audience(row), below) for row in rows}


def size_of(*, viewer: Viewer, audience: Audience) -> dict[str, int] | None:
    """How many customers meet conditions, as of the last night; None before the first.

    Numbers of ``insights.types.AUDIENCE_SIZE``. Raises BadInput for conditions that cannot be
    asked.
    """
    _require(viewer)
    check(audience)
    return insights.audience_size(
        viewer=viewer, audience=_with_units(audience, units_below(viewer=viewer))
    )


def size_of_all(*, viewer: Viewer) -> int:
    """How many customers the last night knew; 0 before the first."""
    _require(viewer)
    return insights.customers_known(viewer=viewer)


def members_of(*, viewer: Viewer, audience: Audience, limit: int) -> pa.Table:
    """The customers who meet conditions, as of the last night, the most valuable first.

    Rows of ``insights.types.AUDIENCE_ROWS``.
    """
    _require(viewer)
    viewer.require(Right.SEE_CUSTOMERS)
    check(audience)
    return insights.audience_rows(
        viewer=viewer, audience=_with_units(audience, units_below(viewer=viewer)), limit=limit
    )


def reach_of(*, viewer: Viewer, segment_id: int, unit_ids: Iterable[int], most: int) -> pa.Table:
    """The members of a segment who may be contacted, ``most`` of each seller at most.

    ``unit_ids`` keep to the sellers of some org units; none keeps to nothing. Rows of
    ``insights.types.AUDIENCE_ROWS``, as of the last night, by seller and then the most valuable
    first. Raises NotFound for a segment that is none.
    """
    audience = find_segment(viewer=viewer, segment_id=segment_id).audience
    units = tuple(sorted(unit_ids))
    if units:
        audience = (*audience, (Condition(field="unit_id", values=units),))
    return insights.audience_by_seller(
        viewer=viewer, audience=_with_units(audience, units_below(viewer=viewer)), most=most
    )


def rule_tags_with(*, viewer: Viewer, customer_id: int) -> dict[str, date]:
    """The tags by rule that a customer within reach bears as of the last night, and since when.

    Raises NotFound outside the viewer's reach.
    """
    customer_id = find_customer(viewer=viewer, customer_id=customer_id).id
    rows = Segment.objects.filter(program_id=viewer.program_id, archived_at=None, is_tag=True)
    names = dict(rows.order_by("name").values_list("id", "name"))
    since = insights.stays_of(viewer=viewer, customer_id=customer_id, segment_ids=list(names))
    return {name: since[each] for each, name in names.items() if each in since}


def _require(viewer: Viewer) -> None:
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("Segments are of the whole program; ask headquarters.")


def _views(rows: list[Segment]) -> list[SegmentView]:
    own = SegmentSize.objects.filter(segment_id=OuterRef("segment_id")).order_by("-on")
    sizes = SegmentSize.objects.filter(segment_id__in=[row.id for row in rows])
    newest = {size.segment_id: size for size in sizes.filter(on=Subquery(own.values("on")[:1]))}
    return [
        SegmentView(
            id=row.id,
            name=row.name,
            note=row.note,
            audience=_audience(row),
            is_tag=row.is_tag,
            created_at=row.created_at,
            edited_at=row.edited_at,
            last=_day(newest[row.id]) if row.id in newest else None,
        )
        for row in rows
    ]


def _day(row: SegmentSize) -> SegmentDay:
    return SegmentDay(on=row.on, members=row.members, entered=row.entered, left=row.left)


def _audience(row: Segment) -> Audience:
    return msgspec.convert(row.groups, type=Audience)


def _with_units(audience: Audience, below: dict[int, tuple[int, ...]]) -> Audience:
    """The audience, with every unit asked for standing for those below it too."""
    return tuple(
        tuple(
            replace(one, values=_units(one.values, below)) if one.field == "unit_id" else one
            for one in group
        )
        for group in audience
    )


def _units(asked: Iterable[int | str], below: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({unit for each in asked for unit in below.get(int(each), (int(each),))}))
