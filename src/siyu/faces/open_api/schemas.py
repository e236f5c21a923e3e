"""What the open API takes: rows of people, goods and orders, in batches."""

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, StrictBool

from siyu.faces.open_api.values import (
    Count,
    Day,
    Key,
    Minor,
    Moment,
    Phone,
    Price,
    Quantity,
    Text,
    Tier,
)
from siyu.rooms.orders.types import OrderStatus
from siyu.rooms.sellers.types import SellerKind, SellerStatus

MOST_ROWS, MOST_LINES = 1_000, 200


class _Row(Schema):
    # Rust's own patterns cannot say what must not follow.
    model_config = ConfigDict(extra="forbid", regex_engine="python-re")

    def values(self) -> dict[str, Any]:
        """Each field with its value as it was read."""
        return dict(self)


class CustomerRow(_Row):
    """A customer; what is left out stays as it is known."""

    key: Key
    alias: Key | None = None
    name: Text | None = None
    phone: Phone | None = None
    gender: Literal["female", "male", "unknown"] | None = None
    born_on: Day | None = None
    city: Text | None = None
    city_tier: Tier | None = None
    registered_at: Moment | None = None
    opted_out: StrictBool | None = None


class SellerRow(_Row):
    """A seller with her store; a store that is not known yet comes to be."""

    key: Key
    name: Text | None = None
    phone: Phone | None = None
    kind: SellerKind | None = None
    status: SellerStatus | None = None
    store_key: Key | None = None
    store_name: Text | None = None
    region_name: Text | None = None
    dealer_key: Key | None = None
    dealer_name: Text | None = None
    city: Text | None = None
    joined_on: Day | None = None
    origin: Text | None = None
    invited_by_key: Key | None = None


class ProductRow(_Row):
    """A product with its category and brand by name, and its price a piece."""

    key: Key
    name: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    price_minor: Minor | None = None


class FollowRow(_Row):
    """A customer who is a seller's friend; one follow at a time is the serving one."""

    customer_key: Key
    seller_key: Key
    account: Text | None = None
    acquired_by_key: Key | None = None
    is_serving: StrictBool = True
    followed_at: Moment
    ended_at: Moment | None = None


class CommunityRow(_Row):
    """A community and the seller who owns it; a new one needs both its owner and its opening."""

    key: Key
    name: Text | None = None
    seller_key: Key | None = None
    theme: Text | None = None
    opened_at: Moment | None = None
    ended_at: Moment | None = None
    members: Count | None = None


class LineRow(_Row):
    """A line of an order; its amount is what was paid for it, less discounts."""

    line_key: Key | None = None
    product_key: Key | None = None
    product_name: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    quantity: Quantity
    unit_price: Price | None = None
    amount_minor: Minor
    refund_minor: Minor | None = None
    refunded_at: Moment | None = None


class OrderRow(_Row):
    """An order with all its lines; lines without a key replace those that it had before."""

    order_key: Key
    customer_key: Key | None = None
    seller_key: Key | None = None
    store_key: Key | None = None
    status: OrderStatus
    ordered_at: Moment
    paid_at: Moment | None = None
    freight_minor: Minor = 0
    payment_method: Text | None = None
    lines: Annotated[list[LineRow], Field(min_length=1, max_length=MOST_LINES)]


class Customers(_Row):
    """Up to 1,000 customers."""

    rows: Annotated[list[CustomerRow], Field(min_length=1, max_length=MOST_ROWS)]


class Sellers(_Row):
    """Up to 1,000 sellers."""

    rows: Annotated[list[SellerRow], Field(min_length=1, max_length=MOST_ROWS)]


class Products(_Row):
    """Up to 1,000 products."""

    rows: Annotated[list[ProductRow], Field(min_length=1, max_length=MOST_ROWS)]


class Follows(_Row):
    """Up to 1,000 follows."""

    rows: Annotated[list[FollowRow], Field(min_length=1, max_length=MOST_ROWS)]


class Communities(_Row):
    """Up to 1,000 communities."""

    rows: Annotated[list[CommunityRow], Field(min_length=1, max_length=MOST_ROWS)]


class Orders(_Row):
    """Up to 1,000 orders."""

    rows: Annotated[list[OrderRow], Field(min_length=1, max_length=MOST_ROWS)]


class RejectedRow(Schema):
    """A row that was not taken: its place in the batch, from 0."""

    index: int
    field: str
    code: str
    reason: str


class Written(Schema):
    """What a batch did; everything but the rejected rows is stored."""

    created: int
    updated: int
    unchanged: int
    rejected: list[RejectedRow]


class Problem(Schema):
    """What went wrong (RFC 9457); ``errors`` names the fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None
