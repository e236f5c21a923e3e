"""Signals, candidates, seller health and the trend as hand-written DuckDB statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

# By signal: when it holds for a row of the customers mart, and its four numbers.
_SIGNALS = {
    "slowing": (
        "state = 'slowing'",
        "before_per_30d_x100, recent_per_30d_x100, recency_days, market_change_ppm",
    ),
    "silent_good": (
        "state = 'silent' AND f_quintile >= 4 AND m_quintile >= 4",
        "{as_of} - last_on, usual_gap_days, orders, spend_minor",
    ),
    "due": (
        "state = 'active' AND purchase_days >= 3"
        " AND abs(({as_of} - last_on) - usual_gap_days) <= 7",
        "{as_of} - last_on, usual_gap_days, purchase_days, average_order_minor",
    ),
    "never_ordered": (
        "state = 'prospect' AND followed_on >= {as_of} - 30",
        "{as_of} - followed_on, propensity_ppm, order_value_minor, expected_value_minor",
    ),
    "first_order": (
        "purchase_days = 1 AND first_on BETWEEN {as_of} - 14 AND {as_of} - 3",
        "{as_of} - first_on, spend_minor, orders, favourite_category_id",
    ),
    "birthday": (
        "days_to_birthday <= 7",
        "days_to_birthday, birth_month, birth_day, orders",
    ),
    "new_top": (
        "is_top AND NOT was_top_30",
        "spend_minor, spend_before_30_minor, orders_30, orders",
    ),
}


def signals_sql(*, as_of: date) -> str:
    """Return the SELECT of every customer and signal that holds."""
    parts = " UNION ALL ".join(
        f"SELECT customer_id, '{name}' AS signal, [{numbers}]::BIGINT[] AS e"
        f" FROM customers_mart WHERE {holds}"
        for name, (holds, numbers) in _SIGNALS.items()
    ).format(as_of=f"DATE '{as_of}'")
    return f"""
SELECT customer_id, signal, e[1] AS evidence_1, e[2] AS evidence_2, e[3] AS evidence_3,
       e[4] AS evidence_4
FROM ({parts}) ORDER BY customer_id, signal"""


def candidates_sql(*, parameters: Mapping[str, Any]) -> str:
    """Return the SELECT of the best customers of each seller with the reason for each."""
    priorities: Mapping[str, int] = parameters["priorities"]
    names = sorted((name for name in _SIGNALS if name in priorities), key=priorities.__getitem__)
    signal = " ".join(f"WHEN {_SIGNALS[name][0]} THEN '{name}'" for name in names)
    priority = " ".join(f"WHEN '{name}' THEN {priorities[name]}" for name in names)
    evidence = " ".join(f"WHEN '{name}' THEN [{_SIGNALS[name][1]}]::BIGINT[]" for name in names)
    # Ranked on the few columns that decide; the evidence is worked out for who stays.
    return f"""
WITH barred AS (
    SELECT DISTINCT customer_id FROM contacts
    WHERE drawn_on < {{as_of}} AND (blocked_until > {{as_of}}
        OR (state IN ('open', 'held', 'done')
            AND coalesce(contacted_on, drawn_on) > {{as_of}} - {parameters["quota_days"]}))),
chosen AS (
    SELECT *, CASE {signal} END AS signal FROM customers_mart
    WHERE seller_id IS NOT NULL AND NOT opted_out AND NOT is_minor AND signal IS NOT NULL
      AND customer_id NOT IN (SELECT customer_id FROM barred)
    QUALIFY row_number() OVER (
        PARTITION BY seller_id ORDER BY expected_value_minor DESC, customer_id)
        <= {parameters["keep"]}),
ranked AS (
    SELECT *, CASE signal {evidence} END AS e,
           row_number() OVER (
               PARTITION BY seller_id ORDER BY expected_value_minor DESC, customer_id) AS rank
    FROM chosen)
SELECT customer_id, seller_id, signal, CASE signal {priority} END AS priority,
       e[1] AS evidence_1, e[2] AS evidence_2, e[3] AS evidence_3, e[4] AS evidence_4,
       propensity_ppm, order_value_minor, expected_value_minor, rank
FROM ranked ORDER BY seller_id, rank""".format(as_of=f"DATE '{parameters['as_of']}'")


def sellers_sql(*, as_of: date) -> str:
    """Return the SELECT of seller health."""
    states = ("new", "active", "slowing", "silent", "lost", "won_back")
    counted = ", ".join(f"count(*) FILTER (state = '{name}') AS {name}_fans" for name in states)
    shown = ", ".join(f"coalesce({name}_fans, 0) AS {name}" for name in states)
    purchases = """
        SELECT seller_id, customer_id, sum(amount_minor) AS amount_minor,
               count(*) FILTER (lines > 0) AS orders
        FROM (SELECT seller_id, customer_id, order_id, sum(amount_minor) AS amount_minor,
                     count(*) FILTER (NOT is_gift) AS lines
              FROM credited WHERE business_on >= {since} GROUP BY ALL)
        GROUP BY seller_id, customer_id"""
    return f"""
WITH credited AS (
    SELECT seller_id, customer_id, order_id, amount_minor, is_gift, business_on FROM sales
    WHERE seller_id IS NOT NULL AND business_on >= {{as_of}} - 365),
fans AS (
    SELECT seller_id, count(*) AS fans, count(*) FILTER (state <> 'prospect') AS effective_fans,
           count(*) FILTER (state = 'prospect') AS prospects, {counted}
    FROM customers_mart WHERE seller_id IS NOT NULL GROUP BY seller_id),
month AS (
    SELECT seller_id, sum(amount_minor) AS gmv_minor,
           coalesce(sum(orders) FILTER (customer_id IS NOT NULL), 0) AS orders,
           count(*) FILTER (customer_id IS NOT NULL AND orders > 0) AS buyers,
           coalesce(sum(amount_minor) FILTER (customer_id IS NOT NULL), 0) AS identified
    FROM ({purchases.format(since="{as_of} - 30")}) AS bought GROUP BY seller_id),
placed AS (
    SELECT *, row_number() OVER (
               PARTITION BY seller_id ORDER BY amount_minor DESC, customer_id) AS place,
           count(*) OVER (PARTITION BY seller_id) AS everyone
    FROM ({purchases.format(since="{as_of} - 365")}) AS bought
    WHERE customer_id IS NOT NULL AND orders > 0),
rates AS (
    SELECT seller_id, count(*) AS buyers_365,
           count(*) FILTER (orders >= 2) * 1000000 // count(*) AS repeat_rate_ppm,
           coalesce(sum(amount_minor) FILTER (place * 5 <= everyone + 4), 0) * 1000000
               // nullif(sum(amount_minor), 0) AS concentration_ppm
    FROM placed GROUP BY seller_id),
year AS (
    SELECT seller_id, sum(amount_minor) AS gmv_365_minor, max(business_on) AS last_sale_on
    FROM credited GROUP BY seller_id),
given_back AS (
    SELECT seller_id, sum(amount_minor) AS refunds_minor FROM returns
    WHERE seller_id IS NOT NULL AND business_on >= {{as_of}} - 30 GROUP BY seller_id)
SELECT s.seller_id, s.unit_id, coalesce(fans, 0) AS fans,
       coalesce(effective_fans, 0) AS effective_fans, coalesce(prospects, 0) AS prospects,
       {shown}, coalesce(gmv_minor, 0) AS gmv_minor, coalesce(orders, 0) AS orders,
       coalesce(buyers, 0) AS buyers, coalesce(refunds_minor, 0) AS refunds_minor,
       (identified * 2 + m.orders) // nullif(m.orders * 2, 0) AS average_order_minor,
       coalesce(gmv_365_minor, 0) AS gmv_365_minor, coalesce(buyers_365, 0) AS buyers_365,
       repeat_rate_ppm, concentration_ppm, last_sale_on
FROM sellers s LEFT JOIN fans f USING (seller_id) LEFT JOIN month m USING (seller_id)
LEFT JOIN year y USING (seller_id) LEFT JOIN rates r USING (seller_id)
LEFT JOIN given_back g USING (seller_id) ORDER BY s.seller_id""".format(as_of=f"DATE '{as_of}'")


def trend_sql() -> str:
    """Return the SELECT of each day's numbers by unit and for the whole program."""
    names = "gmv_minor gmv_identified_minor refunds_minor orders buyers new_buyers".split()
    sums = ", ".join(f"sum({name}) AS {name}" for name in names)
    return f"""
WITH money AS (
    SELECT unit_id, business_on, sum(amount_minor) AS gmv_minor,
           coalesce(sum(amount_minor) FILTER (customer_id IS NOT NULL), 0)
               AS gmv_identified_minor, 0 AS refunds_minor
    FROM sales GROUP BY ALL
    UNION ALL
    SELECT unit_id, business_on, 0, 0, sum(amount_minor) FROM returns GROUP BY ALL),
seen AS (
    SELECT CASE WHEN unit_low_id = unit_high_id THEN unit_low_id END AS unit_id, business_on,
           sum(orders) AS orders, count(*) AS buyers,
           count(*) FILTER (previous_on IS NULL) AS new_buyers
    FROM visits GROUP BY ALL),
own AS (
    SELECT *, 0 AS orders, 0 AS buyers, 0 AS new_buyers FROM money
    UNION ALL SELECT unit_id, business_on, 0, 0, 0, orders, buyers, new_buyers FROM seen),
several AS (
    SELECT a.ancestor_id AS unit_id, s.business_on, s.customer_id, s.order_id,
           v.previous_on IS NULL AS is_new, count(*) FILTER (NOT s.is_gift) > 0 AS is_order
    FROM sales s
    JOIN visits v ON v.customer_id = s.customer_id AND v.business_on = s.business_on
        AND v.unit_low_id <> v.unit_high_id
    JOIN unit_ancestors a ON a.unit_id = s.unit_id
    GROUP BY ALL),
parts AS (
    SELECT a.ancestor_id AS unit_id, business_on, {", ".join(names)}
    FROM own JOIN unit_ancestors a ON a.unit_id = own.unit_id
    UNION ALL SELECT NULL, business_on, {", ".join(names)} FROM own
    UNION ALL
    SELECT unit_id, business_on, 0, 0, 0, count(*), count(DISTINCT customer_id),
           count(DISTINCT customer_id) FILTER (is_new)
    FROM several WHERE is_order GROUP BY unit_id, business_on)
SELECT unit_id, business_on, {sums} FROM parts GROUP BY unit_id, business_on
ORDER BY unit_id NULLS LAST, business_on"""
