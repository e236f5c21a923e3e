"""What commissions need from outside: an engine that computes what a plan pays."""

from typing import Protocol

import pyarrow as pa

from siyu.analytics.commissions import Ids, Plan


class Calculator(Protocol):
    """Computes accruals; what it compiled of a version it may keep."""

    def accruals(
        self, *, version: int | None, plan: Plan, ids: Ids, net_lines: pa.Table
    ) -> pa.Table:
        """ACCRUALS of `analytics.commissions` for NET_LINES by a plan, in no order.

        ``version`` names the plan and its ids: the same number is always the same plan. None is
        for one that is only tried.
        """


_calculators: list[Calculator] = []


def plug_calculator(calculator: Calculator) -> None:
    """Use this calculator from now on."""
    _calculators[:] = [calculator]


def calculator() -> Calculator:
    """The plugged calculator."""
    return _calculators[0]
