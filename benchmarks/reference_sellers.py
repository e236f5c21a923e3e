"""Seller health, standing and tasks, and concentration as hand-written DuckDB statements."""

from __future__ import annotations

from datetime import date

_BETWEEN = "business_on >= {{as_of}} - {} AND business_on < {{as_of}} - {}"
_SEASON = 50.0

_VISITS = f"""
days AS (
    SELECT DISTINCT seller_id, coalesce(customer_id, -order_id) AS who, business_on
    FROM sales WHERE seller_id IS NOT NULL AND NOT is_gift),
counted AS (
    SELECT seller_id, min(business_on) AS first_sale_on, max(business_on) AS last_sale_on,
           count(*) FILTER ({_BETWEEN.format(30, 0)}) AS recent,
           count(*) FILTER ({_BETWEEN.format(210, 30)}) AS base,
           count(*) FILTER ({_BETWEEN.format(395, 365)}) AS recent_then,
           count(*) FILTER ({_BETWEEN.format(575, 395)}) AS base_then
    FROM days GROUP BY seller_id)"""

_ASSORTMENT = """
sold AS (
    SELECT seller_id, product_id, business_on, amount_minor FROM sales
    WHERE seller_id IS NOT NULL AND NOT is_gift AND business_on >= {as_of} - 90),
placed AS (
    SELECT *, row_number() OVER (
               PARTITION BY seller_id ORDER BY amount DESC, product_id) AS place
    FROM (SELECT seller_id, product_id, sum(amount_minor) AS amount, count(*) AS lines
          FROM sold GROUP BY seller_id, product_id)),
assortment AS (
    SELECT seller_id, sum(lines) AS lines_90, count(DISTINCT brand_id) AS brands_90,
           coalesce(sum(amount) FILTER (place <= 3), 0) * 1000000 // nullif(sum(amount), 0)
               AS top_products_ppm
    FROM placed LEFT JOIN goods USING (product_id) GROUP BY seller_id),
selling_days AS (
    SELECT seller_id, count(DISTINCT business_on) AS days_90 FROM sold GROUP BY seller_id),
going_on AS (
    SELECT seller_id, count(*) AS communities FROM communities
    WHERE opened_on < {as_of} AND (ended_on IS NULL OR ended_on >= {as_of}) GROUP BY seller_id),
teams AS (
    SELECT invited_by_id AS seller_id, count(*) AS team FROM sellers
    WHERE invited_by_id IS NOT NULL AND status <> 'left' GROUP BY invited_by_id)"""

_STANDING = f"""
told AS (
    SELECT s.seller_id, s.kind, s.status, c.first_sale_on, c.last_sale_on,
           {{as_of}} - c.first_sale_on AS sold_for, {{as_of}} - c.last_sale_on AS since,
           coalesce(recent, 0) AS recent, coalesce(base, 0) AS base,
           coalesce(sold_for >= 575, false) AS was_there,
           CASE WHEN was_there THEN recent_then ELSE 0 END AS recent_then,
           CASE WHEN was_there THEN base_then ELSE 0 END AS base_then,
           coalesce(sold_for >= 210, false) AS is_settled,
           greatest(least(sold_for - 30, 180), 1) AS base_days,
           coalesce(brands_90, 0) AS brands_90, coalesce(days_90, 0) AS days_90, lines_90,
           top_products_ppm
    FROM sellers s LEFT JOIN counted c USING (seller_id) LEFT JOIN assortment USING (seller_id)
    LEFT JOIN selling_days USING (seller_id)),
everyone AS (
    SELECT CASE WHEN bool_or(is_settled) THEN sum(recent) FILTER (is_settled)
                ELSE sum(recent) END::DOUBLE + 0.5 AS all_recent,
           CASE WHEN bool_or(is_settled) THEN sum(base) FILTER (is_settled)
                ELSE sum(base) END::DOUBLE + 0.5 AS all_base,
           sum(recent_then)::DOUBLE + 0.5 AS all_recent_then,
           sum(base_then)::DOUBLE + 0.5 AS all_base_then,
           all_recent_then / (all_recent_then + all_base_then) AS past
    FROM told),
shares AS (
    SELECT told.*,
           all_recent / all_base
               * ((told.recent_then + {_SEASON} * past)
                  / (told.base_then + {_SEASON} * (1 - past)))
               / (all_recent_then / all_base_then) * 180 / base_days AS odds,
           odds / (1 + odds) AS share, (recent + base) * share AS expected,
           (recent - expected) / nullif(sqrt(expected * (1 - share)), 0.0) AS z
    FROM told CROSS JOIN everyone),
spread AS (
    SELECT sqrt(greatest(coalesce(max(square) FILTER (place = number // 2 + 1), 1.0)
                         / 0.4549, 1.0)) AS wide
    FROM (SELECT z * z AS square, count(z) OVER () AS number,
                 row_number() OVER (ORDER BY square NULLS LAST, seller_id) AS place
          FROM shares))"""


def seller_states_sql(*, as_of: date) -> str:
    """Return the SELECT of where each seller stands."""
    return f"""
WITH {_VISITS}, {_ASSORTMENT}, {_STANDING}
SELECT seller_id,
       coalesce(greatest(expected, recent) >= 3 AND abs(z / wide) >= 1.64
           AND abs((recent - expected) / nullif(expected, 0.0)) >= 0.2, false) AS is_clear,
       CASE WHEN status = 'left' THEN 'lost' WHEN last_sale_on IS NULL THEN 'trained'
            WHEN first_sale_on >= {{as_of}} - 30 THEN 'first_sale' WHEN since > 180 THEN 'lost'
            WHEN recent = 0 AND expected >= 3 THEN 'silent'
            WHEN is_clear AND recent > expected THEN 'growing'
            WHEN is_clear THEN 'slowing' ELSE 'stable' END AS life,
       recent AS visits_30, floor(expected * 100 + 0.5) AS expected_30_x100,
       since AS days_since_sale,
       CASE WHEN coalesce(top_products_ppm >= 600000 AND lines_90 >= 10, false) THEN 'hot_items'
            WHEN brands_90 >= 5 AND days_90 >= 45 THEN 'many_brands'
            WHEN team >= 3 THEN 'leads_a_team'
            WHEN kind = 'group_leader' OR coalesce(communities, 0) > 0 THEN 'organises_groups'
            ELSE 'sells_herself' END AS persona,
       top_products_ppm, brands_90, coalesce(communities, 0) AS communities
FROM shares CROSS JOIN spread LEFT JOIN going_on USING (seller_id)
LEFT JOIN teams USING (seller_id)""".format(as_of=f"DATE '{as_of}'")


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
firsts AS (
    SELECT seller_id, min(business_on) AS first_sale_on FROM sales
    WHERE seller_id IS NOT NULL GROUP BY seller_id),
given_back AS (
    SELECT seller_id, sum(amount_minor) AS refunds_minor FROM returns
    WHERE seller_id IS NOT NULL AND business_on >= {{as_of}} - 30 GROUP BY seller_id),
invited AS (
    SELECT invited_by_id AS seller_id, count(*) AS invited,
           count(*) FILTER (gmv_minor > 0) AS invited_selling,
           coalesce(sum(gmv_minor), 0) AS invited_gmv_minor
    FROM sellers LEFT JOIN month USING (seller_id)
    WHERE invited_by_id IS NOT NULL GROUP BY invited_by_id)
SELECT s.seller_id, s.unit_id, s.kind, s.status, life, persona,
       coalesce(visits_30, 0) AS visits_30, coalesce(expected_30_x100, 0) AS expected_30_x100,
       days_since_sale, communities, coalesce(s.joined_on, first_sale_on) AS started_on,
       first_sale_on, coalesce(fans, 0) AS fans,
       coalesce(effective_fans, 0) AS effective_fans, coalesce(prospects, 0) AS prospects,
       {shown}, coalesce(gmv_minor, 0) AS gmv_minor, coalesce(orders, 0) AS orders,
       coalesce(buyers, 0) AS buyers, coalesce(refunds_minor, 0) AS refunds_minor,
       (identified * 2 + m.orders) // nullif(m.orders * 2, 0) AS average_order_minor,
       coalesce(gmv_365_minor, 0) AS gmv_365_minor, coalesce(buyers_365, 0) AS buyers_365,
       repeat_rate_ppm, concentration_ppm, last_sale_on, s.origin, s.invited_by_id,
       coalesce(invited, 0) AS invited, coalesce(invited_selling, 0) AS invited_selling,
       coalesce(invited_gmv_minor, 0) AS invited_gmv_minor
FROM sellers s LEFT JOIN fans f USING (seller_id) LEFT JOIN month m USING (seller_id)
LEFT JOIN year y USING (seller_id) LEFT JOIN rates r USING (seller_id)
LEFT JOIN given_back g USING (seller_id) LEFT JOIN firsts USING (seller_id)
LEFT JOIN invited i USING (seller_id)
LEFT JOIN seller_states USING (seller_id) ORDER BY s.seller_id""".format(as_of=f"DATE '{as_of}'")


def seller_origins_sql(*, as_of: date) -> str:
    """Return the SELECT of where sellers came from and what became of them."""
    return f"""
SELECT m.unit_id, m.origin, m.invited_by_id IS NOT NULL AS is_invited, count(*) AS sellers,
       count(*) FILTER (joined_on >= DATE '{as_of}' - 90) AS recent,
       count(*) FILTER (joined_on <= DATE '{as_of}' - 30) AS known_30,
       count(*) FILTER (joined_on <= DATE '{as_of}' - 30
                        AND first_sale_on < joined_on + 30) AS sold_30,
       count(*) FILTER (gmv_minor > 0) AS selling, count(*) FILTER (life = 'lost') AS lost,
       sum(gmv_minor) AS gmv_minor
FROM sellers_mart m JOIN sellers USING (seller_id)
GROUP BY ALL ORDER BY m.unit_id, m.origin, is_invited"""


def seller_candidates_sql(*, as_of: date) -> str:
    """Return the SELECT of sellers with a reason for a manager to look after them."""
    return """
WITH firsts AS (
    SELECT coalesce((sum(gmv_minor) * 2 + count(*)) // nullif(count(*) * 2, 0), 0) AS first_month
    FROM sellers_mart WHERE status = 'active' AND life = 'first_sale'),
chosen AS (
    SELECT *, {as_of} - started_on AS days_since_start,
           CASE WHEN life IN ('slowing', 'silent') THEN 'seller_' || life
                WHEN life = 'trained' AND coalesce(days_since_start >= 7, true)
                THEN 'first_sale_due'
                WHEN effective_fans BETWEEN 160 AND 199 THEN 'milestone_near'
                WHEN life = 'lost' THEN 'seller_lost' END AS signal,
           coalesce(CASE
               WHEN signal IN ('seller_slowing', 'seller_silent')
               THEN gmv_365_minor // 12 * greatest(expected_30_x100 - visits_30 * 100, 0)
                    // nullif(expected_30_x100, 0)
               WHEN signal = 'first_sale_due' THEN first_month
               WHEN signal = 'milestone_near'
               THEN gmv_minor * (200 - effective_fans) // nullif(effective_fans, 0)
               ELSE gmv_365_minor // 12 END, 0) AS expected_value_minor,
           CASE signal
               WHEN 'seller_slowing' THEN [visits_30, expected_30_x100, gmv_minor]
               WHEN 'seller_silent' THEN [days_since_sale, expected_30_x100, gmv_365_minor]
               WHEN 'first_sale_due' THEN [days_since_start, fans, prospects]
               WHEN 'milestone_near' THEN [effective_fans, fans, gmv_minor]
               ELSE [days_since_sale, fans, gmv_365_minor] END AS e
    FROM sellers_mart CROSS JOIN firsts WHERE status = 'active' AND signal IS NOT NULL)
SELECT unit_id, seller_id, row_number() OVER (
           PARTITION BY unit_id ORDER BY expected_value_minor DESC, seller_id) AS rank,
       signal, e[1] AS evidence_1, e[2] AS evidence_2, e[3] AS evidence_3, expected_value_minor
FROM chosen ORDER BY unit_id, rank""".format(as_of=f"DATE '{as_of}'")


def concentration_sql() -> str:
    """Return the SELECT of what the best fifth makes, by month, of sellers and of customers."""
    parts = " UNION ALL ".join(
        f"""
SELECT '{subject}' AS subject, month_on, count(*) AS members,
       count(*) FILTER (place * 5 <= everyone + 4) AS top_members,
       sum(amount) AS gmv_minor, sum(amount) FILTER (place * 5 <= everyone + 4) AS top_minor
FROM (SELECT *, row_number() OVER (PARTITION BY month_on ORDER BY amount DESC, {column}) AS place,
             count(*) OVER (PARTITION BY month_on) AS everyone
      FROM (SELECT date_trunc('month', business_on)::DATE AS month_on, {column},
                   sum(amount_minor) AS amount
            FROM sales WHERE {column} IS NOT NULL AND NOT is_gift GROUP BY month_on, {column}))
GROUP BY month_on"""
        for subject, column in (("sellers", "seller_id"), ("customers", "customer_id"))
    )
    return f"SELECT * FROM ({parts}) ORDER BY subject, month_on"


def seller_months_sql(*, as_of: date) -> str:
    """Return the SELECT of what each seller sold by month."""
    since = f"date_trunc('month', DATE '{as_of}') - INTERVAL 13 MONTH"
    return f"""
SELECT date_trunc('month', business_on)::DATE AS month_on, seller_id,
       sum(sold) AS gmv_minor, sum(back) AS refunds_minor
FROM (SELECT seller_id, business_on, amount_minor AS sold, 0 AS back FROM sales
      UNION ALL SELECT seller_id, business_on, 0, amount_minor FROM returns)
WHERE seller_id IS NOT NULL AND business_on >= {since}
GROUP BY 1, 2 ORDER BY 1, 2"""


def brand_tiers_sql(*, as_of: date) -> str:
    """Return the SELECT of the brands of each unit and way of selling."""
    since = f"date_trunc('month', DATE '{as_of}') - INTERVAL 4 MONTH"
    return f"""
WITH own AS (
    SELECT unit_id, brand_id, seller_id, count(*) AS lines, sum(amount_minor) AS amount
    FROM sales JOIN goods USING (product_id)
    WHERE brand_id IS NOT NULL AND seller_id IS NOT NULL AND NOT is_gift
      AND business_on >= {since}
    GROUP BY ALL),
lifted AS (
    SELECT ancestor_id AS unit_id, brand_id, seller_id, lines, amount, persona
    FROM own JOIN unit_ancestors USING (unit_id) LEFT JOIN sellers_mart USING (seller_id)),
told AS (
    SELECT unit_id, brand_id, seller_id, lines, amount, unnest(
        CASE WHEN persona IS NULL THEN [''] ELSE ['', persona] END) AS persona
    FROM lifted),
everyone AS (
    SELECT unit_id, persona, count(DISTINCT seller_id) AS sellers_all FROM told GROUP BY ALL),
brands AS (
    SELECT unit_id, persona, brand_id, count(DISTINCT seller_id) AS sellers,
           sum(lines) AS lines, sum(amount) AS gmv_minor
    FROM told GROUP BY ALL HAVING sum(amount) > 0),
placed AS (
    SELECT *, row_number() OVER own AS place, sum(gmv_minor) OVER whole AS whole_minor,
           coalesce(sum(gmv_minor) OVER earlier, 0) * 1000000 // whole_minor AS before_ppm
    FROM brands
    WINDOW whole AS (PARTITION BY unit_id, persona),
           own AS (PARTITION BY unit_id, persona ORDER BY gmv_minor DESC, brand_id),
           earlier AS (PARTITION BY unit_id, persona ORDER BY gmv_minor DESC, brand_id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
SELECT unit_id, persona, brand_id,
       CASE WHEN before_ppm < 500000 THEN 'S' WHEN before_ppm < 800000 THEN 'A'
            WHEN before_ppm < 950000 THEN 'B' ELSE 'C' END AS tier,
       place, sellers, sellers_all, lines, gmv_minor,
       gmv_minor * 1000000 // whole_minor AS share_ppm
FROM placed JOIN everyone USING (unit_id, persona) ORDER BY unit_id, persona, place"""


def community_lives_sql(*, as_of: date) -> str:
    """Return the SELECT of how long communities lasted."""
    return f"""
WITH told AS (
    SELECT coalesce(ended_on < DATE '{as_of}', false) AS has_ended, theme,
           CASE WHEN has_ended THEN ended_on ELSE DATE '{as_of}' END - opened_on AS duration_days,
           coalesce(kind, '') AS kind, coalesce(persona, '') AS persona
    FROM communities LEFT JOIN sellers_mart USING (seller_id)
    WHERE opened_on < DATE '{as_of}')
SELECT 'kind' AS cut, kind AS group_key, duration_days, has_ended, count(*) AS communities
FROM told GROUP BY ALL
UNION ALL
SELECT 'persona', persona, duration_days, has_ended, count(*) FROM told GROUP BY ALL
UNION ALL
SELECT 'theme', theme, duration_days, has_ended, count(*) FROM told GROUP BY ALL
ORDER BY cut, group_key"""


def lives_sql(*, as_of: date) -> str:
    """Return the SELECT of how long customers went on buying."""
    return f"""
WITH own AS (
    SELECT seller_id, state = 'lost' AS has_ended,
           CASE WHEN has_ended THEN last_on ELSE DATE '{as_of}' END - first_on AS duration_days
    FROM customers_mart WHERE first_on IS NOT NULL),
told AS (
    SELECT duration_days, has_ended, coalesce(kind, '') AS kind, coalesce(persona, '') AS persona
    FROM own LEFT JOIN sellers_mart USING (seller_id))
SELECT 'kind' AS cut, kind AS group_key, duration_days, has_ended, count(*) AS customers
FROM told GROUP BY ALL
UNION ALL
SELECT 'persona', persona, duration_days, has_ended, count(*) FROM told GROUP BY ALL
ORDER BY cut, group_key"""
