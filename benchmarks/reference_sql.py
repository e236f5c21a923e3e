"""The nightly tables once more, as plain DuckDB SQL written by hand for speed alone.

Each statement reads facts and earlier tables by name and gives exactly the rows of the result
of the same name in `siyu.analytics.engine.NIGHTLY`; `run.py` compares them before any timing
counts. DuckDB's own means are used where they help: FILTER, arg_max, quantile_disc, QUALIFY,
aliases that later columns of the same SELECT read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from benchmarks.reference_customers import customers_sql
from benchmarks.reference_forecast import HISTORY_KINDS, OUTCOME_KINDS, SPENDING_KINDS
from benchmarks.reference_lists import (
    CUSTOMER_LAYERS,
    candidates_sql,
    fresh_tags_sql,
    memberships_sql,
    responses_sql,
    segment_sizes_sql,
    seller_responses_sql,
    signals_sql,
    tag_truth_sql,
    trend_sql,
)
from benchmarks.reference_parts import ELAPSED_BAND, FRIEND_BAND, RATE_BAND, READINGS, SERVING
from benchmarks.reference_sellers import (
    brand_tiers_sql,
    community_lives_sql,
    concentration_sql,
    lives_sql,
    seller_candidates_sql,
    seller_months_sql,
    seller_origins_sql,
    seller_states_sql,
    sellers_sql,
)
from benchmarks.reference_standards import STANDARDS

_SALES = """
SELECT l.line_id, l.order_id, coalesce(m.into_id, l.customer_id) AS customer_id, l.product_id,
       c.seller_id, c.unit_id, c.basis, l.business_on, l.local_hour, l.amount_minor, l.is_gift
FROM order_lines l LEFT JOIN credits c ON c.line_id = l.line_id
LEFT JOIN merges m ON m.customer_id = l.customer_id AND NOT m.is_undone
WHERE l.is_paid AND NOT l.is_void AND l.quantity_milli > 0 AND l.business_on < {as_of}"""

_ORDERS = """
SELECT order_id, max(customer_id) AS customer_id, min(business_on) AS business_on,
       min(local_hour) AS local_hour, sum(amount_minor) AS amount_minor, count(*) AS lines,
       min(coalesce(unit_id, -1)) AS unit_low_id, max(coalesce(unit_id, -1)) AS unit_high_id
FROM sales WHERE NOT is_gift GROUP BY order_id"""

_VISITS = """
WITH days AS (
    SELECT customer_id, business_on, count(*) AS orders, sum(amount_minor) AS amount_minor,
           min(local_hour) AS local_hour, min(unit_low_id) AS unit_low_id,
           max(unit_high_id) AS unit_high_id
    FROM orders WHERE customer_id IS NOT NULL GROUP BY customer_id, business_on)
SELECT *, min(business_on) OVER whole AS first_on, max(business_on) OVER whole AS last_on,
       count(*) OVER whole AS visits_ever, lag(business_on) OVER own AS previous_on,
       lead(business_on) OVER own AS next_on
FROM days WINDOW own AS (PARTITION BY customer_id ORDER BY business_on),
                 whole AS (PARTITION BY customer_id)"""

_RETURNS = """
SELECT r.refund_id, r.order_id, r.line_id, coalesce(m.into_id, r.customer_id) AS customer_id,
       r.product_id, c.seller_id, c.unit_id, r.business_on, r.amount_minor
FROM refunds r LEFT JOIN credits c ON c.line_id = r.line_id
LEFT JOIN merges m ON m.customer_id = r.customer_id AND NOT m.is_undone
WHERE r.business_on < {as_of}"""

_GOODS = "SELECT product_id, category_id, brand_id FROM products ORDER BY product_id"

_MARKET = """
WITH known AS (
    SELECT business_on, next_on, next_on - business_on AS gap,
           (last_on - first_on) + 30 AS span, visits_ever - 1 AS times,
           times * 1000000 // span AS pace,
           greatest(least(span * 4 // times, 365), 60) AS patience,
           least(coalesce(gap, 365), patience) AS awaited, span // times AS interval_days
    FROM visits WHERE previous_on IS NOT NULL),
events AS (
    SELECT business_on AS day, count(*) AS visits, 0 AS repeats, 0 AS change
    FROM visits GROUP BY day
    UNION ALL
    SELECT business_on, 0, 0, sum(pace) FROM known GROUP BY business_on
    UNION ALL
    SELECT business_on + awaited::INTEGER AS day, 0, count(*) FILTER (gap <= patience), -sum(pace)
    FROM known GROUP BY day),
typical AS (
    SELECT count(*) * 1000000 / nullif(sum(interval_days), 0) AS average
    FROM known WHERE next_on IS NULL),
by_day AS (
    SELECT day, sum(visits) AS visits, sum(repeats) AS repeats, sum(change) AS change
    FROM events GROUP BY day),
counted AS (
    SELECT *, coalesce(sum(change) OVER (
               ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS expected_ppm
    FROM by_day CROSS JOIN typical)
SELECT day AS business_on, visits, repeats, expected_ppm,
       coalesce(floor(repeats * average * 1000000000 / nullif(expected_ppm, 0))::BIGINT, 0)
           AS increment_ppb,
       sum(increment_ppb) OVER (ORDER BY day) AS clock_ppb
FROM counted WHERE visits > 0 ORDER BY day"""

_HISTORIES = """
WITH counts AS (
    SELECT customer_id, min(business_on) AS first_on, max(business_on) AS last_on,
           max(previous_on) AS previous_on,
           max(business_on) FILTER (business_on < {as_of} - 30) AS last_before_30_on,
           count(*) AS purchase_days,
           count(*) FILTER (business_on >= {as_of} - 30) AS visits_30,
           count(*) FILTER (business_on >= {as_of} - 60) AS visits_60,
           count(*) FILTER (business_on >= {as_of} - 90) AS visits_90,
           count(*) FILTER (business_on >= {as_of} - 395 AND business_on < {as_of} - 365)
               AS visits_30_last_year,
           count(*) FILTER (business_on >= {as_of} - 425 AND business_on < {as_of} - 365)
               AS visits_60_last_year,
           count(*) FILTER (business_on >= {as_of} - 455 AND business_on < {as_of} - 365)
               AS visits_90_last_year,
           sum(orders) AS orders,
           coalesce(sum(orders) FILTER (business_on >= {as_of} - 30), 0) AS orders_30,
           coalesce(sum(orders) FILTER (business_on >= {as_of} - 90), 0) AS orders_90,
           sum(amount_minor) AS spend_minor,
           coalesce(sum(amount_minor) FILTER (business_on >= {as_of} - 30), 0) AS spend_30_minor,
           count(*) FILTER (local_hour <= 5) AS h0,
           count(*) FILTER (local_hour BETWEEN 6 AND 8) AS h6,
           count(*) FILTER (local_hour BETWEEN 9 AND 11) AS h9,
           count(*) FILTER (local_hour BETWEEN 12 AND 13) AS h12,
           count(*) FILTER (local_hour BETWEEN 14 AND 17) AS h14,
           count(*) FILTER (local_hour BETWEEN 18 AND 20) AS h18,
           count(*) FILTER (local_hour >= 21) AS h21
    FROM visits GROUP BY customer_id)
SELECT * EXCLUDE (h0, h6, h9, h12, h14, h18, h21),
       CASE greatest(h0, h6, h9, h12, h14, h18, h21)
           WHEN h0 THEN '0-5' WHEN h6 THEN '6-8' WHEN h9 THEN '9-11' WHEN h12 THEN '12-13'
           WHEN h14 THEN '14-17' WHEN h18 THEN '18-20' ELSE '21-23' END AS favourite_hours
FROM counts"""

_FAVOURITES = """
WITH spent AS (
    SELECT s.customer_id, p.category_id, sum(s.amount_minor) AS amount_minor
    FROM sales s JOIN products p ON p.product_id = s.product_id
    WHERE s.customer_id IS NOT NULL AND NOT s.is_gift AND p.category_id IS NOT NULL
    GROUP BY s.customer_id, p.category_id)
SELECT customer_id,
       arg_max(category_id, amount_minor::HUGEINT * 18446744073709551616 - category_id)
           AS favourite_category_id
FROM spent GROUP BY customer_id"""

_PROPENSITY = f"""
WITH readings AS ({READINGS}), served AS ({SERVING}),
buyers AS (
    SELECT (h.purchase_days - h.visits_30 - 0.5::DOUBLE)
               / ((t.clock_ppb - f.clock_ppb)::DOUBLE / 1000000000 + 0.5) AS rate,
           floor(rate * 100 + 0.5) AS rate_x100,
           floor(rate * ((now_30 - t.clock_ppb)::DOUBLE / 1000000000) * 100 + 0.5) AS elapsed_x100,
           {RATE_BAND.format("rate_x100")} * 10 + {ELAPSED_BAND.format("elapsed_x100")}
               AS bucket,
           99 AS everyone, h.visits_30 > 0 AS bought
    FROM histories h
    LEFT JOIN market f ON f.business_on = h.first_on
    LEFT JOIN market t ON t.business_on = h.last_before_30_on
    CROSS JOIN readings
    WHERE h.first_on < {{as_of}} - 30),
friends AS (
    SELECT ({{as_of}} - 30) - s.followed_on AS friend_days,
           {FRIEND_BAND.format("friend_days")} AS bucket, 299 AS everyone,
           h.first_on IS NOT NULL AS bought
    FROM served s LEFT JOIN histories h ON h.customer_id = s.customer_id
    WHERE s.followed_on < {{as_of}} - 30
      AND (h.first_on IS NULL OR h.first_on >= {{as_of}} - 30)),
counted AS (
    SELECT bucket, everyone, count(*) AS customers, count(*) FILTER (bought) AS buyers
    FROM (SELECT bucket, everyone, bought FROM buyers
          UNION ALL SELECT bucket, everyone, bought FROM friends)
    GROUP BY bucket, everyone),
buckets AS (
    SELECT bucket, customers, buyers FROM counted
    UNION ALL SELECT everyone, sum(customers), sum(buyers) FROM counted GROUP BY everyone)
SELECT bucket,
       CASE WHEN bucket = 99 THEN 'all buyers' WHEN bucket = 299 THEN 'all prospects'
            WHEN bucket >= 200 THEN 'friend_days ' || ['0-7', '8-30', '31-90', '91+'][bucket - 199]
            ELSE 'rate_x100 ' || ['0-49', '50-99', '100-199', '200-399', '400+'][bucket // 10 + 1]
                 || ', elapsed_x100 ' || ['0-24', '25-49', '50-99', '100-199', '200-299',
                                          '300-599', '600+'][bucket % 10 + 1] END AS label,
       customers, buyers, (buyers + 1) * 1000000 // (customers + 2) AS propensity_ppm
FROM buckets ORDER BY bucket"""

_COHORTS = """
SELECT date_trunc('month', first_on)::DATE AS first_month_on,
       date_trunc('month', business_on)::DATE AS month_on,
       count(*) FILTER (previous_on IS NULL
           OR date_trunc('month', previous_on) <> date_trunc('month', business_on)) AS customers,
       sum(amount_minor) AS amount_minor
FROM visits GROUP BY 1, 2 ORDER BY 1, 2"""


def reference_sql(*, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return one SELECT a result of the nightly run, by name, in the order of computation."""
    as_of: date = parameters["as_of"]
    day = f"DATE '{as_of}'"
    facts = {
        "sales": _SALES,
        "orders": _ORDERS,
        "visits": _VISITS,
        "returns": _RETURNS,
        "goods": _GOODS,
        "market": _MARKET,
        "histories": _HISTORIES,
        "favourites": _FAVOURITES,
        "propensity": _PROPENSITY,
        "outcome_kinds": OUTCOME_KINDS,
        "history_kinds": HISTORY_KINDS,
        "spending_kinds": SPENDING_KINDS,
        "standards": STANDARDS,
    }
    return {name: sql.format(as_of=day) for name, sql in facts.items()} | {
        "customers_mart": customers_sql(as_of=as_of),
        "signals": signals_sql(as_of=as_of),
        "fresh_tags": fresh_tags_sql(as_of=as_of),
        "tag_truth": tag_truth_sql(as_of=as_of),
        "memberships": memberships_sql(as_of=as_of),
        "segment_sizes": segment_sizes_sql(as_of=as_of),
        "candidates": candidates_sql(parameters=parameters),
        "seller_states": seller_states_sql(as_of=as_of),
        "sellers_mart": sellers_sql(as_of=as_of),
        "seller_candidates": seller_candidates_sql(as_of=as_of),
        "seller_origins": seller_origins_sql(as_of=as_of),
        "customer_layers": CUSTOMER_LAYERS,
        "lives": lives_sql(as_of=as_of),
        "community_lives": community_lives_sql(as_of=as_of),
        "seller_months": seller_months_sql(as_of=as_of),
        "brand_tiers": brand_tiers_sql(as_of=as_of),
        "trend": trend_sql(),
        "responses": responses_sql(parameters=parameters),
        "seller_responses": seller_responses_sql(as_of=as_of),
        "concentration": concentration_sql(),
        "cohorts": _COHORTS,
    }
