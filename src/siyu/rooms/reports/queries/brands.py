"""Which brands carry the sales of a way of selling in an org unit."""

from typing import Any

from siyu.analytics.marts.brand_tiers import EVERY_PERSONA
from siyu.foundation.errors import NotFound
from siyu.rooms.insights.queries import read_rows, top_unit
from siyu.rooms.insights.types import Lookup, Portrait
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import units_under


def brand_tiers_of(
    *, viewer: Viewer, unit_id: int | None = None, persona: str = EVERY_PERSONA
) -> tuple[int, list[Portrait]]:
    """Rows of the mart ``brand_tiers`` by place, and the id of their unit.

    Of a unit within reach (None: the highest) and a way of selling; none before the first night.
    Raises NotFound outside the viewer's reach.
    """
    viewer.require(Right.SEE_OVERVIEW)
    unit_id = top_unit(viewer=viewer) if unit_id is None else unit_id
    if unit_id not in {unit.id for unit in units_under(viewer=viewer)}:
        raise NotFound("There is no such org unit within your reach.")
    where: dict[str, Any] = {"unit_id": unit_id, "persona": persona}
    lookup = Lookup(result="brand_tiers", where=where, order_by=("place",))
    return unit_id, read_rows(viewer=viewer, lookup=lookup)
