"""What two periods sold, group by group: the counts behind a change of sales."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis

from siyu.analytics.arithmetic import total

SPANS = ibis.schema({"is_now": "boolean", "start_on": "date", "end_on": "date"})
UNITS = ibis.schema({"unit_id": "int64", "child_id": "int64"})

MOVEMENTS = ibis.schema(
    {
        "group_key": "string",
        "is_now": "boolean",
        "sellers": "int64",
        "buyers": "int64",
        "orders": "int64",
        "served_minor": "int64",
        "house_minor": "int64",
        "anonymous_minor": "int64",
        "refunds_minor": "int64",
    }
)
_COUNTS = tuple(name for name in MOVEMENTS if name not in ("group_key", "is_now"))


def movements(
    *,
    sales: ibis.Table,
    returns: ibis.Table,
    sellers_mart: ibis.Table,
    histories: ibis.Table,
    goods: ibis.Table,
    spans: ibis.Table,
    units: ibis.Table,
    cut: str,
    whole: bool,
) -> ibis.Table:
    """One row a group and period with any sale or refund.

    `spans` holds a row a period (both days included); `units` the org units looked at, each
    with the one below the top that it belongs to (`child_id`). Where `whole`, what is credited
    to no unit of `units` counts too. `cut` is a key of `CUTS`.

    Columns: group_key (empty where the cut does not apply); is_now; sellers, buyers, orders
    and served_minor of lines with a customer and a seller that are no gift; house_minor of the
    other lines with a customer; anonymous_minor of lines without a customer; refunds_minor,
    positive. An order counts in each group that sold a line of it which is no gift.
    """
    known = {"sellers": sellers_mart, "histories": histories, "goods": goods}
    columns = ("customer_id", "seller_id", "unit_id", "product_id", "business_on", "amount_minor")
    sold = sales.select(*columns, "order_id", "is_gift")
    given_back = returns.select(*columns, order_id=ibis.null("int64"), is_gift=False)
    lines = ibis.union(sold.mutate(is_refund=False), given_back.mutate(is_refund=True))
    lines = lines.inner_join(
        spans, (lines.business_on >= spans.start_on) & (lines.business_on <= spans.end_on)
    )
    parts = units.select(part_unit_id="unit_id", child_id="child_id")
    lines = lines.join(parts, lines.unit_id == parts.part_unit_id, how="left" if whole else "inner")
    grouped = CUTS[cut](lines, **known)
    return _counted(grouped.select("group_key", "is_now", *columns, "order_id", *_MARKS))


_MARKS = ("is_gift", "is_refund")


def _counted(lines: ibis.Table) -> ibis.Table:
    by = lines.group_by("group_key", "is_now")
    sold = ~lines.is_refund
    named = lines.customer_id.notnull()
    # Each amount of the chain stands on an order, and a gift on none.
    goods = sold & named & lines.seller_id.notnull() & ~lines.is_gift

    def amount(where: Any) -> Any:
        return total(lines.amount_minor, where=where)

    return by.agg(
        sellers=lines.seller_id.nunique(where=goods),
        buyers=lines.customer_id.nunique(where=goods),
        orders=lines.order_id.nunique(where=goods),
        served_minor=amount(goods),
        house_minor=amount(sold & named & (lines.seller_id.isnull() | lines.is_gift)),
        anonymous_minor=amount(sold & ~named),
        refunds_minor=amount(lines.is_refund),
    )


def _everything(lines: ibis.Table, **known: ibis.Table) -> ibis.Table:
    return lines.mutate(group_key=ibis.literal(""))


def _by_seller_age(lines: ibis.Table, **known: ibis.Table) -> ibis.Table:
    """New: a seller who began within the period itself."""
    sellers = known["sellers"].select(began_seller_id="seller_id", began_on="started_on")
    joined = lines.left_join(sellers, lines.seller_id == sellers.began_seller_id)
    is_new = (joined.began_on >= joined.start_on).fill_null(False)
    key = ibis.cases((joined.seller_id.isnull(), ""), (is_new, "new"), else_="existing")
    return joined.mutate(group_key=key)


def _by_customer_age(lines: ibis.Table, **known: ibis.Table) -> ibis.Table:
    """New: a customer whose first purchase ever lies within the period itself."""
    firsts = known["histories"].select(first_customer_id="customer_id", first_on="first_on")
    joined = lines.left_join(firsts, lines.customer_id == firsts.first_customer_id)
    is_new = (joined.first_on >= joined.start_on).fill_null(False)
    key = ibis.cases((joined.customer_id.isnull(), ""), (is_new, "new"), else_="returning")
    return joined.mutate(group_key=key)


def _by_kind(lines: ibis.Table, **known: ibis.Table) -> ibis.Table:
    kinds = known["sellers"].select(kind_seller_id="seller_id", kind="kind")
    joined = lines.left_join(kinds, lines.seller_id == kinds.kind_seller_id)
    return joined.mutate(group_key=joined.kind.fill_null(""))


def _by_category(lines: ibis.Table, **known: ibis.Table) -> ibis.Table:
    goods = known["goods"].select(good_id="product_id", category_id="category_id")
    joined = lines.left_join(goods, lines.product_id == goods.good_id)
    return joined.mutate(group_key=joined.category_id.cast("string").fill_null(""))


def _by_unit(lines: ibis.Table, **known: ibis.Table) -> ibis.Table:
    return lines.mutate(group_key=lines.child_id.cast("string").fill_null(""))


CUTS: dict[str, Callable[..., ibis.Table]] = {
    "everything": _everything,
    "seller_age": _by_seller_age,
    "customer_age": _by_customer_age,
    "kind": _by_kind,
    "category": _by_category,
    "unit": _by_unit,
}
