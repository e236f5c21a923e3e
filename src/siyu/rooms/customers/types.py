"""What the customers' room shows of itself."""

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

TAG_LENGTH = 20
LONGEST_FRESH_DAYS = 1_825
REASON_LENGTH = 200
MOST_TWINS = 10


@dataclass(frozen=True, kw_only=True)
class TagView:
    """A tag, and what it claims: a category's or brand's id, or nothing."""

    id: int
    name: str
    category_id: int | None
    brand_id: int | None
    fresh_days: int


@dataclass(frozen=True, kw_only=True)
class BorneTag:
    """A tag as a customer's page shows it; ``tagged_on`` is None where she does not bear it.

    ``is_fresh`` says whether it counts still; one that went stale wants to be confirmed.
    """

    id: int
    name: str
    tagged_on: date | None
    is_fresh: bool


@dataclass(frozen=True, kw_only=True)
class CustomerView:
    """A customer as a page shows her; the phone is masked."""

    id: int
    program_id: int
    name: str
    masked_phone: str
    gender: str
    born_on: date | None
    city: str
    opted_out: bool
    serving_seller_id: int | None
    followed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Customers who have the same phone number, the oldest first; it is shown masked.

    Of ``count`` such customers the first ten: a number that more have is a shop's or made up.
    """

    masked_phone: str
    customers: tuple[CustomerView, ...]
    count: int


@dataclass(frozen=True, kw_only=True)
class MergeView:
    """A customer who turned out to be another; ``undone_at`` None while it holds."""

    id: int
    customer_id: int
    kept_id: int
    reason: str
    actor_id: int | None
    merged_at: datetime
    undone_at: datetime | None


CUSTOMER_ROWS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("alias", pa.string()),
        pa.field("name", pa.string()),
        pa.field("phone", pa.string()),
        pa.field("gender", pa.string()),
        pa.field("born_on", pa.date32()),
        pa.field("city", pa.string()),
        pa.field("city_tier", pa.int32()),
        pa.field("registered_at", pa.timestamp("us", tz="UTC")),
        pa.field("opted_out", pa.bool_()),
    ]
)
"""Customers as they come from outside; rows of one key stand together. A null says nothing."""

FOLLOW_ROWS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("customer_key", pa.string(), nullable=False),
        pa.field("seller_key", pa.string(), nullable=False),
        pa.field("account", pa.string()),
        pa.field("acquired_by_key", pa.string()),
        pa.field("is_serving", pa.bool_()),
        pa.field("followed_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("ended_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""Follows as they come from outside; one row is one tie of a customer to a seller."""
