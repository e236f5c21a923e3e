"""What customers are measured against, as one hand-written DuckDB statement."""

from __future__ import annotations


def _above(column: str, *names: str) -> str:
    """The cut above the k-th of n values is the smallest value greater than it."""
    return ", ".join(
        f"min({column}) FILTER ({column} > {column}_at[{k}]) AS {name}"
        for k, name in enumerate(names, 1)
    )


STANDARDS = f"""
WITH edges AS (
    SELECT quantile_disc(last_on, [0.2, 0.4, 0.6, 0.8]) AS last_on_at,
           quantile_disc(orders, [0.2, 0.4, 0.6, 0.8]) AS orders_at,
           quantile_disc(spend_minor, [0.2, 0.4, 0.6, 0.8, 0.9]) AS spend_minor_at,
           quantile_disc(spend_minor - spend_30_minor, 0.9) FILTER (orders > orders_30) AS then_at
    FROM histories),
chances AS (
    SELECT coalesce(max(propensity_ppm) FILTER (bucket = 99), 500000) AS buyers_ppm,
           coalesce(max(propensity_ppm) FILTER (bucket = 299), 500000) AS prospects_ppm
    FROM propensity)
SELECT {_above("last_on", "r2", "r3", "r4", "r5")}, {_above("orders", "f2", "f3", "f4", "f5")},
       {_above("spend_minor", "m2", "m3", "m4", "m5", "top")},
       min(spend_minor - spend_30_minor) FILTER (
           orders > orders_30 AND spend_minor - spend_30_minor > then_at) AS top_then,
       (sum(spend_minor) * 2 + sum(orders)) // nullif(sum(orders) * 2, 0) AS common_order_minor,
       any_value(buyers_ppm) AS buyers_ppm, any_value(prospects_ppm) AS prospects_ppm
FROM histories CROSS JOIN edges CROSS JOIN chances"""
