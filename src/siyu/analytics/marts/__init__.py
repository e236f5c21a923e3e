"""Marts: one wide table a noun, each a function of staged tables."""

from siyu.analytics.marts.brand_tiers import brand_tiers
from siyu.analytics.marts.candidates import candidates
from siyu.analytics.marts.cohorts import cohorts
from siyu.analytics.marts.concentration import concentration
from siyu.analytics.marts.customer_layers import customer_layers
from siyu.analytics.marts.customers import customers
from siyu.analytics.marts.favourites import favourites
from siyu.analytics.marts.histories import histories
from siyu.analytics.marts.kinds import history_kinds, outcome_kinds, spending_kinds
from siyu.analytics.marts.lives import community_lives, lives
from siyu.analytics.marts.market import market
from siyu.analytics.marts.memberships import memberships, segment_sizes
from siyu.analytics.marts.movements import movements
from siyu.analytics.marts.propensity import propensity
from siyu.analytics.marts.repeats import (
    kinds_of_history,
    kinds_of_outcome,
    kinds_of_spending,
    repeats,
    season_of,
)
from siyu.analytics.marts.responses import responses
from siyu.analytics.marts.seller_candidates import seller_candidates
from siyu.analytics.marts.seller_days import month_sales, seller_days, unit_hours
from siyu.analytics.marts.seller_months import seller_months
from siyu.analytics.marts.seller_origins import seller_origins
from siyu.analytics.marts.seller_responses import seller_responses
from siyu.analytics.marts.seller_states import seller_states
from siyu.analytics.marts.sellers import sellers
from siyu.analytics.marts.standards import standards
from siyu.analytics.marts.tags import fresh_tags, tag_truth
from siyu.analytics.marts.trend import trend

__all__ = [
    "brand_tiers",
    "candidates",
    "cohorts",
    "community_lives",
    "concentration",
    "customer_layers",
    "customers",
    "favourites",
    "fresh_tags",
    "histories",
    "history_kinds",
    "kinds_of_history",
    "kinds_of_outcome",
    "kinds_of_spending",
    "lives",
    "market",
    "memberships",
    "month_sales",
    "movements",
    "outcome_kinds",
    "propensity",
    "repeats",
    "responses",
    "season_of",
    "segment_sizes",
    "seller_candidates",
    "seller_days",
    "seller_months",
    "seller_origins",
    "seller_responses",
    "seller_states",
    "sellers",
    "spending_kinds",
    "standards",
    "tag_truth",
    "trend",
    "unit_hours",
]
