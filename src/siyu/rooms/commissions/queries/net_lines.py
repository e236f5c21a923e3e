"""Net lines as the plan of their day sees them."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from siyu.analytics.commissions import NET_LINES, Event
from siyu.analytics.commissions.plan import MOST_DEPTH
from siyu.foundation.calendar import month_number
from siyu.rooms.catalog.queries import groups_of_products
from siyu.rooms.commissions import models
from siyu.rooms.credit.queries import credits_of
from siyu.rooms.customers.queries import serving_at
from siyu.rooms.operations.queries import plain_rows
from siyu.rooms.orders.queries import sold_lines
from siyu.rooms.organization.queries import dealers_of_stores, program_of, stores_of_units
from siyu.rooms.sellers.queries import levels_of_sellers, terms_of_sellers

Row = dict[str, Any]
VersionOn = Callable[[date], int | None]
"""Which version of the plan counts on a day, by its id."""
COLUMNS = tuple(str(field.column) for field in models.NetLine._meta.concrete_fields)
_ABOVE = tuple(f"above_{depth}_id" for depth in range(2, MOST_DEPTH + 1))
_KEPT = ("level", "kind", "store_id", "dealer_id", *_ABOVE)


def stored_lines(order_ids: Collection[int]) -> dict[int, Row]:
    """The net lines of orders as they were accrued last, by line."""
    rows = models.NetLine.objects.filter(order_id__in=list(order_ids)).values(*COLUMNS)
    return {row["line_id"]: row for row in rows}


def table_of(rows: Iterable[Row]) -> pa.Table:
    """NET_LINES of the engine for sold lines; margin and alliances are not known yet."""
    sold = {"event": Event.SALE.value, "task": None, "margin_minor": 0, "alliance_minor": 0}
    return pa.Table.from_pylist([row | sold for row in rows], schema=NET_LINES.to_pyarrow())


def current_lines(
    *, program_id: int, order_ids: Iterable[int], stored: dict[int, Row], version_on: VersionOn
) -> list[Row]:
    """The net lines of orders as they are now, of those that a version counts for.

    Lines that were never accrued and of which nothing is left are passed over.
    """
    sold = plain_rows(table=sold_lines(order_ids=order_ids))
    zone = ZoneInfo(program_of(program_id=program_id).zone)
    found = []
    for line in sold:
        before = stored.get(line["line_id"])
        plan_id = before["plan_id"] if before else version_on(line["business_on"])
        if plan_id is not None and (before or line["paid_minor"] or line["quantity_milli"]):
            moment = line["at"].astimezone(zone)
            found.append(
                {
                    "line_id": line["line_id"],
                    "program_id": program_id,
                    "plan_id": plan_id,
                    "order_id": line["order_id"],
                    "business_on": line["business_on"],
                    "month": month_number(line["business_on"]),
                    "local_minute": moment.hour * 60 + moment.minute,
                    "product_id": line["product_id"],
                    "channel": line["source"],
                    "quantity_milli": line["quantity_milli"],
                    "paid_minor": line["paid_minor"],
                    "customer_id": line["customer_id"],
                    "at": line["at"],
                }
            )
    _add_goods(found)
    _add_people(found, stored)
    return [{name: row[name] for name in COLUMNS} for row in found]


def _add_goods(rows: list[Row]) -> None:
    groups = groups_of_products(product_ids=[row["product_id"] for row in rows])
    for row in rows:
        row["brand_id"], row["category_id"] = groups[row["product_id"]]


def _add_people(rows: list[Row], stored: dict[int, Row]) -> None:
    """Who sold, and what was true of her; of a line whose seller stays, as it was stored."""
    credited = credits_of(line_ids=[row["line_id"] for row in rows])
    servers = _servers(rows)
    new = []
    for row in rows:
        row["server_id"] = servers.get(row["line_id"])
        row["seller_id"], row["unit_id"] = credited.get(row["line_id"], (None, None))
        before = stored.get(row["line_id"])
        if before and before["seller_id"] == row["seller_id"]:
            row.update({name: before[name] for name in _KEPT})
        else:
            new.append(row)
    _add_terms(new)


def _add_terms(rows: list[Row]) -> None:
    sellers = {row["seller_id"] for row in rows if row["seller_id"] is not None}
    terms = terms_of_sellers(seller_ids=sellers, above=len(_ABOVE))
    levels = levels_of_sellers(seller_ids=sellers)
    stores = stores_of_units(unit_ids={row["unit_id"] for row in rows if row["unit_id"]})
    dealers = dealers_of_stores(unit_ids=stores.values())
    for row in rows:
        own = terms.get(row["seller_id"])
        periods = levels.get(row["seller_id"], [])
        place = bisect_right(periods, row["business_on"], key=lambda period: period[0])
        above = own.above if own else ()
        row["kind"] = own.kind.value if own else None
        row["level"] = periods[place - 1][1] if place else None
        row["store_id"] = stores.get(row["unit_id"])
        row["dealer_id"] = dealers.get(row["store_id"])
        row.update(dict.fromkeys(_ABOVE))
        row.update(zip(_ABOVE, above, strict=False))


def _servers(rows: list[Row]) -> dict[int, int]:
    """Who served the customer of each line when it was sold."""
    periods = serving_at(customer_ids={row["customer_id"] for row in rows if row["customer_id"]})
    return {
        row["line_id"]: seller_id
        for row in rows
        for begins, ends, seller_id, _ in periods.get(row["customer_id"], ())
        if begins <= row["at"] and (ends is None or row["at"] < ends)
    }
