"""Tags that sellers put on customers: which are fresh, and whether purchases bear them out."""

from __future__ import annotations

from datetime import date, timedelta

import ibis

from siyu.analytics.arithmetic import days_between, number_of

FRESH_TAGS = ibis.schema(
    {"tag_id": "int64", "customer_id": "int64", "seller_id": "int64", "tagged_on": "date"}
)
TAG_TRUTH = ibis.schema(
    {
        "seller_id": "int64",
        "tag_id": "int64",
        "tagged": "int64",
        "judged": "int64",
        "held": "int64",
        "buyers": "int64",
        "covered": "int64",
    }
)
JUDGED_DAYS = 365


def fresh_tags(*, tags: ibis.Table, customer_tags: ibis.Table, as_of: date) -> ibis.Table:
    """One row a tag and customer who bears it on the morning of `as_of`.

    A tag is fresh for as many days as it says; one put away counts no more. Columns: tag_id,
    customer_id, seller_id (who put or confirmed it last), tagged_on.
    """
    used = tags.filter(tags.is_used).select(used_tag_id="tag_id", fresh_days="fresh_days")
    put = customer_tags.filter(customer_tags.is_on, customer_tags.tagged_on < as_of)
    joined = put.inner_join(used, put.tag_id == used.used_tag_id)
    age = days_between(start=joined.tagged_on, end=ibis.literal(as_of))
    return joined.filter(age <= joined.fresh_days).select(*FRESH_TAGS)


def tag_truth(
    *,
    fresh_tags: ibis.Table,
    tags: ibis.Table,
    customers_mart: ibis.Table,
    sales: ibis.Table,
    goods: ibis.Table,
    as_of: date,
) -> ibis.Table:
    """One row a seller and tag that one of her customers bears, or whose goods one bought.

    A tag may claim that its customers buy of a category or brand; purchases of 365 days judge it.
    Columns: seller_id (who serves the customers), tag_id; tagged (her customers who bear it);
    judged (of these, who bought anything) and held (of these, who bought what the tag claims):
    held by judged is the tag's truth; buyers (her customers who bought what it claims) and covered
    (of these, who bear it): covered by buyers is its coverage. A tag that claims nothing has
    tagged alone.
    """
    recent = sales.filter(
        sales.business_on >= as_of - timedelta(days=JUDGED_DAYS),
        ~sales.is_gift,
        sales.customer_id.notnull(),
    )
    served = customers_mart.filter(customers_mart.seller_id.notnull())
    own = served.select("customer_id", "seller_id")
    claimed = _claimed(tags, goods)
    buyers = recent.inner_join(claimed, recent.product_id == claimed.good_id)
    bought = buyers.select("tag_id", "customer_id").distinct()
    borne = fresh_tags.select("tag_id", "customer_id")
    either = ibis.union(
        borne.mutate(is_tagged=True, has_bought=False),
        bought.mutate(is_tagged=False, has_bought=True),
    )
    pairs = either.group_by("tag_id", "customer_id").agg(
        is_tagged=either.is_tagged.any(), has_bought=either.has_bought.any()
    )
    claims = claimed.select("tag_id").distinct().mutate(is_claim=True)
    active = recent.select("customer_id").distinct().mutate(is_active=True)
    rows = pairs.inner_join(own, "customer_id")
    rows = rows.left_join(active, "customer_id").drop("customer_id_right")
    rows = rows.left_join(claims, "tag_id")
    judged = rows.is_tagged & (rows.is_active & rows.is_claim).fill_null(False)
    return rows.group_by("seller_id", "tag_id").agg(
        tagged=number_of(rows, where=rows.is_tagged),
        judged=number_of(rows, where=judged),
        held=number_of(rows, where=judged & rows.has_bought),
        buyers=number_of(rows, where=rows.has_bought),
        covered=number_of(rows, where=rows.has_bought & rows.is_tagged),
    )


def _claimed(tags: ibis.Table, goods: ibis.Table) -> ibis.Table:
    """The goods that a tag in use claims: tag_id, good_id."""
    used = tags.filter(tags.is_used)
    by_category = goods.inner_join(used, goods.category_id == used.category_id)
    by_brand = goods.inner_join(used, goods.brand_id == used.brand_id)
    return ibis.union(
        by_category.select("tag_id", good_id="product_id"),
        by_brand.select("tag_id", good_id="product_id"),
    ).distinct()
