"""The customers mart as one hand-written DuckDB statement."""

from __future__ import annotations

from datetime import date

from benchmarks.reference_forecast import FORETOLD
from benchmarks.reference_parts import ELAPSED_BAND, FRIEND_BAND, RATE_BAND, READINGS, SERVING

_UNITS = "({0})::DOUBLE / 1000000000"


def _x100(value: str) -> str:
    return f"floor(({value}) * 100 + 0.5)::BIGINT"


def _fell(days: int) -> str:
    """Whether the last days held fewer visits than chance, season and market explain."""
    clock_then = _UNITS.format(f"year - year_{days}")
    then = f"(visits_{days}_last_year::DOUBLE * clock_{days} / nullif({clock_then}, 0))"
    return f"""coalesce(
        visits_{days}::DOUBLE * 10 <= expected_{days} * 6
        AND (expected_{days} - visits_{days}::DOUBLE) * (expected_{days} - visits_{days}::DOUBLE)
            * 10 >= (expected_{days} + expected_{days} * expected_{days}
                     / (purchase_days - visits_{days})) * 24
        AND expected_{days} > visits_{days}::DOUBLE
        AND (first_on >= {{as_of}} - {365 + days}
            OR {then} * 2 >= expected_{days} + visits_{days}::DOUBLE), false)"""


def _before(days: int) -> str:
    """Rate, exposure and expectation of one window."""
    return f"""
        CASE WHEN purchase_days > visits_{days}
             THEN {_UNITS.format(f"now_{days} - clock_first")} END AS units_{days},
        {_UNITS.format(f"now - now_{days}")} AS clock_{days},
        (purchase_days - visits_{days} - 0.5::DOUBLE) / (units_{days} + 0.5) * clock_{days}
            AS expected_{days}"""


def _quintile(value: str, prefix: str) -> str:
    reached = " + ".join(f"coalesce(({value} >= {prefix}{k})::INTEGER, 0)" for k in range(2, 6))
    return f"CASE WHEN {value} IS NOT NULL THEN {reached} + 1 END"


_PACES = f"""
    SELECT h.*, r.*, f.clock_ppb AS clock_first, l.clock_ppb AS clock_last,
           p.clock_ppb AS clock_previous,
           ({{as_of}} - last_on) - 1 AS recency_days,
           CASE WHEN purchase_days > 1 THEN ((last_on - first_on) * 2 + purchase_days - 1)
                // ((purchase_days - 1) * 2) END AS usual_gap_days,
           (purchase_days - 0.5::DOUBLE)
               / ({_UNITS.format("clock_last - clock_first")} + 0.5) AS rate,
           rate * ({_UNITS.format("now - clock_last")}) AS elapsed,
           {_x100("elapsed")} AS elapsed_x100,
           CASE WHEN ({{as_of}} - 90) - first_on - 1 > 0
                THEN ({{as_of}} - 90) - first_on - 1 END AS days_before_90,
           ((purchase_days - visits_90 - 1) * 6000 + days_before_90) // (days_before_90 * 2)
               AS before_per_30d_x100,
           (visits_90 * 200 + 3) // 6 AS recent_per_30d_x100,
           {_before(90)}, {_before(60)}, {_before(30)},
           floor({_UNITS.format("now - now_90")} / 90
                 / nullif(units_90 / days_before_90, 0) * 1000000 + 0.5)::BIGINT - 1000000
               AS market_change_ppm,
           (last_on - previous_on) - 1 AS gap_days,
           (purchase_days - 1.5::DOUBLE) / ({_UNITS.format("clock_previous - clock_first")} + 0.5)
               * ({_UNITS.format("clock_last - clock_previous")}) AS gap,
           first_on >= {{as_of}} - 455 OR recency_days >= 365
               OR 0 <> CASE WHEN recency_days >= 104 THEN visits_90_last_year
                            WHEN recency_days >= 74 THEN visits_60_last_year
                            ELSE visits_30_last_year END AS in_season,
           CASE WHEN first_on >= {{as_of}} - 30 THEN 'new'
                WHEN ((elapsed >= 6 AND recency_days >= 30) OR recency_days >= 730)
                     AND in_season THEN 'lost'
                WHEN elapsed >= 3 AND recency_days >= 30 AND in_season THEN 'silent'
                WHEN ((gap >= 3 AND gap_days >= 30) OR gap_days >= 730)
                     AND last_on >= {{as_of}} - 60 THEN 'won_back'
                WHEN {_fell(90)} OR {_fell(60)} OR {_fell(30)} THEN 'slowing'
                ELSE 'active' END AS state,
           spend_minor - spend_30_minor AS spend_before_30_minor
    FROM histories h
    LEFT JOIN market f ON f.business_on = h.first_on
    LEFT JOIN market l ON l.business_on = h.last_on
    LEFT JOIN market p ON p.business_on = h.previous_on
    CROSS JOIN readings r"""

_REFUNDED = """
    SELECT customer_id, sum(amount_minor) AS refunds_minor FROM returns
    WHERE customer_id IS NOT NULL GROUP BY customer_id"""

_PERSON = """
    born_on IS NOT NULL AS known_age,
    {year} - year(born_on) - (month(born_on) * 100 + day(born_on) > {month_day})::INTEGER AS age,
    CASE WHEN age IS NULL THEN 'unknown' WHEN age < 18 THEN 'under_18' WHEN age < 25 THEN '18_24'
         WHEN age < 31 THEN '25_30' WHEN age < 36 THEN '31_35' WHEN age < 41 THEN '36_40'
         WHEN age < 51 THEN '41_50' WHEN age < 61 THEN '51_60' ELSE 'over_60' END AS age_band,
    (make_date({year}, month(born_on), 1) - {as_of}) + day(born_on) - 1 AS this_year,
    CASE WHEN this_year >= 0 THEN this_year
         ELSE (make_date({year} + 1, month(born_on), 1) - {as_of}) + day(born_on) - 1
         END AS days_to_birthday"""


def customers_sql(*, as_of: date) -> str:
    """Return the SELECT of the customers mart, sorted by seller and customer."""
    words = {
        "as_of": f"DATE '{as_of}'",
        "year": as_of.year,
        "month_day": as_of.month * 100 + as_of.day,
    }
    sql = f"""
WITH readings AS ({READINGS}), served AS ({SERVING}), foretold AS ({FORETOLD}),
refunded AS ({_REFUNDED}),
paces AS ({_PACES})
SELECT c.customer_id, s.seller_id, s.followed_on, gender, {_PERSON}, city_tier,
       month(born_on) AS birth_month, day(born_on) AS birth_day,
       coalesce(age < 18, false) AS is_minor, opted_out, coalesce(state, 'prospect') AS state,
       first_on, last_on, recency_days, coalesce(p.orders, 0) AS orders,
       coalesce(orders_30, 0) AS orders_30, coalesce(orders_90, 0) AS orders_90,
       coalesce(purchase_days, 0) AS purchase_days, coalesce(visits_90, 0) AS visits_90,
       coalesce(p.spend_minor, 0) AS spend_minor,
       coalesce(p.spend_before_30_minor, 0) AS spend_before_30_minor,
       coalesce(rf.refunds_minor, 0) AS refunds_minor,
       coalesce(p.spend_minor, 0) - coalesce(rf.refunds_minor, 0) AS net_spend_minor,
       (p.spend_minor * 2 + p.orders) // (p.orders * 2) AS average_order_minor,
       usual_gap_days, favourite_category_id, favourite_hours,
       {_quintile("last_on", "t.r")} AS r_quintile,
       {_quintile("p.orders", "t.f")} AS f_quintile,
       {_quintile("p.spend_minor", "t.m")} AS m_quintile,
       coalesce(p.spend_minor >= t.top AND p.orders >= 2, false) AS is_top,
       coalesce(p.spend_before_30_minor >= top_then AND p.orders - p.orders_30 >= 2, false)
           AS was_top_30,
       rate, elapsed_x100, {_x100("expected_90")} AS expected_visits_90_x100,
       before_per_30d_x100, recent_per_30d_x100, market_change_ppm,
       coalesce(b.propensity_ppm,
                CASE WHEN first_on IS NOT NULL THEN buyers_ppm ELSE prospects_ppm END)
           AS chance_ppm,
       chance_ppm AS propensity_ppm,
       coalesce(average_order_minor, common_order_minor, 0) AS order_value_minor,
       chance_ppm * order_value_minor // 1000000 AS expected_value_minor,
       alive_ppm, visits_30_x1000, visits_90_x1000, value_90_minor
FROM (SELECT * FROM customers ANTI JOIN (FROM merges WHERE NOT is_undone) USING (customer_id)) c
LEFT JOIN served s ON s.customer_id = c.customer_id
LEFT JOIN paces p ON p.customer_id = c.customer_id
LEFT JOIN foretold e ON e.customer_id = c.customer_id
LEFT JOIN favourites v ON v.customer_id = c.customer_id
LEFT JOIN refunded rf ON rf.customer_id = c.customer_id
CROSS JOIN standards t
LEFT JOIN propensity b ON b.bucket = CASE
    WHEN first_on IS NOT NULL
    THEN {RATE_BAND.format(_x100("rate"))} * 10 + {ELAPSED_BAND.format("elapsed_x100")}
    WHEN s.followed_on IS NOT NULL THEN {FRIEND_BAND.format("({as_of} - s.followed_on)")} END
WHERE NOT c.is_deleted
ORDER BY s.seller_id NULLS LAST, c.customer_id"""
    return sql.format(**words)
