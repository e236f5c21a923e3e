"""Pieces of SQL that several of the hand-written statements share."""

from __future__ import annotations

SERVING = """
    SELECT customer_id, arg_max(seller_id, follow_id) AS seller_id,
           arg_max(followed_on, follow_id) AS followed_on
    FROM follows
    WHERE is_serving AND followed_on < {as_of} AND (ended_on IS NULL OR ended_on > {as_of})
    GROUP BY customer_id"""

READINGS = """
    SELECT coalesce(max(clock_ppb) FILTER (business_on < {as_of}), 0) AS now,
           coalesce(max(clock_ppb) FILTER (business_on < {as_of} - 30), 0) AS now_30,
           coalesce(max(clock_ppb) FILTER (business_on < {as_of} - 60), 0) AS now_60,
           coalesce(max(clock_ppb) FILTER (business_on < {as_of} - 90), 0) AS now_90,
           coalesce(max(clock_ppb) FILTER (business_on < {as_of} - 365), 0) AS year,
           coalesce(max(clock_ppb) FILTER (business_on < {as_of} - 395), 0) AS year_30,
           coalesce(max(clock_ppb) FILTER (business_on < {as_of} - 425), 0) AS year_60,
           coalesce(max(clock_ppb) FILTER (business_on < {as_of} - 455), 0) AS year_90
    FROM market"""

RATE_BAND = """
    CASE WHEN {0} < 50 THEN 0 WHEN {0} < 100 THEN 1 WHEN {0} < 200 THEN 2 WHEN {0} < 400 THEN 3
         ELSE 4 END"""
ELAPSED_BAND = """
    CASE WHEN {0} < 25 THEN 0 WHEN {0} < 50 THEN 1 WHEN {0} < 100 THEN 2 WHEN {0} < 200 THEN 3
         WHEN {0} < 300 THEN 4 WHEN {0} < 600 THEN 5 ELSE 6 END"""
FRIEND_BAND = """
    CASE WHEN {0} < 8 THEN 200 WHEN {0} < 31 THEN 201 WHEN {0} < 91 THEN 202 ELSE 203 END"""
