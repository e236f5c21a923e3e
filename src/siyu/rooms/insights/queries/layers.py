"""A seller's own customers by layer: what they are worth, and how they stand."""

from collections import Counter
from collections.abc import Callable

from siyu.rooms.insights.queries.published import portraits_among, read_rows
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
_HIGH, _MIDDLE = 4, 3
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


def _own(viewer: Viewer) -> list[Portrait]:
    viewer.require(Right.SEE_CUSTOMERS)
    own = seller_ids_within(viewer=viewer)
    if viewer.scope is not Scope.SELF or not own:
        return []
    lookup = Lookup(result="customers_mart", columns=_COLUMNS, where={"seller_id": sorted(own)})
    return [row for row in read_rows(viewer=viewer, lookup=lookup) if row["state"] in _STANDINGS]


def _worth(row: Portrait) -> Worth:
    if row["m_quintile"] >= _HIGH:
        return Worth.HIGH
    return Worth.MIDDLE if row["m_quintile"] >= _MIDDLE else Worth.LOW


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
