"""Reasons to contact a customer, each with its evidence in numbers.

A signal reads the customers mart only. Its function returns one row a customer it holds for:
customer_id, signal, evidence_1 to evidence_4 (int64; what each means is in `SIGNALS`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import days_between

GOOD_QUINTILE = 4
DUE_WINDOW_DAYS = 7
DUE_PURCHASE_DAYS = 3
NEW_FRIEND_DAYS = 30
FIRST_ORDER_DAYS = (3, 14)
BIRTHDAY_DAYS = 7

# The evidence where a customer is chosen for belonging to a segment.
SEGMENT_EVIDENCE = ("days_in_segment", "orders", "spend_minor", "recency_days")

SIGNAL_ROWS = ibis.schema(
    {
        "customer_id": "int64",
        "signal": "string",
        "evidence_1": "int64",
        "evidence_2": "int64",
        "evidence_3": "int64",
        "evidence_4": "int64",
    }
)


@dataclass(frozen=True)
class Signal:
    """A reason to contact a customer.

    `evidence` names the numbers evidence_1 to evidence_4; `holds` and `measure` give, for
    the customers mart and the day of the list, the condition and those numbers.
    """

    name: str
    evidence: tuple[str, str, str, str]
    holds: Callable[[ibis.Table, date], Any]
    measure: Callable[[ibis.Table, date], tuple[Any, Any, Any, Any]]

    def rows(self, *, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
        """One row a customer for whom the signal holds; columns as `SIGNAL_ROWS`."""
        chosen = customers_mart.filter(self.holds(customers_mart, as_of))
        numbers = self.measure(chosen, as_of)
        return chosen.select(
            "customer_id",
            signal=ibis.literal(self.name),
            **{f"evidence_{k}": value.cast("int64") for k, value in enumerate(numbers, 1)},
        )


def evidence_of(*, signal: str) -> tuple[str, str, str, str]:
    """What evidence_1 to evidence_4 of a signal are; one that is none of ours is a segment's."""
    return SIGNALS[signal].evidence if signal in SIGNALS else SEGMENT_EVIDENCE


def slowing(*, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """Customers who buy less often than they used to, season and market allowed for."""
    return SIGNALS["slowing"].rows(customers_mart=customers_mart, as_of=as_of)


def silent_good(*, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """Silent customers of the two best quintiles by orders and by spend."""
    return SIGNALS["silent_good"].rows(customers_mart=customers_mart, as_of=as_of)


def due(*, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """Active customers whose usual gap ends within a week before or after `as_of`."""
    return SIGNALS["due"].rows(customers_mart=customers_mart, as_of=as_of)


def never_ordered(*, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """Friends of 1 to 30 days who never ordered."""
    return SIGNALS["never_ordered"].rows(customers_mart=customers_mart, as_of=as_of)


def first_order(*, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """Customers whose only purchase was 3 to 14 days ago: time to ask how it was."""
    return SIGNALS["first_order"].rows(customers_mart=customers_mart, as_of=as_of)


def birthday(*, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """Customers whose birthday is today or within seven days."""
    return SIGNALS["birthday"].rows(customers_mart=customers_mart, as_of=as_of)


def new_top(*, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """Customers who came into the top tenth by spend within the last 30 days."""
    return SIGNALS["new_top"].rows(customers_mart=customers_mart, as_of=as_of)


def signals(*, customers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """One row a customer and signal that holds for her; columns as `SIGNAL_ROWS`."""
    return ibis.union(
        *(signal.rows(customers_mart=customers_mart, as_of=as_of) for signal in SIGNALS.values())
    )


def _days_since(day: Any, as_of: date) -> Any:
    return days_between(start=day, end=ibis.literal(as_of))


def _is_due(customers: ibis.Table, as_of: date) -> Any:
    early = _days_since(customers.last_on, as_of) - customers.usual_gap_days
    return (
        (customers.state == "active")
        & (customers.purchase_days >= DUE_PURCHASE_DAYS)
        & (early >= -DUE_WINDOW_DAYS)
        & (early <= DUE_WINDOW_DAYS)
    )


def _is_silent_good(customers: ibis.Table, as_of: date) -> Any:
    return (
        (customers.state == "silent")
        & (customers.f_quintile >= GOOD_QUINTILE)
        & (customers.m_quintile >= GOOD_QUINTILE)
    )


def _is_new_friend(customers: ibis.Table, as_of: date) -> Any:
    newest = as_of - timedelta(days=NEW_FRIEND_DAYS)
    return (customers.state == "prospect") & (customers.followed_on >= newest)


def _is_first_order(customers: ibis.Table, as_of: date) -> Any:
    soonest, latest = (as_of - timedelta(days=days) for days in FIRST_ORDER_DAYS)
    return (
        (customers.purchase_days == 1)
        & (customers.first_on <= soonest)
        & (customers.first_on >= latest)
    )


_DECLARED = (
    Signal(
        name="slowing",
        evidence=(
            "before_per_30d_x100",
            "recent_per_30d_x100",
            "recency_days",
            "market_change_ppm",
        ),
        holds=lambda c, as_of: c.state == "slowing",
        measure=lambda c, as_of: (
            c.before_per_30d_x100,
            c.recent_per_30d_x100,
            c.recency_days,
            c.market_change_ppm,
        ),
    ),
    Signal(
        name="silent_good",
        evidence=("days_since_last", "usual_gap_days", "orders", "spend_minor"),
        holds=_is_silent_good,
        measure=lambda c, as_of: (
            _days_since(c.last_on, as_of),
            c.usual_gap_days,
            c.orders,
            c.spend_minor,
        ),
    ),
    Signal(
        name="due",
        evidence=("days_since_last", "usual_gap_days", "purchase_days", "average_order_minor"),
        holds=_is_due,
        measure=lambda c, as_of: (
            _days_since(c.last_on, as_of),
            c.usual_gap_days,
            c.purchase_days,
            c.average_order_minor,
        ),
    ),
    Signal(
        name="never_ordered",
        evidence=(
            "days_since_follow",
            "propensity_ppm",
            "order_value_minor",
            "expected_value_minor",
        ),
        holds=_is_new_friend,
        measure=lambda c, as_of: (
            _days_since(c.followed_on, as_of),
            c.propensity_ppm,
            c.order_value_minor,
            c.expected_value_minor,
        ),
    ),
    Signal(
        name="first_order",
        evidence=("days_since_first", "spend_minor", "orders", "favourite_category_id"),
        holds=_is_first_order,
        measure=lambda c, as_of: (
            _days_since(c.first_on, as_of),
            c.spend_minor,
            c.orders,
            c.favourite_category_id,
        ),
    ),
    Signal(
        name="birthday",
        evidence=("days_to_birthday", "birth_month", "birth_day", "orders"),
        holds=lambda c, as_of: c.days_to_birthday <= BIRTHDAY_DAYS,
        measure=lambda c, as_of: (
            c.days_to_birthday,
            c.birth_month,
            c.birth_day,
            c.orders,
        ),
    ),
    Signal(
        name="new_top",
        evidence=("spend_minor", "spend_before_30_minor", "orders_30", "orders"),
        holds=lambda c, as_of: c.is_top & ~c.was_top_30,
        measure=lambda c, as_of: (
            c.spend_minor,
            c.spend_before_30_minor,
            c.orders_30,
            c.orders,
        ),
    ),
)

SIGNALS: dict[str, Signal] = {signal.name: signal for signal in _DECLARED}
