"""What the forecast is fitted to, as hand-written DuckDB statements."""

from __future__ import annotations

HISTORY_KINDS = """
SELECT purchase_days - 1 AS repeats, (last_on - first_on) // 7 AS recency_weeks,
       ({as_of} - 1 - first_on) // 7 AS age_weeks, count(*) AS customers
FROM histories GROUP BY ALL ORDER BY ALL"""

OUTCOME_KINDS = """
WITH seen AS (
    SELECT first_on, count(*) FILTER (business_on < {as_of} - 90) - 1 AS repeats,
           max(business_on) FILTER (business_on < {as_of} - 90) AS last_on,
           count(*) FILTER (business_on >= {as_of} - 90) AS later
    FROM visits WHERE first_on < {as_of} - 90 GROUP BY customer_id, first_on)
SELECT repeats, (last_on - first_on) // 7 AS recency_weeks,
       ({as_of} - 91 - first_on) // 7 AS age_weeks, later, count(*) AS customers
FROM seen GROUP BY ALL ORDER BY ALL"""

SPENDING_KINDS = """
WITH paid AS (
    SELECT purchase_days, spend_minor // purchase_days AS average,
           greatest(pow(10, len(average::VARCHAR) - 3)::BIGINT, 1) AS width
    FROM histories WHERE spend_minor > 0)
SELECT purchase_days, average // width * width + width // 2 AS average_minor, count(*) AS customers
FROM paid WHERE average > 0 GROUP BY ALL ORDER BY ALL"""

FORETOLD = """
    SELECT customer_id, alive_ppm, visits_30_x1000, visits_90_x1000,
           floor(visits_90_x1000 * coalesce(
               p * (v + spend_minor) / (p * purchase_days + (q - 1)),
               spend_minor / purchase_days) / 1000 + 0.5)::BIGINT AS value_90_minor
    FROM histories h
    JOIN forecasts k ON k.repeats = purchase_days - 1
         AND k.recency_weeks = (last_on - first_on) // 7
         AND k.age_weeks = ({as_of} - 1 - first_on) // 7
    CROSS JOIN forecast"""
