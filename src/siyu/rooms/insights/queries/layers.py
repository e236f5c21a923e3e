"""Customers by layer: what they are worth, and how they stand."""

from collections import Counter
from collections.abc import Callable

from siyu.analytics.marts.customer_layers import WORTH_QUINTILES
from siyu.foundation.errors import BadInput
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.queries.published import (
    portraits_among,
    publication_of,
    read_rows,
    sellers_within,
    top_unit,
)
from siyu.rooms.insights.types import Layer, Lookup, Portrait, Standing, Worth
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.sellers.queries import seller_ids_within

_COLUMNS = (
    "customer_id",
    "state",
    "m_quintile",
    "before_per_30d_x100",
    "recent_per_30d_x100",
    "expected_value_minor",
)
_LISTED = (
    "customer_id",
    "seller_id",
    "state",
    "orders",
    "spend_minor",
    "last_on",
    "expected_value_minor",
)
# Once a month or more, and now half of it or less.
_ONCE_X100 = 100
_STANDINGS = {
    "new": Standing.BUYING,
    "active": Standing.BUYING,
    "won_back": Standing.BUYING,
    "slowing": Standing.SLOWING,
    "silent": Standing.SILENT,
    "lost": Standing.LOST,
}


def own_layers(*, viewer: Viewer) -> Counter[Layer]:
    """How many of the viewer's own customers stand in each layer; those who never ordered in none.

    Besides the cells of worth and standing: those worth much who are silent or lost, and those
    who fell from a purchase a month or more to half of it or less.
    """
    return Counter(layer for row in _own(viewer) for layer in Layer if _HOLDS[layer](row))


def own_layer(
    *, viewer: Viewer, layer: Layer, page: int = 1, size: int = 30
) -> tuple[list[Portrait], int]:
    """Portraits of the viewer's own customers in a layer, the most valuable first; their number."""
    chosen = sorted(
        (row for row in _own(viewer) if _HOLDS[layer](row)),
        key=lambda row: (-row["expected_value_minor"], row["customer_id"]),
    )
    ids = [row["customer_id"] for row in chosen[(page - 1) * size : page * size]]
    portraits = portraits_among(viewer=viewer, customer_ids=ids)
    return [portraits[each] for each in ids], len(chosen)


def customer_layers_of(*, viewer: Viewer) -> list[Portrait]:
    """Rows of the mart ``customer_layers`` for the whole of the viewer's reach.

    None before the first night. Raises NotAllowed without the right to see customers, NotFound
    where no org unit is within reach.
    """
    viewer.require(Right.SEE_CUSTOMERS)
    top = None if viewer.scope is Scope.PROGRAM else top_unit(viewer=viewer)
    return read_rows(viewer=viewer, lookup=Lookup(result="customer_layers", where={"unit_id": top}))


def customers_standing(
    *, viewer: Viewer, state: str = "", worth: str = "", page: int = 1, size: int = 20
) -> tuple[list[Portrait], int]:
    """Customers within reach by state and worth, the most valuable first, and their number.

    Raises BadInput for a worth that is none, NotAllowed without the right to see customers.
    """
    viewer.require(Right.SEE_CUSTOMERS)
    if worth and worth not in WORTH_QUINTILES:
        raise BadInput("worth", "Choose one of {choices}.", choices=", ".join(WORTH_QUINTILES))
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return [], 0
    where = sellers_within(viewer=viewer) | ({"state": state} if state else {})
    if worth:
        where["m_quintile"] = WORTH_QUINTILES[worth]
    lookup = Lookup(
        result="customers_mart",
        columns=_LISTED,
        where=where,
        order_by=("expected_value_minor", "customer_id"),
        descending=True,
        limit=size,
        offset=(page - 1) * size,
    )
    count = warehouse().count(
        program_id=viewer.program_id, run_id=publication.run_id, lookup=lookup
    )
    return read_rows(viewer=viewer, lookup=lookup), count


def _own(viewer: Viewer) -> list[Portrait]:
    viewer.require(Right.SEE_CUSTOMERS)
    own = seller_ids_within(viewer=viewer)
    if viewer.scope is not Scope.SELF or not own:
        return []
    lookup = Lookup(result="customers_mart", columns=_COLUMNS, where={"seller_id": sorted(own)})
    return [row for row in read_rows(viewer=viewer, lookup=lookup) if row["state"] in _STANDINGS]


def _worth(row: Portrait) -> Worth:
    places = WORTH_QUINTILES.items()
    return next(Worth(worth) for worth, quintiles in places if row["m_quintile"] in quintiles)


def _is_quiet(row: Portrait) -> bool:
    return _worth(row) is Worth.HIGH and row["state"] in ("silent", "lost")


def _fell(row: Portrait) -> bool:
    before = row["before_per_30d_x100"] or 0
    return before >= _ONCE_X100 and (row["recent_per_30d_x100"] or 0) * 2 <= before


def _cell(layer: Layer) -> Callable[[Portrait], bool]:
    return lambda row: f"{_worth(row)}-{_STANDINGS[row['state']]}" == layer


_HOLDS = {layer: _cell(layer) for layer in Layer} | {
    Layer.GOOD_AND_QUIET: _is_quiet,
    Layer.FELL_TO_HALF: _fell,
}
