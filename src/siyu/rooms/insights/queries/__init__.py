"""Every read of insights."""

from siyu.rooms.insights.queries.audiences import (
    audience_by_seller,
    audience_rows,
    audience_size,
    customers_known,
    segment_sizes_of,
    stays_of,
)
from siyu.rooms.insights.queries.brands import brand_tiers_of
from siyu.rooms.insights.queries.concentration import concentration_of, middle_sellers
from siyu.rooms.insights.queries.drivers import drivers_between
from siyu.rooms.insights.queries.forecast import forecast_of
from siyu.rooms.insights.queries.fresh import (
    day_so_far,
    freshness_of,
    seller_days_of,
    sellers_in_month,
    units_in_month,
)
from siyu.rooms.insights.queries.layers import own_layer, own_layers
from siyu.rooms.insights.queries.lives import lives_of
from siyu.rooms.insights.queries.pages import members_after, portraits_after, sellers_after
from siyu.rooms.insights.queries.pasts import sellers_began, sold_by_seller
from siyu.rooms.insights.queries.published import (
    SELLER_ORDERS,
    back_test,
    candidate_batches,
    metrics_between,
    own_customers,
    portrait_of,
    portraits_among,
    publication_of,
    purchase_fit,
    responses_of,
    seller_candidates_of,
    seller_lives,
    seller_numbers,
    seller_responses_of,
    sellers_health,
    stores_between,
    trend_of,
    verify_warehouse,
)
from siyu.rooms.insights.queries.readouts import compare_words, counted_draws, read_out
from siyu.rooms.insights.queries.tags import tag_truth_by_seller, tag_truth_of

__all__ = [
    "SELLER_ORDERS",
    "audience_by_seller",
    "audience_rows",
    "audience_size",
    "back_test",
    "brand_tiers_of",
    "candidate_batches",
    "compare_words",
    "concentration_of",
    "counted_draws",
    "customers_known",
    "day_so_far",
    "drivers_between",
    "forecast_of",
    "freshness_of",
    "lives_of",
    "members_after",
    "metrics_between",
    "middle_sellers",
    "own_customers",
    "own_layer",
    "own_layers",
    "portrait_of",
    "portraits_after",
    "portraits_among",
    "publication_of",
    "purchase_fit",
    "read_out",
    "responses_of",
    "segment_sizes_of",
    "seller_candidates_of",
    "seller_days_of",
    "seller_lives",
    "seller_numbers",
    "seller_responses_of",
    "sellers_after",
    "sellers_began",
    "sellers_health",
    "sellers_in_month",
    "sold_by_seller",
    "stays_of",
    "stores_between",
    "tag_truth_by_seller",
    "tag_truth_of",
    "trend_of",
    "units_in_month",
    "verify_warehouse",
]
