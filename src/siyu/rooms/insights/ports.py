"""What insights need from outside: a warehouse."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Protocol

import pyarrow as pa

from siyu.analytics.conditions import Audience
from siyu.rooms.insights.types import (
    BackTest,
    Comparison,
    DayDifference,
    Lookup,
    Parameters,
    PurchaseFit,
)

OnResult = Callable[[str, int], None]
"""Called with the name of a result and its rows, when it is written."""


class Warehouse(Protocol):
    """Facts and computed results of every program."""

    @property
    def engine(self) -> str:
        """The name of the engine that computes."""

    def sync(self, *, program_id: int, on_result: OnResult, hourly: bool = False) -> dict[str, int]:
        """Feed what was written since the last time; rows fed by fact.

        An ``hourly`` one feeds only the facts that the hourly results read.
        """

    def rebuild(self, *, program_id: int, on_result: OnResult) -> dict[str, int]:
        """Forget every fact of a program and feed all again; rows fed by fact."""

    def verify(self, *, program_id: int) -> list[DayDifference]:
        """The days on which counts or sums of the fed facts differ from the database's."""

    def results(self) -> Sequence[str]:
        """Names of the results of the nightly computation, in order."""

    def compute(
        self,
        *,
        program_id: int,
        run_id: int,
        before_id: int | None,
        result: str,
        parameters: Parameters,
    ) -> int:
        """Compute one result of a run from the facts and the run's earlier results; its rows.

        What a night reads of the one before comes from the run ``before_id``.
        """

    def freshen(
        self,
        *,
        program_id: int,
        run_id: int,
        before_id: int | None,
        today: date,
        on_result: OnResult,
    ) -> int:
        """Compute the hourly results of the days that changed since a run; how many days did.

        Without a run before, of all days from the first of the last month on. Writes nothing
        where nothing changed.
        """

    def forget(self, *, program_id: int, run_id: int) -> None:
        """Remove the results of one run."""

    def read(self, *, program_id: int, run_id: int, lookup: Lookup) -> pa.Table:
        """The rows of a published result that a look-up asks for."""

    def count(self, *, program_id: int, run_id: int, lookup: Lookup) -> int:
        """How many rows a look-up would find without its limit."""

    def metrics(
        self, *, program_id: int, start_on: date, end_on: date, unit_ids: frozenset[int] | None
    ) -> dict[str, int]:
        """The metrics of a period, both days included; money in minor units."""

    def movements(self, *, program_id: int, run_id: int, comparison: Comparison) -> pa.Table:
        """What two periods sold by the groups of a cut: rows of ``analytics.marts.movements``."""

    def audience_size(
        self, *, program_id: int, run_id: int, audience: Audience, as_of: date
    ) -> pa.Table:
        """How many customers of a published night meet conditions: one row of AUDIENCE_SIZE."""

    def audience_rows(
        self, *, program_id: int, run_id: int, audience: Audience, as_of: date, limit: int
    ) -> pa.Table:
        """Those customers as AUDIENCE_ROWS, the greatest expected value first."""

    def audience_by_seller(
        self, *, program_id: int, run_id: int, audience: Audience, as_of: date, most: int
    ) -> pa.Table:
        """Of those customers who may be contacted, the first ``most`` of each seller."""

    def fit_purchases(
        self, *, program_id: int, end_on: date, unit_days: int, minor_units: int
    ) -> PurchaseFit:
        """Models of repeat buying, fitted to all purchases until a day.

        Time is told in units of so many days, money in units of so many minor ones.
        """

    def back_test(self, *, program_id: int, end_on: date, days: int) -> BackTest:
        """Forecasts of the days after a day, judged by what came."""

    def forget_results(
        self, *, program_id: int, kept: frozenset[int], written_before: datetime
    ) -> None:
        """Remove the results of every run last written before a moment, but for those kept."""


_warehouses: list[Warehouse] = []


def plug_warehouse(warehouse: Warehouse) -> None:
    """Use this warehouse from now on."""
    _warehouses[:] = [warehouse]


def warehouse() -> Warehouse:
    """The plugged warehouse."""
    return _warehouses[0]
