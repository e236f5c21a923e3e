"""Batches of people, goods and orders, each taken once."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import pyarrow as pa
from django.http import HttpRequest, HttpResponse
from ninja import Header, Router

from siyu.faces.open_api.access import opens
from siyu.faces.open_api.problems import PROBLEMS
from siyu.faces.open_api.schemas import (
    Communities,
    Customers,
    Follows,
    OrderRow,
    Orders,
    Products,
    RejectedRow,
    Sellers,
    Written,
)
from siyu.foundation.clock import utc_now
from siyu.rooms.catalog.actions import import_products
from siyu.rooms.catalog.types import PRODUCT_ROWS
from siyu.rooms.communities.actions import import_communities
from siyu.rooms.communities.types import COMMUNITY_ROWS
from siyu.rooms.customers.actions import import_customers, import_follows
from siyu.rooms.customers.types import CUSTOMER_ROWS, FOLLOW_ROWS
from siyu.rooms.operations.actions import answer_once
from siyu.rooms.operations.types import (
    IDEMPOTENCY_KEY_LENGTH,
    ApiKeyView,
    ApiScope,
    ImportCounts,
    Viewer,
)
from siyu.rooms.orders.actions import import_orders
from siyu.rooms.orders.types import ORDER_ROWS
from siyu.rooms.sellers.actions import import_sellers
from siyu.rooms.sellers.types import SELLER_ROWS

router = Router(tags=["write"])
_ANSWERS: dict[Any, Any] = {200: Written, **PROBLEMS}
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=IDEMPOTENCY_KEY_LENGTH,
        pattern=r"^[!-~]+$",
        description="The same key again gets the first answer, for seven days.",
    ),
]


@router.post("/customers", response=_ANSWERS, summary="Create or update customers")
@opens(ApiScope.WRITE_CUSTOMERS)
def customers(request: HttpRequest, body: Customers, idempotency_key: IdempotencyKey) -> Any:
    """What is left out of a row stays as it is known."""
    rows = (row.values() for row in body.rows)
    return _taken(request, idempotency_key, import_customers, CUSTOMER_ROWS, rows)


@router.post("/sellers", response=_ANSWERS, summary="Create or update sellers")
@opens(ApiScope.WRITE_SELLERS)
def sellers(request: HttpRequest, body: Sellers, idempotency_key: IdempotencyKey) -> Any:
    """Stores and regions that are new come to be."""
    rows = (row.values() | {"login": None} for row in body.rows)
    return _taken(request, idempotency_key, import_sellers, SELLER_ROWS, rows)


@router.post("/products", response=_ANSWERS, summary="Create or update products")
@opens(ApiScope.WRITE_PRODUCTS)
def products(request: HttpRequest, body: Products, idempotency_key: IdempotencyKey) -> Any:
    """Categories and brands that are new come to be."""
    rows = (row.values() for row in body.rows)
    return _taken(request, idempotency_key, import_products, PRODUCT_ROWS, rows)


@router.post("/follows", response=_ANSWERS, summary="Create or update follows")
@opens(ApiScope.WRITE_FOLLOWS)
def follows(request: HttpRequest, body: Follows, idempotency_key: IdempotencyKey) -> Any:
    """Customers who are new come to be; rows of an unknown seller are rejected."""
    rows = (row.values() for row in body.rows)
    return _taken(request, idempotency_key, import_follows, FOLLOW_ROWS, rows)


@router.post("/communities", response=_ANSWERS, summary="Create or update communities")
@opens(ApiScope.WRITE_COMMUNITIES)
def communities(request: HttpRequest, body: Communities, idempotency_key: IdempotencyKey) -> Any:
    """What is left out of a row stays as it is known; rows of an unknown seller are rejected."""
    rows = (row.values() for row in body.rows)
    return _taken(request, idempotency_key, import_communities, COMMUNITY_ROWS, rows)


@router.post("/orders", response=_ANSWERS, summary="Create or update orders")
@opens(ApiScope.WRITE_ORDERS)
def orders(request: HttpRequest, body: Orders, idempotency_key: IdempotencyKey) -> Any:
    """Customers and products that are new come to be; rows of an unknown seller are rejected."""
    rows = (
        line | {"row": index} for index, order in enumerate(body.rows) for line in _lines(order)
    )
    return _taken(request, idempotency_key, import_orders, ORDER_ROWS, rows)


def _lines(order: OrderRow) -> Iterable[dict[str, Any]]:
    head = order.values()
    head.pop("lines")
    for place, line in enumerate(order.lines):
        row = head | line.values() | {"is_return": False}
        row["unit_price"] = line.unit_price or 0
        row["freight_minor"] = order.freight_minor if place == 0 else 0
        yield row


def _taken(
    request: HttpRequest,
    idempotency_key: str,
    action: Callable[..., ImportCounts],
    schema: pa.Schema,
    rows: Iterable[dict[str, Any]],
) -> HttpResponse:
    """The answer to a batch: done now, or as it was answered when the key came first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    key: ApiKeyView = request.auth  # type: ignore[attr-defined]

    def answer() -> tuple[int, str]:
        numbered = [{"row": index} | row for index, row in enumerate(rows)]
        table = pa.Table.from_pylist(numbered, schema=schema)
        counts = action(program_id=viewer.program_id, source=key.source, rows=table)
        return 200, _written(counts).model_dump_json()

    stored = answer_once(
        key=key,
        idempotency_key=idempotency_key,
        digest=hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest(),
        now=utc_now(),
        answer=answer,
    )
    response = HttpResponse(stored.body, status=stored.status, content_type="application/json")
    if stored.is_repeat:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _written(counts: ImportCounts) -> Written:
    return Written(
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        rejected=[
            RejectedRow(
                index=reject.row, field=reject.column, code=reject.code, reason=reject.reason
            )
            for reject in counts.rejects
        ],
    )
