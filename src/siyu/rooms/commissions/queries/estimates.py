"""What products would earn a seller if they were sold now."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
from django.core.cache import cache

from siyu.analytics.commissions import Scope, clock_band
from siyu.foundation.calendar import month_number
from siyu.rooms.catalog.queries import groups_of_products
from siyu.rooms.commissions.ports import calculator
from siyu.rooms.commissions.queries.net_lines import table_of
from siyu.rooms.commissions.queries.reasons import rate_text, rule_name
from siyu.rooms.commissions.types import Estimate, PricedProduct
from siyu.rooms.operations.queries import plain_rows
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.plans.queries import plans_in_force
from siyu.rooms.plans.types import PlansInForce
from siyu.rooms.sellers.queries import find_seller, level_on, own_seller, terms_of_sellers

_KEPT_SECONDS = 86_400
_ONE_PIECE = 1_000
_SELLER = 1
"""Stands for whoever sells: what is estimated depends on her terms alone."""
Row = dict[str, Any]
Paid = tuple[tuple[int, int, int], ...]
"""(rule, rate, amount) of what a product pays."""


class _Terms(NamedTuple):
    """What an estimate depends on besides the product: plan, day and hours, and who sells."""

    plan_id: int
    day: date
    minute: int
    band: int
    kind: str
    level: str | None
    unit_id: int | None


def own_estimates(
    *, viewer: Viewer, products: Sequence[PricedProduct], at: datetime
) -> list[Estimate]:
    """What a piece of each product would earn the viewer, in their order; none without a plan.

    Counted are shares of the line and limits of an order of it alone, as if the customer were
    hers; limits and bonuses of a month or campaign depend on what else is sold.
    """
    viewer.require(Right.SEE_OWN_NUMBERS)
    return _estimates(viewer.program_id, own_seller(viewer=viewer).id, products, at)


def estimates_for(
    *, viewer: Viewer, seller_id: int, products: Sequence[PricedProduct], at: datetime
) -> list[Estimate]:
    """The same for a seller within reach; raises NotFound, NotAllowed."""
    viewer.require(Right.SETTLE)
    seller = find_seller(viewer=viewer, seller_id=seller_id)
    return _estimates(viewer.program_id, seller.id, products, at)


def _estimates(
    program_id: int, seller_id: int, products: Sequence[PricedProduct], at: datetime
) -> list[Estimate]:
    plans = plans_in_force(program_id=program_id)
    terms = _terms(program_id, seller_id, plans, at)
    if terms is None:
        return []
    groups = groups_of_products(product_ids=[each.product_id for each in products])
    keys = {each: _key(terms, each, groups[each.product_id]) for each in products}
    known: dict[str, Paid] = cache.get_many(keys.values())
    new = [each for each in products if keys[each] not in known]
    if new:
        computed = _computed(terms, new, groups, plans)
        found = {keys[each]: computed[place] for place, each in enumerate(new)}
        cache.set_many(found, _KEPT_SECONDS)
        known |= found
    plan = plans.plan(terms.plan_id)
    return [
        Estimate(
            product_id=each.product_id,
            paid_minor=each.paid_minor,
            amount_minor=sum(amount for _, _, amount in known[keys[each]]),
            reasons=tuple(
                (rule_name(plan, rule), rate_text(plan, rule, rate))
                for rule, rate, _ in known[keys[each]]
            ),
        )
        for each in products
    ]


def _terms(program_id: int, seller_id: int, plans: PlansInForce, at: datetime) -> _Terms | None:
    """What the seller's pay depends on at a moment; None where no plan counts then."""
    program = program_of(program_id=program_id)
    day = program.day_of(at)
    plan_id = plans.version_on(day)
    if plan_id is None:
        return None
    local = at.astimezone(ZoneInfo(program.zone))
    minute = local.hour * 60 + local.minute
    own = terms_of_sellers(seller_ids=[seller_id], above=1)[seller_id]
    return _Terms(
        plan_id=plan_id,
        day=day,
        minute=minute,
        band=clock_band(plans.plan(plan_id), minute),
        kind=own.kind.value,
        level=level_on(seller_id=seller_id, day=day),
        unit_id=own.unit_id,
    )


def _key(terms: _Terms, product: PricedProduct, group: tuple[int | None, int | None]) -> str:
    """Under which an estimate is kept: the minute does not matter, its band does."""
    told = msgspec.msgpack.encode([*terms._replace(minute=0), *product, *group])
    return hashlib.blake2b(told, digest_size=20).hexdigest()


def _computed(
    terms: _Terms,
    products: Sequence[PricedProduct],
    groups: Mapping[int, tuple[int | None, int | None]],
    plans: PlansInForce,
) -> list[Paid]:
    """What the plan pays for one piece of each product, every one in an order of its own."""
    paid: list[list[tuple[int, int, int]]] = [[] for _ in products]
    found = calculator().accruals(
        version=terms.plan_id,
        plan=plans.plan(terms.plan_id),
        ids=plans.ids(terms.plan_id),
        net_lines=_lines(terms, products, groups),
    )
    for row in plain_rows(table=found):
        if row["payee_id"] == _SELLER and row["scope"] in (Scope.LINE, Scope.ORDER):
            paid[row["subject_id"]].append((row["rule"], row["rate"], row["amount_minor"]))
    return [tuple(sorted(each)) for each in paid]


def _lines(
    terms: _Terms,
    products: Sequence[PricedProduct],
    groups: Mapping[int, tuple[int | None, int | None]],
) -> pa.Table:
    return table_of(
        {
            "line_id": place,
            "order_id": place,
            "business_on": terms.day,
            "month": month_number(terms.day),
            "local_minute": terms.minute,
            "product_id": product.product_id,
            "brand_id": groups[product.product_id][0],
            "category_id": groups[product.product_id][1],
            "unit_id": terms.unit_id,
            "level": terms.level,
            "kind": terms.kind,
            "seller_id": _SELLER,
            "server_id": _SELLER,
            "quantity_milli": _ONE_PIECE,
            "paid_minor": product.paid_minor,
        }
        for place, product in enumerate(products)
    )
