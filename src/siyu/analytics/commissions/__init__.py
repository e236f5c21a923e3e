"""Commissions: a plan as data, and what it pays as one table function."""

from siyu.analytics.commissions.accruals import ACCRUALS, NET_LINES, Scope, accruals
from siyu.analytics.commissions.conditions import clock_band
from siyu.analytics.commissions.plan import (
    Base,
    Bonus,
    Depends,
    Event,
    Ids,
    Joining,
    Level,
    Limit,
    Measure,
    Payee,
    Period,
    Plan,
    Promises,
    Rate,
    Release,
    Share,
    Step,
)

__all__ = [
    "ACCRUALS",
    "NET_LINES",
    "Base",
    "Bonus",
    "Depends",
    "Event",
    "Ids",
    "Joining",
    "Level",
    "Limit",
    "Measure",
    "Payee",
    "Period",
    "Plan",
    "Promises",
    "Rate",
    "Release",
    "Scope",
    "Share",
    "Step",
    "accruals",
    "clock_band",
]
