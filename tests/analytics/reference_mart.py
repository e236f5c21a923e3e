"""The rows of the customers mart, put together from the plain reference."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from tests.analytics.reference import (
    Buyer,
    Clock,
    Row,
    age,
    age_band,
    days_to_birthday,
    favourite_category,
    favourite_hours,
    half_up,
    hundredths,
    in_top_tenth,
    quintile,
    serving,
    sold_lines,
    visits_of,
)


def customers_mart(facts: dict[str, list[Row]], as_of: date) -> dict[int, Row]:
    lines = sold_lines(facts, as_of)
    visits = visits_of(lines)
    clock = Clock(visits)
    buyers = {
        customer: Buyer(visits=own, clock=clock, as_of=as_of) for customer, own in visits.items()
    }
    followed = serving(facts, as_of)
    chances = Chances(buyers, followed, as_of)
    categories = {row["product_id"]: row["category_id"] for row in facts.get("products", [])}
    rows = {}
    for person in facts["customers"]:
        customer = person["customer_id"]
        if person["is_deleted"]:
            continue
        row = portrait(person, followed.get(customer), as_of)
        row["refunds_minor"] = sum(
            refund["amount_minor"]
            for refund in facts.get("refunds", [])
            if refund["customer_id"] == customer and refund["business_on"] < as_of
        )
        row |= bought(buyers[customer], buyers) if customer in buyers else bought_nothing()
        row["favourite_category_id"] = favourite_category(customer, lines, categories)
        row["net_spend_minor"] = row["spend_minor"] - row["refunds_minor"]
        row["propensity_ppm"] = chances.ppm(customer)
        row["order_value_minor"] = row["average_order_minor"] or chances.common_order_minor
        row["expected_value_minor"] = row["propensity_ppm"] * row["order_value_minor"] // 10**6
        rows[customer] = row
    return rows


def portrait(person: Row, follow: Row | None, as_of: date) -> Row:
    born_on = person["born_on"]
    return {
        "customer_id": person["customer_id"],
        "seller_id": follow and follow["seller_id"],
        "followed_on": follow and follow["followed_on"],
        "gender": person["gender"],
        "age_band": age_band(age(born_on, as_of)) if born_on else "unknown",
        "city_tier": person["city_tier"],
        "birth_month": born_on and born_on.month,
        "birth_day": born_on and born_on.day,
        "days_to_birthday": born_on and days_to_birthday(born_on, as_of),
        "is_minor": bool(born_on) and age(born_on, as_of) < 18,
        "opted_out": person["opted_out"],
    }


def bought_nothing() -> Row:
    zeros = "orders orders_30 orders_90 purchase_days visits_90 spend_minor spend_before_30_minor"
    nulls = (
        "first_on last_on recency_days average_order_minor usual_gap_days favourite_hours"
        " r_quintile f_quintile m_quintile rate elapsed_x100 expected_visits_90_x100"
        " before_per_30d_x100 recent_per_30d_x100 market_change_ppm"
    )
    flags = {"state": "prospect", "is_top": False, "was_top_30": False}
    return dict.fromkeys(zeros.split(), 0) | dict.fromkeys(nulls.split()) | flags


def bought(buyer: Buyer, buyers: dict[int, Buyer]) -> Row:
    days = buyer.days
    orders, spend = buyer.orders(days), buyer.spend(days)
    expected = buyer.expected(90)
    return (
        standing(buyer, buyers)
        | {
            "state": buyer.state(),
            "first_on": days[0],
            "last_on": days[-1],
            "recency_days": (buyer.as_of - days[-1]).days - 1,
            "orders": orders,
            "orders_30": buyer.orders(buyer.within(30)),
            "orders_90": buyer.orders(buyer.within(90)),
            "purchase_days": len(days),
            "visits_90": len(buyer.within(90)),
            "spend_minor": spend,
            "spend_before_30_minor": spend - buyer.spend(buyer.within(30)),
            "average_order_minor": half_up(spend, orders),
            "usual_gap_days": half_up((days[-1] - days[0]).days, len(days) - 1)
            if len(days) > 1
            else None,
            "favourite_hours": favourite_hours(buyer),
            "rate": buyer.rate_until(buyer.as_of),
            "elapsed_x100": hundredths(buyer.elapsed()),
            "expected_visits_90_x100": None if expected is None else hundredths(expected),
            "recent_per_30d_x100": half_up(len(buyer.within(90)) * 100, 3),
        }
        | against_before(buyer)
    )


def standing(buyer: Buyer, buyers: dict[int, Buyer]) -> Row:
    def spend(one: Buyer, *, until: date) -> int:
        return one.spend(day for day in one.days if day < until)

    def orders(one: Buyer, *, until: date) -> int:
        return one.orders(day for day in one.days if day < until)

    now, then = buyer.as_of, buyer.ago(30)
    spends = [spend(one, until=now) for one in buyers.values()]
    counts = [orders(one, until=now) for one in buyers.values()]
    spends_then = [spend(one, until=then) for one in buyers.values() if orders(one, until=then)]
    own, own_then = spend(buyer, until=now), spend(buyer, until=then)
    return {
        "r_quintile": quintile(buyer.days[-1], [one.days[-1] for one in buyers.values()]),
        "f_quintile": quintile(orders(buyer, until=now), counts),
        "m_quintile": quintile(own, spends),
        "is_top": orders(buyer, until=now) >= 2 and in_top_tenth(own, spends),
        "was_top_30": orders(buyer, until=then) >= 2 and in_top_tenth(own_then, spends_then),
    }


def against_before(buyer: Buyer) -> Row:
    start = buyer.ago(90)
    days = (start - buyer.days[0]).days - 1
    if days <= 0:
        return {"before_per_30d_x100": None, "market_change_ppm": None}
    repeats = sum(day < start for day in buyer.days) - 1
    clock = buyer.clock
    first, then = clock.at_end_of(buyer.days[0]), clock.on_morning_of(start)
    recent = (clock.on_morning_of(buyer.as_of) - then) / 10**9 / 90
    before = (then - first) / 10**9 / days
    return {
        "before_per_30d_x100": half_up(repeats * 3000, days),
        "market_change_ppm": int(recent / before * 10**6 + 0.5) - 10**6 if before else None,
    }


class Chances:
    """Buckets of customers as they stood 30 days ago, and who of them bought since."""

    def __init__(self, buyers: dict[int, Buyer], followed: dict[int, Row], as_of: date) -> None:
        self.buyers, self.followed, self.as_of = buyers, followed, as_of
        then = as_of - timedelta(days=30)
        self.customers: Counter[Any] = Counter()
        self.bought: Counter[Any] = Counter()
        for one in buyers.values():
            if one.days[0] < then:
                self._count(self._buyer_bucket(one, then), "buyers", bool(one.within(30)))
        for customer, follow in followed.items():
            own = buyers.get(customer)
            if follow["followed_on"] < then and (own is None or own.days[0] >= then):
                self._count(self._friend_bucket(follow, then), "prospects", own is not None)
        orders = sum(one.orders(one.days) for one in buyers.values())
        spend = sum(one.spend(one.days) for one in buyers.values())
        self.common_order_minor = half_up(spend, orders) if orders else 0

    def _count(self, bucket: Any, everyone: str, bought: bool) -> None:
        for key in (bucket, everyone):
            self.customers[key] += 1
            self.bought[key] += bought

    def _buyer_bucket(self, buyer: Buyer, on: date) -> Any:
        rate = sum(hundredths(buyer.rate_until(on)) >= edge for edge in (50, 100, 200, 400))
        edges = (25, 50, 100, 200, 300, 600)
        return "buyer", rate, sum(hundredths(buyer.elapsed(on)) >= edge for edge in edges)

    def _friend_bucket(self, follow: Row, on: date) -> Any:
        days = (on - follow["followed_on"]).days
        return "prospect", sum(days >= edge for edge in (8, 31, 91))

    def ppm(self, customer: int) -> int:
        buyer, follow = self.buyers.get(customer), self.followed.get(customer)
        bucket = None
        if buyer:
            bucket = self._buyer_bucket(buyer, self.as_of)
        elif follow:
            bucket = self._friend_bucket(follow, self.as_of)
        if bucket not in self.customers:
            bucket = "buyers" if buyer else "prospects"
        if bucket not in self.customers:
            return 500_000
        return (self.bought[bucket] + 1) * 10**6 // (self.customers[bucket] + 2)
