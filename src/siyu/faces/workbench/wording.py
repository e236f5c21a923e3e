"""Reasons and portraits in plain words, with their numbers."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from siyu.faces.portraits import STATES
from siyu.faces.templatetags.siyu import money_round, share
from siyu.rooms.catalog.types import ProductView

_STEADY_PPM = 50_000


def reason(signal: str, evidence: Mapping[str, Any], currency: str) -> str:
    """The reason of a task in one sentence with its numbers."""
    return _SENTENCES.get(signal, _segment)(evidence, currency)


def _segment(evidence: Mapping[str, Any], currency: str) -> str:
    if not evidence.get("orders"):
        return _("Has not ordered yet")
    return _("{orders} orders, {spend} in all; last bought {days} days ago").format(
        orders=evidence["orders"],
        spend=money_round(evidence["spend_minor"], currency),
        days=evidence["recency_days"] + 1,
    )


def _slowing(evidence: Mapping[str, Any], currency: str) -> str:
    change = evidence.get("market_change_ppm") or 0
    if abs(change) < _STEADY_PPM:
        others = _("other customers have not changed")
    elif change < 0:
        others = _("others are only down {share}").format(share=share(-change))
    else:
        others = _("others are up {share}").format(share=share(change))
    return _("Used to buy {before} times a month, lately {recent}; {others}").format(
        before=_times(evidence["before_per_30d_x100"]),
        recent=_times(evidence["recent_per_30d_x100"]),
        others=others,
    )


def _silent_good(evidence: Mapping[str, Any], currency: str) -> str:
    return _("{orders} orders, {spend} in all; not seen for {days} days").format(
        orders=evidence["orders"],
        spend=money_round(evidence["spend_minor"], currency),
        days=evidence["days_since_last"],
    )


def _due(evidence: Mapping[str, Any], currency: str) -> str:
    return _("Usually buys every {gap} days; last time was {days} days ago").format(
        gap=evidence["usual_gap_days"], days=evidence["days_since_last"]
    )


def _never_ordered(evidence: Mapping[str, Any], currency: str) -> str:
    days = evidence["days_since_follow"]
    return ngettext(
        "Added {days} day ago, has not ordered yet",
        "Added {days} days ago, has not ordered yet",
        days,
    ).format(days=days)


def _first_order(evidence: Mapping[str, Any], currency: str) -> str:
    return _("First order {days} days ago ({spend}): ask how it was").format(
        days=evidence["days_since_first"], spend=money_round(evidence["spend_minor"], currency)
    )


def _birthday(evidence: Mapping[str, Any], currency: str) -> str:
    days = evidence["days_to_birthday"]
    when = f"{evidence['birth_month']:02}-{evidence['birth_day']:02}"
    if days == 0:
        return _("Birthday is today ({when})").format(when=when)
    return ngettext(
        "Birthday in {days} day ({when})", "Birthday in {days} days ({when})", days
    ).format(days=days, when=when)


def _new_top(evidence: Mapping[str, Any], currency: str) -> str:
    orders = evidence["orders_30"]
    return ngettext(
        "Now among the top 10%: {spend} in all, {orders} order this month",
        "Now among the top 10%: {spend} in all, {orders} orders this month",
        orders,
    ).format(spend=money_round(evidence["spend_minor"], currency), orders=orders)


_SENTENCES: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "slowing": _slowing,
    "silent_good": _silent_good,
    "due": _due,
    "never_ordered": _never_ordered,
    "first_order": _first_order,
    "birthday": _birthday,
    "new_top": _new_top,
}


def _times(per_month_x100: int) -> str:
    return f"{per_month_x100 / 100:.1f}".removesuffix(".0")


def standing_line(portrait: Mapping[str, Any], currency: str) -> str:
    """State, orders and spend in one line."""
    parts = [str(STATES.get(portrait["state"], portrait["state"]))]
    if portrait["orders"]:
        parts.append(
            ngettext("{n} order", "{n} orders", portrait["orders"]).format(n=portrait["orders"])
        )
        parts.append(money_round(portrait["spend_minor"], currency))
    return " · ".join(parts)


def message_values(
    *,
    customer: str,
    seller: str,
    store: str,
    bought: tuple[int, date, int] | None,
    products: Mapping[int, ProductView],
    on: date,
) -> dict[str, str]:
    """What the placeholders of a message stand for; ``bought`` as ``orders.last_bought`` says."""
    product_id, last_on, orders = bought or (0, None, 0)
    return {
        "customer": customer,
        "seller": seller,
        "store": store,
        "product": products[product_id].name if product_id in products else "",
        "days": str((on - last_on).days) if last_on else "",
        "orders": str(orders or ""),
    }
