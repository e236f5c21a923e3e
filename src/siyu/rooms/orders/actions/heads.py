"""The head of an order as a source tells it, and how it is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siyu.foundation.clock import local_hour
from siyu.foundation.crypto import digest
from siyu.rooms.customers.actions import add_unknown_customers
from siyu.rooms.operations.actions import insert_rows, update_rows
from siyu.rooms.operations.types import Reject
from siyu.rooms.orders.models import Order
from siyu.rooms.orders.types import OrderStatus
from siyu.rooms.organization.actions import ensure_units
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.sellers.queries import seller_ids_by_key

Row = dict[str, Any]
_COLUMNS = (
    "customer_id",
    "seller_id",
    "unit_id",
    "status",
    "at",
    "paid_at",
    "business_on",
    "local_hour",
    "freight_minor",
    "digest",
)


@dataclass(frozen=True)
class Head:
    """What a source says of an order; None where it says nothing."""

    key: str
    customer_id: int | None
    seller_id: int | None
    unit_id: int | None
    status: str | None
    ordered_at: datetime | None
    paid_at: datetime | None
    freight_minor: int | None


@dataclass(frozen=True)
class Keys:
    """Our ids of the outside keys of a batch."""

    customers: dict[str, int]
    sellers: dict[str, int]
    units: dict[str, int]


def resolve(program_id: int, source: str, rows: list[Row]) -> Keys:
    """Ids of the customers, sellers and stores in rows; new customers and stores come to be."""
    customers = {row["customer_key"] for row in rows if row["customer_key"]}
    sellers = {row["seller_key"] for row in rows if row["seller_key"]}
    stores = {row["store_key"] for row in rows if row["store_key"]}
    return Keys(
        customers=add_unknown_customers(
            program_id=program_id, source=source, keys=sorted(customers)
        ),
        sellers=seller_ids_by_key(program_id=program_id, source=source, keys=sellers),
        units=ensure_units(
            program_id=program_id, stores=[(key, None, None, None) for key in sorted(stores)]
        )
        if stores
        else {},
    )


def reject_unknown_sellers(rows: Iterable[Row], keys: Keys) -> tuple[list[Row], list[Reject]]:
    """The rows whose seller is known or not named, and a reject for each other one."""
    sound, rejects = [], []
    for row in rows:
        if row["seller_key"] is None or row["seller_key"] in keys.sellers:
            sound.append(row)
        else:
            rejects.append(
                Reject(
                    row=row["row"],
                    column="seller_key",
                    value=row["seller_key"],
                    code="unknown_seller",
                    reason="import this seller first",
                )
            )
    return sound, rejects


def head_of(rows: list[Row], keys: Keys, freight_minor: int | None) -> Head:
    """The head that an order's rows tell: the first that says something, the earliest moment."""

    def first(name: str) -> Any:
        return next((row[name] for row in rows if row[name] is not None), None)

    def earliest(name: str) -> datetime | None:
        return min((row[name] for row in rows if row[name] is not None), default=None)

    return Head(
        key=rows[0]["order_key"],
        customer_id=keys.customers.get(first("customer_key")),
        seller_id=keys.sellers.get(first("seller_key")),
        unit_id=keys.units.get(first("store_key")),
        status=first("status"),
        ordered_at=earliest("ordered_at"),
        paid_at=earliest("paid_at"),
        freight_minor=freight_minor,
    )


def merged(head: Head, order: Order | None, program: ProgramView) -> tuple[Any, ...] | None:
    """Column values of an order after a head was laid over it; None where no moment is known."""
    at = head.paid_at or (order.paid_at if order else None) or head.ordered_at
    at = at or (order.at if order else None)
    if at is None:
        return None
    paid_at = head.paid_at or (order.paid_at if order else None)
    values = (
        head.customer_id or (order.customer_id if order else None),
        head.seller_id or (order.seller_id if order else None),
        head.unit_id or (order.unit_id if order else None),
        head.status or (order.status if order else OrderStatus.COMPLETED.value),
        at,
        paid_at,
        program.day_of(at),
        local_hour(at, program.zone),
        (order.freight_minor if order else 0) if head.freight_minor is None else head.freight_minor,
    )
    return (*values, digest(*values))


def insert_orders(
    program_id: int, source: str, orders: list[tuple[int, str, tuple[Any, ...]]]
) -> None:
    """Insert orders, each (id, outside key, column values)."""
    insert_rows(
        model=Order,
        columns=("id", "program_id", "source", "source_key", *_COLUMNS),
        rows=[(order_id, program_id, source, key, *values) for order_id, key, values in orders],
    )


def update_orders(orders: list[tuple[int, tuple[Any, ...]]]) -> None:
    """Update orders, each (id, column values)."""
    update_rows(
        model=Order,
        key="id",
        columns=_COLUMNS,
        rows=[(*values, order_id) for order_id, values in orders],
    )
