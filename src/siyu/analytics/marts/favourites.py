"""The category on which a customer has spent most."""

from __future__ import annotations

import ibis

from siyu.analytics.arithmetic import total

# Spend and the category's rank share one integer, so the greatest of a group names both
# without a second pass and without ties. 20 bits hold a million categories and leave room
# for 8.8e12 minor units a customer and category.
_RANKS = 2**20

FAVOURITES = ibis.schema({"customer_id": "int64", "favourite_category_id": "int64"})


def favourites(*, sales: ibis.Table, products: ibis.Table) -> ibis.Table:
    """One row a customer who bought anything with a category.

    Columns: customer_id, favourite_category_id (greatest spend; the smallest id of several).
    """
    known = products.filter(products.category_id.notnull())
    categories = known.select("category_id").distinct()
    ranked = categories.mutate(
        rank=ibis.row_number().over(order_by=categories.category_id).cast("int64")
    )
    kinds = known.inner_join(ranked, "category_id").select(
        kind_product_id="product_id", rank="rank"
    )
    lines = sales.filter(sales.customer_id.notnull(), ~sales.is_gift)
    bought = lines.inner_join(kinds, lines.product_id == kinds.kind_product_id)
    spent = bought.group_by("customer_id", "rank").agg(amount_minor=total(bought.amount_minor))
    best = spent.group_by("customer_id").agg(
        best=(spent.amount_minor * _RANKS + (_RANKS - 1 - spent["rank"])).max()
    )
    decoded = best.select("customer_id", best_rank=_RANKS - 1 - best.best % _RANKS)
    return decoded.inner_join(ranked, decoded.best_rank == ranked["rank"]).select(
        "customer_id", favourite_category_id="category_id"
    )
