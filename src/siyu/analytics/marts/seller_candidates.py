"""Reasons for a manager to look after a seller, ranked within each store or team."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import half_up, number_of, total

SELLER_SIGNALS: dict[str, tuple[str, str, str]] = {
    "seller_slowing": ("visits_30", "expected_30_x100", "gmv_minor"),
    "seller_silent": ("days_since_sale", "expected_30_x100", "gmv_365_minor"),
    "first_sale_due": ("days_since_start", "fans", "prospects"),
    "milestone_near": ("effective_fans", "fans", "gmv_minor"),
    "seller_lost": ("days_since_sale", "fans", "gmv_365_minor"),
}
# A seller with so many friends who ordered keeps selling: the experience of the field.
MILESTONE_FANS = 200
_NEAR_FANS, _START_DAYS, _MONTHS = 160, 7, 12

SELLER_CANDIDATES = ibis.schema(
    {
        "unit_id": "int64",
        "seller_id": "int64",
        "rank": "int32",
        "signal": "string",
        "evidence_1": "int64",
        "evidence_2": "int64",
        "evidence_3": "int64",
        "expected_value_minor": "int64",
    }
)


def seller_candidates(*, sellers_mart: ibis.Table, as_of: date) -> ibis.Table:
    """One row a working seller with a reason, the first of `SELLER_SIGNALS` that holds.

    seller_slowing and seller_silent: that life; first_sale_due: began 7 days ago or longer and
    never sold; milestone_near: 160 to 199 friends who ordered; seller_lost: no sale in 180 days
    although she has not left. expected_value_minor is what a month would bring more: the missing
    share of expected visits of her own month of the last year; for a first sale, the mean month
    of those who made theirs lately; for a milestone, her month times the friends still missing.

    Columns: unit_id, seller_id, rank (from 1 within the unit, by expected value and seller_id),
    signal, evidence_1 to evidence_3 (see `SELLER_SIGNALS`), expected_value_minor.
    """
    table = _with_firsts(sellers_mart.filter(sellers_mart.status == "active"))
    started = table.started_on <= as_of - timedelta(days=_START_DAYS)
    near = (table.effective_fans >= _NEAR_FANS) & (table.effective_fans < MILESTONE_FANS)
    holds = {
        "seller_slowing": table.life == "slowing",
        "seller_silent": table.life == "silent",
        "first_sale_due": (table.life == "trained") & started.fill_null(True),
        "milestone_near": near,
        "seller_lost": table.life == "lost",
    }
    nothing = ibis.null("string")
    signal = ibis.cases(
        *((holds[name].fill_null(False), name) for name in SELLER_SIGNALS), else_=nothing
    )
    begun = ibis.literal(as_of).delta(table.started_on, unit="day").cast("int64")
    table = table.mutate(signal=signal, days_since_start=begun, value=_value(table, signal))
    chosen = table.filter(table.signal.notnull())
    chosen = chosen.mutate(expected_value_minor=chosen.value.fill_null(0))
    order = (chosen.expected_value_minor.desc(), chosen.seller_id)
    return chosen.mutate(
        **{f"evidence_{place + 1}": _evidence(chosen, place) for place in range(3)},
        rank=(ibis.row_number().over(group_by="unit_id", order_by=order) + 1).cast("int32"),
    ).select(*SELLER_CANDIDATES)


def _with_firsts(table: ibis.Table) -> ibis.Table:
    """The mean month of sellers who lately made their first sale, beside every seller."""
    firsts = table.life == "first_sale"
    mean = table.aggregate(
        first_minor=total(table.gmv_minor, where=firsts),
        first_sellers=number_of(table, where=firsts),
    )
    both = table.cross_join(mean)
    average = half_up(numerator=both.first_minor, denominator=both.first_sellers.nullif(0))
    return both.mutate(first_month_minor=average.fill_null(0)).drop("first_minor", "first_sellers")


def _value(table: ibis.Table, signal: Any) -> Any:
    month = table.gmv_365_minor // _MONTHS
    missing = ibis.greatest(table.expected_30_x100 - table.visits_30 * 100, 0)
    shortfall = (month * missing) // table.expected_30_x100.nullif(0)
    to_go = (table.gmv_minor * (MILESTONE_FANS - table.effective_fans)) // (
        table.effective_fans.nullif(0)
    )
    return ibis.cases(
        (signal.isin(["seller_slowing", "seller_silent"]), shortfall),
        (signal == "first_sale_due", table.first_month_minor),
        (signal == "milestone_near", to_go),
        else_=month,
    ).cast("int64")


def _evidence(table: ibis.Table, place: int) -> Any:
    return ibis.cases(
        *((table.signal == name, table[names[place]]) for name, names in SELLER_SIGNALS.items()),
        else_=ibis.null("int64"),
    )
