"""A small brand drawn by chance, full of what breaks queries: ties, nulls, gaps, overlaps."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

AS_OF = date(2024, 5, 1)
UNITS = {1: [1, 10, 100], 2: [2, 10, 100], 3: [3, 11, 100]}
SELLERS = range(1, 6)
# They have no friends and never sold.
IDLE_SELLERS = range(6, 9)
KINDS = ["slowing", "due", "birthday"]


def random_facts(seed: int, *, customers: int = 80) -> dict[str, list[dict[str, Any]]]:
    """Every fact table, drawn from a seed; some rows lie on or after `AS_OF`."""
    draw = random.Random(seed)
    lines, credited, refunds = _sold(draw, customers)
    side, groups = random.Random(seed), random.Random(seed)
    return {
        "order_lines": lines,
        "credits": credited,
        "refunds": refunds,
        "customers": [_customer(draw, k) for k in range(1, customers + 1)],
        "follows": _follows(draw, customers),
        "sellers": [_seller(side, k) for k in (*SELLERS, *IDLE_SELLERS)],
        "communities": [_community(groups, k) for k in range(1, 30)],
        "unit_ancestors": [
            {"unit_id": unit, "ancestor_id": ancestor}
            for unit, ancestors in UNITS.items()
            for ancestor in ancestors
        ],
        "products": [
            {
                "product_id": k,
                "category_id": draw.choice([None, 7, 3, 5]),
                "brand_id": (None, 31, 32, 33)[k % 4],
            }
            for k in range(1, 13)
        ],
        "categories": [{"category_id": k, "name": str(k)} for k in (3, 5, 7)],
        "contacts": [_contact(draw, k, customers) for k in range(1, customers // 3)],
        "coachings": [_coaching(side, k) for k in range(1, 60)],
        "tags": [
            {"tag_id": 1, "category_id": 7, "brand_id": None, "fresh_days": 180, "is_used": True},
            {"tag_id": 2, "category_id": None, "brand_id": 31, "fresh_days": 30, "is_used": True},
            {"tag_id": 3, "category_id": None, "brand_id": None, "fresh_days": 90, "is_used": True},
            {"tag_id": 4, "category_id": 3, "brand_id": None, "fresh_days": 99, "is_used": False},
        ],
        "customer_tags": [
            {
                "tag_id": k % 4 + 1,
                "customer_id": k * 7 % customers + 1,
                "seller_id": k % 5 + 1,
                "tagged_on": AS_OF - timedelta(days=k * 11 % 200 - 1),
                "is_on": k % 6 > 0,
            }
            for k in range(1, customers)
        ],
        "assignments": [_assignment(draw, k, customers) for k in range(1, customers // 10)],
    }


def _day(draw: random.Random, days: int) -> date:
    return AS_OF + timedelta(days=3 - draw.randrange(days))


def _customer(draw: random.Random, customer_id: int) -> dict[str, Any]:
    born_on = date(1950, 1, 1) + timedelta(days=draw.randrange(26_000))
    near = AS_OF.replace(year=1990) + timedelta(days=draw.randrange(10))
    return {
        "customer_id": customer_id,
        "gender": draw.choice(["female", "male", "unknown"]),
        "born_on": draw.choice([None, born_on, near, date(1992, 2, 29)]),
        "city_tier": draw.choice([None, 1, 2, 5]),
        "opted_out": draw.random() < 0.1,
        "is_deleted": draw.random() < 0.05,
    }


def _follows(draw: random.Random, customers: int) -> list[dict[str, Any]]:
    rows = []
    for follow_id in range(1, customers * 2):
        followed_on = _day(draw, 200)
        rows.append(
            {
                "follow_id": follow_id,
                "customer_id": draw.randrange(1, customers + 1),
                "seller_id": draw.choice(SELLERS),
                "is_serving": draw.random() < 0.8,
                "followed_on": followed_on,
                "ended_on": draw.choice(
                    [None, None, AS_OF, AS_OF + timedelta(days=1), followed_on]
                ),
            }
        )
    return rows


def _community(draw: random.Random, community_id: int) -> dict[str, Any]:
    opened_on = _day(draw, 300)
    lasted = timedelta(days=draw.randrange(120))
    return {
        "community_id": community_id,
        # Nobody knows of some owners.
        "seller_id": draw.choice([*SELLERS, 99]),
        "theme": draw.choice(["", "flash", "members"]),
        "opened_on": opened_on,
        "ended_on": draw.choice([None, opened_on + lasted, max(opened_on, AS_OF)]),
        "members": draw.choice([None, 0, 80]),
    }


def _assignment(draw: random.Random, assignment_id: int, customers: int) -> dict[str, Any]:
    return {
        "assignment_id": assignment_id,
        "customer_id": draw.randrange(1, customers + 1),
        "seller_id": draw.choice(SELLERS),
        "assigned_on": AS_OF - timedelta(days=3),
        "blocked_until": draw.choice([None, AS_OF, AS_OF + timedelta(days=1)]),
    }


def _seller(draw: random.Random, seller_id: int) -> dict[str, Any]:
    return {
        "seller_id": seller_id,
        "unit_id": seller_id % 3 + 1,
        "origin": draw.choice(["", "fair", "old shop"]),
        "invited_by_id": None if seller_id == 1 else draw.choice([None, 1, seller_id - 1]),
        "joined_on": draw.choice([None, *(AS_OF - timedelta(days=k) for k in (10, 30, 90, 900))]),
    }


def _coaching(draw: random.Random, task_id: int) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "seller_id": draw.choice([*SELLERS, *IDLE_SELLERS]),
        "signal": draw.choice(["seller_silent", "first_sale_due"]),
        "drawn_on": AS_OF - timedelta(days=draw.choice([0, 13, 14, 15, 30, 90])),
        "state": draw.choice(["open", "done", "expired", "held"]),
    }


def _contact(draw: random.Random, task_id: int, customers: int) -> dict[str, Any]:
    drawn_on = AS_OF - timedelta(days=draw.choice([0, 1, 6, 7, 8, 30]))
    return {
        "task_id": task_id,
        "customer_id": draw.randrange(1, customers + 1),
        "seller_id": draw.choice(SELLERS),
        "signal": draw.choice(KINDS),
        "drawn_on": drawn_on,
        "state": draw.choice(["open", "done", "skipped", "expired", "held"]),
        "contacted_on": draw.choice([None, drawn_on, AS_OF - timedelta(days=7)]),
        "blocked_until": draw.choice([None, None, AS_OF, AS_OF + timedelta(days=1)]),
    }


def _sold(draw: random.Random, customers: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Order lines, their credits and refunds: some heavy buyers, many light, some none."""
    lines: list[dict[str, Any]] = []
    credited: list[dict[str, Any]] = []
    refunds: list[dict[str, Any]] = []
    for order in _orders(draw, customers):
        unit_id = draw.choice([1, 2, 3, None])
        for _ in range(draw.choice([1, 1, 2, 3])):
            line = _line(draw, len(lines) + 1, order)
            lines.append(line)
            if draw.random() < 0.95:
                credited.append(_credit(draw, line, unit_id))
            if draw.random() < 0.15:
                refunds.append(_refund(draw, len(refunds) + 1, line))
    return lines, credited, refunds


def _orders(draw: random.Random, customers: int) -> list[dict[str, Any]]:
    bought: list[tuple[int | None, date]] = []
    for _ in range(customers * 5):
        # The cube makes few customers buy most of the orders; the last tenth buys nothing.
        buyer = 1 + int(customers * 0.9 * draw.random() ** 3)
        day = _day(draw, draw.choice([40, 120, 800, 1000]))
        bought.append((draw.choice([buyer] * 9 + [None]), day))
    for customer, often, seldom in ((customers, 5, 29), (customers - 1, 4, 400)):
        # Regular customers: one buys far less in the last 90 days, one stops altogether.
        gaps = [often] * 80 + [seldom] * (90 // seldom)
        day = AS_OF - timedelta(days=sum(gaps) + 1 + (60 if seldom == 400 else 0))
        for gap in gaps:
            day += timedelta(days=gap)
            bought.append((customer, day))
    return [
        {
            "order_id": order_id,
            "customer_id": customer,
            "business_on": day,
            "local_hour": draw.randrange(24),
            "is_paid": draw.random() < 0.9,
        }
        for order_id, (customer, day) in enumerate(bought, 1)
    ]


def _line(draw: random.Random, line_id: int, order: dict[str, Any]) -> dict[str, Any]:
    is_gift = draw.random() < 0.1
    return order | {
        "line_id": line_id,
        "product_id": draw.choice([None, *range(1, 15)]),
        "amount_minor": 0 if is_gift else draw.choice([1000, 2000, draw.randrange(1, 50_000)]),
        "is_gift": is_gift,
        "is_void": draw.random() < 0.05,
        "quantity_milli": draw.choice([1000, 2500, 1000, 0 if draw.random() < 0.1 else 1000]),
    }


def _credit(draw: random.Random, line: dict[str, Any], unit_id: int | None) -> dict[str, Any]:
    return {
        "line_id": line["line_id"],
        "seller_id": draw.choice([*SELLERS, None]),
        "unit_id": draw.choice([unit_id] * 5 + [2]),
        "basis": draw.choice(["serving", "order", "store", "none"]),
        "business_on": line["business_on"],
    }


def _refund(draw: random.Random, refund_id: int, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "refund_id": refund_id,
        "order_id": line["order_id"],
        "line_id": draw.choice([line["line_id"], None]),
        "customer_id": line["customer_id"],
        "product_id": line["product_id"],
        "business_on": line["business_on"] + timedelta(days=draw.randrange(20)),
        "amount_minor": draw.randrange(1, 5000),
    }
