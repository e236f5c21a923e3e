"""Bookings of commissions as pages show them: with the goods, and the reason in plain words."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from siyu.analytics.commissions import Scope
from siyu.rooms.catalog.queries import products_of_ids
from siyu.rooms.commissions.types import AccrualView


def with_reasons(lines: Sequence[AccrualView]) -> list[dict[str, Any]]:
    """Bookings with the name of what was sold and the reason."""
    products = products_of_ids(product_ids={each.product_id for each in lines if each.product_id})
    return [
        {
            "line": each,
            "product": products[each.product_id].name if each.product_id in products else "",
            "reason": _reason(each),
        }
        for each in lines
    ]


def _reason(line: AccrualView) -> str:
    """Why it was booked, in a few words."""
    if line.scope is Scope.ORDER:
        text = _("limit of an order: {rule}")
    elif line.scope is Scope.MONTH:
        text = _("limit of {month}: {rule}")
    elif line.scope is Scope.BONUS:
        text = (
            _("bonus of {month}: {rule} {rate}") if line.subject_id else _("bonus: {rule} {rate}")
        )
    elif not line.rate_text:
        text = _("taken back: {rule}")
    elif line.amount_minor < 0:
        text = _("less after a refund or correction: {rule} {rate}")
    else:
        text = "{rule} {rate}"
    month = _month(line.subject_id)
    return text.format(rule=line.rule_name, rate=line.rate_text, month=month).strip()


def _month(number: int) -> str:
    return f"{number // 100}-{number % 100:02}"
