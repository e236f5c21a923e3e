"""Where a value stands among all buyers: quintiles and the top tenth, ties together."""

from __future__ import annotations

from typing import Any

import ibis

from siyu.analytics.arithmetic import total


def cuts(values: ibis.Table, column: str, **below: tuple[int, int]) -> ibis.Table:
    """One row: for each keyword, the smallest value with at least that share below it.

    `cuts(t, "spend", q2=(1, 5))` gives `q2`, the smallest spend such that a fifth of the
    rows or more spent strictly less (null where no value is). Equal values always fall on
    the same side.
    """
    counted = values.group_by(value=values[column]).agg(rows=values.count())
    lower = ibis.window(order_by="value", rows=(None, -1))
    ranked = counted.mutate(
        below=counted.rows.sum().over(lower).fill_null(0),
        everyone=total(counted.rows).over(ibis.window()),
    )
    return ranked.aggregate(
        **{
            name: ranked.value.min(where=ranked.below * parts >= ranked.everyone * share)
            for name, (share, parts) in below.items()
        }
    )


def quintile_cuts(values: ibis.Table, column: str, prefix: str) -> ibis.Table:
    """One row with the four cuts `<prefix>2` to `<prefix>5` between a column's quintiles."""
    return cuts(values, column, **{f"{prefix}{k}": (k - 1, 5) for k in range(2, 6)})


def quintile(table: ibis.Table, value: Any, prefix: str) -> Any:
    """1 (lowest) to 5 (highest): one more than the cuts that the value reaches; null if null."""
    reached = sum(
        (value >= table[f"{prefix}{k}"]).fill_null(False).cast("int32") for k in range(2, 6)
    )
    return value.isnull().ifelse(ibis.null("int32"), reached + 1)
