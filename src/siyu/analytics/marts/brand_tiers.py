"""Which brands carry the sales of each way of selling in each org unit."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from siyu.analytics.arithmetic import share_ppm, total
from siyu.foundation.calendar import month_of

BRAND_TIERS = ibis.schema(
    {
        "unit_id": "int64",
        "persona": "string",
        "brand_id": "int64",
        "tier": "string",
        "place": "int64",
        "sellers": "int64",
        "sellers_all": "int64",
        "lines": "int64",
        "gmv_minor": "int64",
        "share_ppm": "int64",
    }
)
TIERS = ("S", "A", "B", "C")
MONTHS = 4
# A brand belongs to the first tier whose bound the brands before it have not reached.
_BOUNDS_PPM = (500_000, 800_000, 950_000)
EVERY_PERSONA = ""
_GROUP = ("unit_id", "persona")


def brand_tiers(
    *,
    sales: ibis.Table,
    goods: ibis.Table,
    sellers_mart: ibis.Table,
    unit_ancestors: ibis.Table,
    as_of: date,
) -> ibis.Table:
    """One row an org unit, way of selling and brand that was sold within four months.

    The months are the four whole ones before that of `as_of`, and the days of it that have passed.
    A unit's rows hold everything credited to it and to the units below it. Brands are ordered by
    their sales (of equal ones the smaller id first) and cut as in an ABC analysis: S are the first
    brands until they make half of the sales, A until 80%, B until 95%, C the others.

    Columns: unit_id; persona (`EVERY_PERSONA` for all of them together); brand_id; tier; place (1
    for the brand sold most); sellers who sold it; sellers_all who sold any brand; lines; gmv_minor;
    share_ppm of all brands' sales. Gifts and products without a brand are left out.
    """
    rows = _by_seller(sales, goods, unit_ancestors, as_of).inner_join(
        ibis.union(
            sellers_mart.filter(sellers_mart.persona.notnull()).select("seller_id", "persona"),
            sellers_mart.select("seller_id", persona=ibis.literal(EVERY_PERSONA)),
        ),
        "seller_id",
    )
    everyone = rows.group_by(*_GROUP).agg(sellers_all=rows.seller_id.nunique())
    brands = rows.group_by(*_GROUP, "brand_id").agg(
        sellers=rows.seller_id.nunique(),
        lines=total(rows.lines),
        gmv_minor=total(rows.gmv_minor),
    )
    ranked = _ranked(brands.filter(brands.gmv_minor > 0))
    return ranked.inner_join(everyone, list(_GROUP)).select(*BRAND_TIERS)


def _by_seller(
    sales: ibis.Table, goods: ibis.Table, unit_ancestors: ibis.Table, as_of: date
) -> ibis.Table:
    recent = sales.filter(
        sales.business_on >= month_of(as_of, -MONTHS), ~sales.is_gift, sales.seller_id.notnull()
    )
    branded = goods.filter(goods.brand_id.notnull()).select(
        good_id="product_id", brand_id="brand_id"
    )
    lines = recent.inner_join(branded, recent.product_id == branded.good_id)
    own = lines.group_by("unit_id", "brand_id", "seller_id").agg(
        lines=lines.count(), gmv_minor=total(lines.amount_minor)
    )
    above = unit_ancestors.select(own_unit_id="unit_id", ancestor_id="ancestor_id")
    return own.inner_join(above, own.unit_id == above.own_unit_id).select(
        "brand_id", "seller_id", "lines", "gmv_minor", unit_id="ancestor_id"
    )


def _ranked(brands: ibis.Table) -> ibis.Table:
    order: list[Any] = [brands.gmv_minor.desc(), brands.brand_id]
    running = ibis.window(group_by=_GROUP, order_by=order, preceding=None, following=0)
    placed = brands.mutate(
        place=ibis.row_number().over(group_by=_GROUP, order_by=order) + 1,
        whole_minor=brands.gmv_minor.sum().over(group_by=_GROUP),
        until_minor=brands.gmv_minor.sum().over(running),
    )
    before_ppm = share_ppm(part=placed.until_minor - placed.gmv_minor, whole=placed.whole_minor)
    tiers = [(before_ppm < bound, tier) for bound, tier in zip(_BOUNDS_PPM, TIERS, strict=False)]
    return placed.mutate(
        tier=ibis.cases(*tiers, else_=TIERS[-1]),
        share_ppm=share_ppm(part=placed.gmv_minor, whole=placed.whole_minor),
    )
