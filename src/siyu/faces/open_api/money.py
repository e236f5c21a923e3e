"""What sellers earn: estimates, bookings, balances and statements."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router

from siyu.faces.open_api.access import opens
from siyu.faces.open_api.answers import AccrualPage, BalancePage, Estimates, StatementPage
from siyu.faces.open_api.pages import USUAL, Cursor, Limit, after, next_cursor, viewer_of_call
from siyu.faces.open_api.problems import PROBLEMS
from siyu.faces.open_api.values import AskedKey, DayText
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import NotFound
from siyu.rooms.catalog.queries import product_ids_by_key, products_of_ids
from siyu.rooms.commissions.queries import accruals_after, estimates_for
from siyu.rooms.commissions.types import PricedProduct
from siyu.rooms.ledger.queries import accounts_after
from siyu.rooms.ledger.types import Purpose
from siyu.rooms.operations.types import ApiKeyView, ApiScope, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.queries import find_seller_by_key, sellers_of_ids
from siyu.rooms.settlement.queries import balances_of_payees, statements_after

router = Router(tags=["money"])
_MOST_PRODUCTS = 20


@router.get(
    "/estimates", response={200: Estimates, **PROBLEMS}, summary="What products would earn a seller"
)
@opens(ApiScope.READ_PAY)
def estimates(
    request: HttpRequest,
    seller_key: Annotated[AskedKey, Query()],
    product_key: Annotated[list[AskedKey], Query(min_length=1, max_length=_MOST_PRODUCTS)],
) -> dict[str, Any]:
    """For one piece of each product sold now at its price; limits of months are not counted."""
    viewer, now = viewer_of_call(request), utc_now()
    products = _priced(request, viewer, product_key)
    seller = find_seller_by_key(viewer=viewer, source=_source(request), key=seller_key)
    found = estimates_for(
        viewer=viewer,
        seller_id=seller.id,
        products=list(products.values()),
        at=now,
    )
    told = dict(zip(products, found, strict=False))
    return {
        "currency": program_of(program_id=viewer.program_id).currency,
        "rows": [
            {
                "product_key": key,
                "price_minor": told[key].paid_minor,
                "amount_minor": told[key].amount_minor,
                "reasons": [f"{rule} {rate}".strip() for rule, rate in told[key].reasons],
            }
            for key in product_key
            if key in told
        ],
    }


@router.get("/accruals", response={200: AccrualPage, **PROBLEMS}, summary="Bookings with reasons")
@opens(ApiScope.READ_PAY)
def accruals(
    request: HttpRequest,
    since: Annotated[DayText | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> dict[str, Any]:
    """What was booked for sellers and stores, by id; ``since`` is the first day sold on."""
    viewer = viewer_of_call(request)
    rows = accruals_after(
        viewer=viewer,
        accrual_id=after(cursor),
        limit=limit + 1,
        since=date.fromisoformat(since) if since else None,
    )
    shown = rows[:limit]
    keys = _keys(viewer, {row.payee_id for row in shown})
    return {
        "rows": [
            {
                "id": str(row.id),
                "payee_id": str(row.payee_id),
                "seller_key": keys.get(row.payee_id),
                "scope": row.scope.name.lower(),
                "rule": row.rule_name,
                "rate": row.rate_text,
                "order_key": row.order_key,
                "base_minor": row.base_minor,
                "amount_minor": row.amount_minor,
                "earned_on": row.earned_on,
                "booked_on": row.booked_on,
            }
            for row in shown
        ],
        "next_cursor": next_cursor([row.id for row in rows], limit),
    }


@router.get("/balances", response={200: BalancePage, **PROBLEMS}, summary="Where money stands")
@opens(ApiScope.READ_PAY)
def balances(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> dict[str, Any]:
    """Of everybody for whom anything was ever booked, by the id of the payee."""
    viewer = viewer_of_call(request)
    rows = accounts_after(
        viewer=viewer,
        purpose=Purpose.COMMISSION_PAYABLE,
        owner_id=after(cursor),
        limit=limit + 1,
    )
    owners = [row.account.owner_id for row in rows]
    shown = owners[:limit]
    keys = _keys(viewer, set(shown))
    held = balances_of_payees(viewer=viewer, owner_ids=shown)
    return {
        "currency": program_of(program_id=viewer.program_id).currency,
        "rows": [
            {"payee_id": str(each), "seller_key": keys.get(each), **vars(held[each])}
            for each in shown
        ],
        "next_cursor": next_cursor(owners, limit),
    }


@router.get("/statements", response={200: StatementPage, **PROBLEMS}, summary="Statements")
@opens(ApiScope.READ_PAY)
def statements(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> dict[str, Any]:
    """Statements of closed periods, by id."""
    viewer = viewer_of_call(request)
    rows = statements_after(viewer=viewer, statement_id=after(cursor), limit=limit + 1)
    shown = rows[:limit]
    keys = _keys(viewer, {row.payee_id for row in shown})
    return {
        "rows": [
            {
                **vars(row),
                "id": str(row.id),
                "payee_id": str(row.payee_id),
                "seller_key": keys.get(row.payee_id),
            }
            for row in shown
        ],
        "next_cursor": next_cursor([row.id for row in rows], limit),
    }


def _source(request: HttpRequest) -> str:
    key: ApiKeyView = request.auth  # type: ignore[attr-defined]
    return key.source


def _priced(request: HttpRequest, viewer: Viewer, keys: list[str]) -> dict[str, PricedProduct]:
    """Each product by its key with its price; raises NotFound for one without."""
    ids = product_ids_by_key(program_id=viewer.program_id, source=_source(request), keys=keys)
    known = products_of_ids(product_ids=ids.values())
    found = {}
    for key in keys:
        price = known[ids[key]].price_minor if key in ids else None
        if price is None:
            raise NotFound("There is no product {key} with a price; write it first.", key=key)
        found[key] = PricedProduct(ids[key], price)
    return found


def _keys(viewer: Viewer, owner_ids: set[int]) -> dict[int, str]:
    """The outside keys of sellers among payees; stores have none here."""
    known = sellers_of_ids(viewer=viewer, seller_ids=owner_ids)
    return {seller_id: seller.key for seller_id, seller in known.items()}
