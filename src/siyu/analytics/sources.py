"""The fact tables that the warehouse hands to analytics, one row a fact.

Every table holds one row a key: where a fact was written more than once, the warehouse
keeps the row with the greatest `stamp`. Money is in minor units (`_minor`), quantities in
thousandths (`_milli`), and every date is already the program's business day.
"""

from __future__ import annotations

import ibis

_ORDER_LINES = ibis.schema(
    {
        "line_id": "int64",
        "order_id": "int64",
        "customer_id": "int64",
        "product_id": "int64",
        "seller_id": "int64",
        "unit_id": "int64",
        "business_on": "date",
        "local_hour": "int32",
        "quantity_milli": "int64",
        "amount_minor": "int64",
        "freight_minor": "int64",
        "is_gift": "boolean",
        "is_paid": "boolean",
        "is_void": "boolean",
        "stamp": "int64",
    }
)

_REFUNDS = ibis.schema(
    {
        "refund_id": "int64",
        "order_id": "int64",
        "line_id": "int64",
        "customer_id": "int64",
        "product_id": "int64",
        "business_on": "date",
        "quantity_milli": "int64",
        "amount_minor": "int64",
        "stamp": "int64",
    }
)

_CREDITS = ibis.schema(
    {
        "line_id": "int64",
        "seller_id": "int64",
        "unit_id": "int64",
        "basis": "string",
        "business_on": "date",
        "stamp": "int64",
    }
)

_CUSTOMERS = ibis.schema(
    {
        "customer_id": "int64",
        "gender": "string",
        "born_on": "date",
        "city": "string",
        "city_tier": "int32",
        "created_on": "date",
        "opted_out": "boolean",
        "is_deleted": "boolean",
        "stamp": "int64",
    }
)

_FOLLOWS = ibis.schema(
    {
        "follow_id": "int64",
        "customer_id": "int64",
        "seller_id": "int64",
        "acquired_by_id": "int64",
        "is_serving": "boolean",
        "followed_on": "date",
        "ended_on": "date",
        "stamp": "int64",
    }
)

_SELLERS = ibis.schema(
    {
        "seller_id": "int64",
        "unit_id": "int64",
        "kind": "string",
        "status": "string",
        "joined_on": "date",
        "origin": "string",
        "invited_by_id": "int64",
        "stamp": "int64",
    }
)

_COMMUNITIES = ibis.schema(
    {
        "community_id": "int64",
        "seller_id": "int64",
        "theme": "string",
        "opened_on": "date",
        "ended_on": "date",
        "members": "int64",
        "stamp": "int64",
    }
)

_CONTACTS = ibis.schema(
    {
        "task_id": "int64",
        "customer_id": "int64",
        "seller_id": "int64",
        "signal": "string",
        "drawn_on": "date",
        "state": "string",
        "contacted_on": "date",
        "blocked_until": "date",
        "market_id": "int64",
        "variant_id": "int64",
        "stamp": "int64",
    }
)

_COACHINGS = ibis.schema(
    {
        "task_id": "int64",
        "seller_id": "int64",
        "signal": "string",
        "drawn_on": "date",
        "state": "string",
        "stamp": "int64",
    }
)

_ASSIGNMENTS = ibis.schema(
    {
        "assignment_id": "int64",
        "dispatch_id": "int64",
        "customer_id": "int64",
        "seller_id": "int64",
        "assigned_on": "date",
        "state": "string",
        "closed_on": "date",
        "blocked_until": "date",
        "stamp": "int64",
    }
)

_MERGES = ibis.schema(
    {
        "customer_id": "int64",
        "into_id": "int64",
        "merged_on": "date",
        "is_undone": "boolean",
        "stamp": "int64",
    }
)

FACTS: dict[str, ibis.Schema] = {
    "order_lines": _ORDER_LINES,
    "refunds": _REFUNDS,
    "credits": _CREDITS,
    "customers": _CUSTOMERS,
    "merges": _MERGES,
    "follows": _FOLLOWS,
    "sellers": _SELLERS,
    "communities": _COMMUNITIES,
    "unit_ancestors": ibis.schema(
        {"unit_id": "int64", "ancestor_id": "int64", "ancestor_kind": "string"}
    ),
    "products": ibis.schema(
        {"product_id": "int64", "category_id": "int64", "brand_id": "int64", "stamp": "int64"}
    ),
    "categories": ibis.schema({"category_id": "int64", "name": "string", "stamp": "int64"}),
    "tags": ibis.schema(
        {
            "tag_id": "int64",
            "category_id": "int64",
            "brand_id": "int64",
            "fresh_days": "int64",
            "is_used": "boolean",
            "stamp": "int64",
        }
    ),
    "customer_tags": ibis.schema(
        {
            "tag_id": "int64",
            "customer_id": "int64",
            "seller_id": "int64",
            "tagged_on": "date",
            "is_on": "boolean",
            "stamp": "int64",
        }
    ),
    "coachings": _COACHINGS,
    "contacts": _CONTACTS,
    "assignments": _ASSIGNMENTS,
}
