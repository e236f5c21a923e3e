"""Customers by conditions, as the last night knew them."""

from datetime import date

import pyarrow as pa

from siyu.analytics.conditions import Audience
from siyu.foundation.errors import NotAllowed
from siyu.rooms.customers.queries import find_customer
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries.published import publication_of
from siyu.rooms.insights.types import AUDIENCE_ROWS, Lookup
from siyu.rooms.operations.types import Right, Scope, Viewer


def audience_size(*, viewer: Viewer, audience: Audience) -> dict[str, int] | None:
    """How many customers meet conditions: AUDIENCE_SIZE; None before the first night.

    Raises NotAllowed without the whole program.
    """
    _require(viewer, Right.SEE_OVERVIEW)
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return None
    found = warehouse().audience_size(
        program_id=viewer.program_id,
        run_id=publication.run_id,
        audience=audience,
        as_of=publication.as_of,
    )
    size: dict[str, int] = found.to_pylist()[0]
    return size


def customers_known(*, viewer: Viewer) -> int:
    """How many customers the last night knew; 0 before the first."""
    _require(viewer, Right.SEE_OVERVIEW)
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return 0
    return warehouse().count(
        program_id=viewer.program_id,
        run_id=publication.run_id,
        lookup=Lookup(result="customers_mart"),
    )


def audience_rows(*, viewer: Viewer, audience: Audience, limit: int) -> pa.Table:
    """Customers who meet conditions: AUDIENCE_ROWS, the greatest expected value first.

    Raises NotAllowed without the whole program.
    """
    _require(viewer, Right.SEE_CUSTOMERS)
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return AUDIENCE_ROWS.to_pyarrow().empty_table()
    return warehouse().audience_rows(
        program_id=viewer.program_id,
        run_id=publication.run_id,
        audience=audience,
        as_of=publication.as_of,
        limit=limit,
    )


def audience_by_seller(*, viewer: Viewer, audience: Audience, most: int) -> pa.Table:
    """Customers who meet conditions and may be contacted, ``most`` of each seller at most.

    AUDIENCE_ROWS by seller and then the greatest expected value first. Raises NotAllowed without
    the whole program.
    """
    _require(viewer, Right.SEE_CUSTOMERS)
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return AUDIENCE_ROWS.to_pyarrow().empty_table()
    return warehouse().audience_by_seller(
        program_id=viewer.program_id,
        run_id=publication.run_id,
        audience=audience,
        as_of=publication.as_of,
        most=most,
    )


def stays_of(*, viewer: Viewer, customer_id: int, segment_ids: list[int]) -> dict[int, date]:
    """Since when a customer belongs to some segments, by segment, as of the last night."""
    customer_id = find_customer(viewer=viewer, customer_id=customer_id).id
    publication = publication_of(program_id=viewer.program_id)
    if publication is None or not segment_ids:
        return {}
    where = {"segment_id": segment_ids, "customer_id": customer_id, "left_on": None}
    rows = warehouse().read(
        program_id=viewer.program_id,
        run_id=publication.run_id,
        lookup=Lookup(result="memberships", where=where),
    )
    return {row["segment_id"]: row["entered_on"] for row in rows.to_pylist()}


def segment_sizes_of(*, program_id: int, results_id: int) -> dict[int, dict[str, int]]:
    """The result ``segment_sizes`` of a night by segment: members, entered, left."""
    rows = (
        warehouse()
        .read(program_id=program_id, run_id=results_id, lookup=Lookup(result="segment_sizes"))
        .to_pylist()
    )
    return {row.pop("segment_id"): row for row in rows}


def _require(viewer: Viewer, right: Right) -> None:
    viewer.require(right)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("This looks at the whole program; ask headquarters.")
