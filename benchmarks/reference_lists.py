"""Signals, candidates, answers to tasks and the trend as hand-written DuckDB statements."""

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


# The audiences of the benchmark, by hand; see `portraits.AUDIENCES`.
_SEGMENTS = {
    1: "SELECT customer_id FROM customers_mart WHERE orders >= 2",
    2: """
        SELECT customer_id FROM customers_mart
        WHERE NOT opted_out AND customer_id IN (
            SELECT customer_id FROM sales
            WHERE customer_id IS NOT NULL AND NOT is_gift AND business_on >= {as_of} - 90
              AND product_id IN (SELECT product_id FROM goods WHERE category_id IN (2, 3)))""",
    3: """
        SELECT customer_id FROM customers_mart
        WHERE is_top AND (state IN ('silent', 'lost') OR {as_of} - last_on >= 180)
          AND seller_id IN (SELECT seller_id FROM sellers WHERE kind = 'guide')""",
}


_AS_ONE = """
    SELECT * REPLACE (coalesce(m.into_id, t.customer_id) AS customer_id)
    FROM {table} t LEFT JOIN (SELECT customer_id AS merged_id, into_id FROM merges
                              WHERE NOT is_undone) m ON m.merged_id = t.customer_id"""


def memberships_sql(*, as_of: date) -> str:
    """Return the SELECT of who belongs to which segment since when."""
    now = " UNION ALL ".join(
        f"SELECT {segment_id} AS segment_id, customer_id FROM ({sql})"
        for segment_id, sql in _SEGMENTS.items()
    )
    return f"""
WITH still AS (
    SELECT * FROM memberships_before
    WHERE segment_id IN (1, 2, 3) AND (left_on IS NULL OR left_on >= {{as_of}}))
SELECT segment_id, customer_id, coalesce(entered_on, {{as_of}}) AS entered_on,
       CASE WHEN n.is_now IS NULL THEN {{as_of}} END AS left_on
FROM (SELECT *, true AS is_now FROM ({now})) n FULL JOIN still USING (segment_id, customer_id)
WHERE n.is_now OR entered_on < {{as_of}}
UNION ALL
SELECT * FROM memberships_before
WHERE segment_id IN (1, 2, 3) AND left_on BETWEEN {{as_of}} - 400 AND {{as_of}} - 1
ORDER BY segment_id, customer_id""".format(as_of=f"DATE '{as_of}'")


def segment_sizes_sql(*, as_of: date) -> str:
    """Return the SELECT of each segment's size."""
    return f"""
SELECT segment_id, count(*) FILTER (left_on IS NULL) AS members,
       count(*) FILTER (entered_on = DATE '{as_of}') AS entered,
       count(*) FILTER (left_on = DATE '{as_of}') AS "left"
FROM memberships GROUP BY segment_id ORDER BY segment_id"""


def _within(segment_id: int | None) -> str:
    if segment_id is None:
        return ""
    return (
        " AND customer_id IN (SELECT customer_id FROM memberships"
        f" WHERE segment_id = {segment_id} AND left_on IS NULL)"
    )


def candidates_sql(*, parameters: Mapping[str, Any]) -> str:
    """Return the SELECT of the best customers of each seller with the reason for each."""
    priorities: Mapping[str, int] = parameters["priorities"]
    segments: Mapping[str, int] = parameters["segments"]
    names = sorted((name for name in _SIGNALS if name in priorities), key=priorities.__getitem__)
    signal = " ".join(
        f"WHEN {_SIGNALS[name][0]}{_within(segments.get(name))} THEN '{name}'" for name in names
    )
    priority = " ".join(f"WHEN '{name}' THEN {priorities[name]}" for name in names)
    evidence = " ".join(f"WHEN '{name}' THEN [{_SIGNALS[name][1]}]::BIGINT[]" for name in names)
    # Ranked on the few columns that decide; the evidence is worked out for who stays.
    return f"""
WITH barred AS (
    SELECT DISTINCT customer_id FROM ({_AS_ONE.format(table="contacts")}) AS contacts
    WHERE drawn_on < {{as_of}} AND (blocked_until > {{as_of}}
        OR (state IN ('open', 'held', 'done')
            AND coalesce(contacted_on, drawn_on) > {{as_of}} - {parameters["quota_days"]}))
    UNION SELECT customer_id
    FROM ({_AS_ONE.format(table="assignments")}) AS assignments WHERE blocked_until > {{as_of}}),
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


def responses_sql(*, parameters: Mapping[str, Any]) -> str:
    """Return the SELECT of what customers bought after a task was issued or held back."""
    launches: Mapping[str, tuple[date, int]] = parameters["launches"]
    rows = ", ".join(
        f"('{signal}', DATE '{since}', {days})" for signal, (since, days) in launches.items()
    )
    return f"""
WITH launches(signal, since, horizon) AS (VALUES {rows}),
first AS (
    SELECT signal, customer_id, drawn_on, horizon, state = 'held' AS is_held, market_id, variant_id
    FROM ({_AS_ONE.format(table="contacts")}) AS contacts JOIN launches USING (signal)
    WHERE drawn_on >= since AND drawn_on <= DATE '{parameters["as_of"]}' - horizon
    QUALIFY row_number() OVER (
        PARTITION BY signal, customer_id ORDER BY drawn_on, task_id) = 1),
whole AS (
    SELECT * FROM first f WHERE NOT EXISTS (
        FROM merges m WHERE NOT is_undone AND m.into_id = f.customer_id
        AND m.merged_on >= f.drawn_on AND m.merged_on < f.drawn_on + f.horizon)),
spent AS (
    SELECT f.signal, f.drawn_on, f.is_held, market_id, variant_id, f.customer_id,
           count(v.customer_id) AS visits, coalesce(sum(v.amount_minor), 0) AS spend
    FROM whole f
    LEFT JOIN visits v ON v.customer_id = f.customer_id
        AND v.business_on >= f.drawn_on AND v.business_on < f.drawn_on + f.horizon
    GROUP BY ALL)
SELECT signal, drawn_on, is_held, market_id, variant_id, count(*) AS customers,
       count(*) FILTER (visits > 0) AS buyers, sum(spend) AS spend_minor,
       sum(spend::DOUBLE * spend::DOUBLE) AS spend_squares
FROM spent GROUP BY signal, drawn_on, is_held, market_id, variant_id
ORDER BY signal, drawn_on, is_held"""


def seller_responses_sql(*, as_of: date) -> str:
    """Return the SELECT of what sellers sold after somebody was to look after them."""
    return f"""
WITH first AS (
    SELECT signal, seller_id, drawn_on, state = 'held' AS is_held
    FROM coachings WHERE drawn_on <= DATE '{as_of}' - 14
    QUALIFY row_number() OVER (PARTITION BY signal, seller_id ORDER BY drawn_on, task_id) = 1),
sold AS (
    SELECT f.signal, f.drawn_on, f.is_held, f.seller_id,
           count(s.line_id) AS lines, coalesce(sum(s.amount_minor), 0) AS amount
    FROM first f
    LEFT JOIN sales s ON s.seller_id = f.seller_id AND NOT s.is_gift
        AND s.business_on >= f.drawn_on AND s.business_on < f.drawn_on + 14
    GROUP BY ALL)
SELECT signal, drawn_on, is_held, count(*) AS sellers, count(*) FILTER (lines > 0) AS selling,
       sum(amount) AS sales_minor, sum(amount::DOUBLE * amount::DOUBLE) AS sales_squares
FROM sold GROUP BY signal, drawn_on, is_held ORDER BY signal, drawn_on, is_held"""


def fresh_tags_sql(*, as_of: date) -> str:
    """Return the SELECT of the tags that are fresh."""
    return f"""
SELECT tag_id, customer_id, seller_id, tagged_on
FROM customer_tags JOIN tags USING (tag_id)
WHERE is_on AND is_used AND tagged_on < DATE '{as_of}'
  AND DATE '{as_of}' - tagged_on <= fresh_days
ORDER BY tag_id, customer_id"""


def tag_truth_sql(*, as_of: date) -> str:
    """Return the SELECT of what purchases say of the tags."""
    return f"""
WITH claimed AS (
    SELECT DISTINCT tag_id, product_id FROM tags JOIN goods
      ON goods.category_id = tags.category_id OR goods.brand_id = tags.brand_id
    WHERE is_used),
recent AS (
    SELECT customer_id, product_id FROM sales
    WHERE business_on >= DATE '{as_of}' - 365 AND NOT is_gift AND customer_id IS NOT NULL),
bought AS (
    SELECT DISTINCT tag_id, customer_id FROM recent JOIN claimed USING (product_id)),
pairs AS (
    SELECT coalesce(f.tag_id, b.tag_id) AS tag_id,
           coalesce(f.customer_id, b.customer_id) AS customer_id,
           f.tag_id IS NOT NULL AS is_tagged, b.tag_id IS NOT NULL AS has_bought
    FROM fresh_tags f FULL JOIN bought b
      ON f.tag_id = b.tag_id AND f.customer_id = b.customer_id),
told AS (
    SELECT m.seller_id, p.tag_id, is_tagged, has_bought,
           is_tagged AND p.tag_id IN (SELECT tag_id FROM claimed)
           AND p.customer_id IN (SELECT customer_id FROM recent) AS judged
    FROM pairs p JOIN customers_mart m USING (customer_id) WHERE m.seller_id IS NOT NULL)
SELECT seller_id, tag_id, count(*) FILTER (is_tagged) AS tagged,
       count(*) FILTER (judged) AS judged, count(*) FILTER (judged AND has_bought) AS held,
       count(*) FILTER (has_bought) AS buyers,
       count(*) FILTER (has_bought AND is_tagged) AS covered
FROM told GROUP BY ALL ORDER BY seller_id, tag_id"""


CUSTOMER_LAYERS = """
WITH own AS (
    SELECT unit_id, state, CASE WHEN m_quintile >= 4 THEN 'high' WHEN m_quintile = 3 THEN 'middle'
                                WHEN m_quintile IS NOT NULL THEN 'low' ELSE '' END AS worth,
           count(*) AS customers, sum(spend_minor) AS spend_minor,
           sum(expected_value_minor) AS expected_value_minor
    FROM (SELECT seller_id, state, m_quintile, spend_minor, expected_value_minor
          FROM customers_mart) LEFT JOIN (SELECT seller_id, unit_id FROM sellers_mart)
         USING (seller_id)
    GROUP BY ALL),
lifted AS (
    SELECT ancestor_id AS unit_id, own.* EXCLUDE (unit_id)
    FROM own JOIN unit_ancestors USING (unit_id)
    UNION ALL
    SELECT NULL, own.* EXCLUDE (unit_id) FROM own)
SELECT unit_id, state, worth, sum(customers) AS customers, sum(spend_minor) AS spend_minor,
       sum(expected_value_minor) AS expected_value_minor
FROM lifted GROUP BY unit_id, state, worth ORDER BY unit_id, state, worth"""
