"""The customers mart again, in plain Python loops: slow, and easy to read."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
_HOURS = [(0, 5), (6, 8), (9, 11), (12, 13), (14, 17), (18, 20), (21, 23)]


def sold_lines(facts: dict[str, list[Row]], as_of: date) -> list[Row]:
    credited = {row["line_id"]: row for row in facts.get("credits", [])}
    nobody = {"seller_id": None, "unit_id": None}
    return [
        line | {name: credited.get(line["line_id"], nobody)[name] for name in nobody}
        for line in facts["order_lines"]
        if line["is_paid"]
        and not line["is_void"]
        and line["quantity_milli"] > 0
        and line["business_on"] < as_of
    ]


def visits_of(lines: Iterable[Row]) -> dict[int, dict[date, Row]]:
    """Customer, day: orders, amount and first hour."""
    found: dict[int, dict[date, Row]] = defaultdict(dict)
    for line in lines:
        if line["customer_id"] is None or line["is_gift"]:
            continue
        day = found[line["customer_id"]].setdefault(
            line["business_on"], {"orders": set(), "amount": 0, "hour": 24}
        )
        day["orders"].add(line["order_id"])
        day["amount"] += line["amount_minor"]
        day["hour"] = min(day["hour"], line["local_hour"])
    return found


class Clock:
    """The market clock in parts per billion, by asking on every day who is awaited."""

    def __init__(self, visits: dict[int, dict[date, Row]]) -> None:
        days = [sorted(own) for own in visits.values()]
        known = [own for own in days if len(own) > 1]
        repeats: Counter[date] = Counter()
        for own in known:
            for place in range(1, len(own)):
                if place + 1 < len(own) and (own[place + 1] - own[place]).days <= patience(own):
                    repeats[own[place + 1]] += 1
        intervals = sum(span(own) // (len(own) - 1) for own in known)
        average = len(known) * 10**6 / intervals if intervals else None
        clock = 0
        self.rows: dict[date, tuple[int, int]] = {}
        self._days: list[date] = sorted({day for own in days for day in own})
        self._readings: list[int] = []
        for day in self._days:
            expected = sum(pace_ppm(own) for own in known if _is_awaited(own, day))
            if expected and average is not None:
                clock += math.floor(repeats[day] * average * 10**9 / expected)
            self.rows[day] = (repeats[day], expected)
            self._readings.append(clock)

    def at_end_of(self, day: date) -> int:
        place = bisect_right(self._days, day)
        return self._readings[place - 1] if place else 0

    def on_morning_of(self, day: date) -> int:
        return self.at_end_of(day - timedelta(days=1))


def _is_awaited(days: list[date], day: date) -> bool:
    place = bisect_left(days, day)
    return place > 1 and 1 <= (day - days[place - 1]).days <= patience(days)


def span(days: list[date]) -> int:
    return (days[-1] - days[0]).days + 30


def pace_ppm(days: list[date]) -> int:
    return (len(days) - 1) * 10**6 // span(days)


def patience(days: list[date]) -> int:
    return min(max(4 * span(days) // (len(days) - 1), 60), 365)


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def hundredths(value: float) -> int:
    return math.floor(value * 100 + 0.5)


@dataclass
class Buyer:
    """One customer's visits and the market clock, as of a day."""

    visits: dict[date, Row]
    clock: Clock
    as_of: date

    @property
    def days(self) -> list[date]:
        return sorted(self.visits)

    def ago(self, days: int) -> date:
        return self.as_of - timedelta(days=days)

    def within(self, days: int, *, years_ago: int = 0) -> list[date]:
        end = self.ago(365 * years_ago)
        return [day for day in self.days if end - timedelta(days=days) <= day < end]

    def orders(self, days: Iterable[date]) -> int:
        return sum(len(self.visits[day]["orders"]) for day in days)

    def spend(self, days: Iterable[date]) -> int:
        return sum(self.visits[day]["amount"] for day in days)

    def rate(self, days: list[date], until_ppb: int) -> float:
        exposure = until_ppb - self.clock.at_end_of(self.days[0])
        return (len(days) - 0.5) / (exposure / 10**9 + 0.5)

    def expected(self, window: int) -> float | None:
        before = [day for day in self.days if day < self.ago(window)]
        if not before:
            return None
        start = self.clock.on_morning_of(self.ago(window))
        passed = self.clock.on_morning_of(self.as_of) - start
        return self.rate(before, start) * (passed / 10**9)

    def fell(self, window: int) -> bool:
        expected, seen = self.expected(window), len(self.within(window))
        if expected is None:
            return False
        before = sum(day < self.ago(window) for day in self.days)
        if not (seen * 10 <= expected * 6 and beyond_chance(seen, expected, before)):
            return False
        if self.days[0] >= self.ago(365 + window):
            return True
        now = self._passed(self.ago(window), self.as_of)
        then = self._passed(self.ago(365 + window), self.ago(365))
        last_year = len(self.within(window, years_ago=1))
        return then > 0 and last_year * now / then * 2 >= expected + seen

    def _passed(self, start: date, end: date) -> float:
        return (self.clock.on_morning_of(end) - self.clock.on_morning_of(start)) / 10**9

    def elapsed(self, until: date | None = None) -> float:
        """Visits expected since the last one before `until`, on its morning."""
        until = until or self.as_of
        days = [day for day in self.days if day < until]
        last = self.clock.at_end_of(days[-1])
        passed = self.clock.on_morning_of(until) - last
        return self.rate(days, last) * (passed / 10**9)

    def rate_until(self, until: date) -> float:
        days = [day for day in self.days if day < until]
        return self.rate(days, self.clock.at_end_of(days[-1]))

    def state(self) -> str:
        recency = (self.as_of - self.days[-1]).days - 1
        if self.days[0] >= self.ago(30):
            return "new"
        in_season = not self._quiet_last_year(recency)
        if is_lost(self.elapsed(), recency) and in_season:
            return "lost"
        if is_silent(self.elapsed(), recency) and in_season:
            return "silent"
        if self.days[-1] >= self.ago(60) and self._was_away():
            return "won_back"
        fell = any(self.fell(window) for window in (30, 60, 90))
        return "slowing" if fell else "active"

    def _quiet_last_year(self, recency: int) -> bool:
        window = 90 if recency >= 104 else 60 if recency >= 74 else 30
        bought = self.within(window, years_ago=1)
        return 30 <= recency < 365 and self.days[0] < self.ago(455) and not bought

    def _was_away(self) -> bool:
        if len(self.days) < 2:
            return False
        before, last = self.days[-2:]
        gap = self.clock.at_end_of(last) - self.clock.at_end_of(before)
        rate = self.rate(self.days[:-1], self.clock.at_end_of(before))
        expected, days = rate * (gap / 10**9), (last - before).days - 1
        return is_silent(expected, days) or is_lost(expected, days)


def beyond_chance(seen: int, expected: float, visits_before: int) -> bool:
    short = expected - seen
    variance = expected + expected * expected / visits_before
    return short > 0 and short * short * 10 >= variance * 24


def is_silent(elapsed: float, recency: int) -> bool:
    return elapsed >= 3 and recency >= 30


def is_lost(elapsed: float, recency: int) -> bool:
    return (elapsed >= 6 and recency >= 30) or recency >= 730


def serving(facts: dict[str, list[Row]], as_of: date) -> dict[int, Row]:
    found: dict[int, Row] = {}
    for follow in sorted(facts.get("follows", []), key=lambda row: row["follow_id"]):
        ended_on = follow["ended_on"]
        began = follow["is_serving"] and follow["followed_on"] < as_of
        if began and (ended_on is None or ended_on > as_of):
            found[follow["customer_id"]] = follow
    return found


def quintile(value: Any, everyone: list[Any]) -> int:
    below = sum(other < value for other in everyone)
    return 1 + below * 5 // len(everyone)


def in_top_tenth(value: int, everyone: list[int]) -> bool:
    return sum(other < value for other in everyone) * 10 >= len(everyone) * 9


def age(born_on: date, as_of: date) -> int:
    return as_of.year - born_on.year - ((as_of.month, as_of.day) < (born_on.month, born_on.day))


def age_band(years: int) -> str:
    for top, band in [(17, "under_18"), (24, "18_24"), (30, "25_30"), (35, "31_35")]:
        if years <= top:
            return band
    for top, band in [(40, "36_40"), (50, "41_50"), (60, "51_60")]:
        if years <= top:
            return band
    return "over_60"


def days_to_birthday(born_on: date, as_of: date) -> int:
    for days in range(367):
        day = as_of + timedelta(days=days)
        leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
        if (born_on.month, born_on.day) == (2, 29) and not leap:
            if (day.month, day.day) == (3, 1):
                return days
        elif (day.month, day.day) == (born_on.month, born_on.day):
            return days
    raise AssertionError("a year has passed without a birthday")


def favourite_hours(buyer: Buyer) -> str:
    counts: Counter[tuple[int, int]] = Counter()
    for visit in buyer.visits.values():
        counts[next(part for part in _HOURS if part[0] <= visit["hour"] <= part[1])] += 1
    most = max(counts.values())
    low, high = min(part for part, count in counts.items() if count == most)
    return f"{low}-{high}"


def favourite_category(customer_id: int, lines: list[Row], categories: dict[int, Any]) -> Any:
    spent: Counter[int] = Counter()
    for line in lines:
        category = categories.get(line["product_id"])
        if line["customer_id"] == customer_id and not line["is_gift"] and category is not None:
            spent[category] += line["amount_minor"]
    if not spent:
        return None
    return min(spent, key=lambda category: (-spent[category], category))
