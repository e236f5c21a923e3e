"""Published rows page by page, each page beginning after the last id of the one before."""

from siyu.foundation.errors import NotAllowed
from siyu.rooms.insights.queries.published import read_rows
from siyu.rooms.insights.types import Lookup, Portrait
from siyu.rooms.operations.types import Right, Scope, Viewer


def portraits_after(*, viewer: Viewer, customer_id: int, limit: int) -> list[Portrait]:
    """Rows of the mart ``customers`` by customer id, beginning after one.

    Raises NotAllowed without the whole program.
    """
    _require(viewer, Right.SEE_CUSTOMERS)
    return _page(viewer, "customers_mart", "customer_id", customer_id, limit)


def sellers_after(*, viewer: Viewer, seller_id: int, limit: int) -> list[Portrait]:
    """Rows of the mart ``sellers`` by seller id, beginning after one.

    Raises NotAllowed without the whole program.
    """
    _require(viewer, Right.SEE_SELLERS)
    return _page(viewer, "sellers_mart", "seller_id", seller_id, limit)


def members_after(
    *, viewer: Viewer, segment_id: int, customer_id: int, limit: int
) -> list[Portrait]:
    """Who belongs to a segment after the last night, by customer id, beginning after one.

    Rows of the result ``memberships``. Raises NotAllowed without the whole program.
    """
    _require(viewer, Right.SEE_CUSTOMERS)
    return read_rows(
        viewer=viewer,
        lookup=Lookup(
            result="memberships",
            where={"segment_id": segment_id, "left_on": None},
            after={"customer_id": customer_id},
            order_by=("customer_id",),
            limit=limit,
        ),
    )


def _page(viewer: Viewer, result: str, column: str, after: int, limit: int) -> list[Portrait]:
    lookup = Lookup(result=result, after={column: after}, order_by=(column,), limit=limit)
    return read_rows(viewer=viewer, lookup=lookup)


def _require(viewer: Viewer, right: Right) -> None:
    viewer.require(right)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("This looks at the whole program; ask headquarters.")
