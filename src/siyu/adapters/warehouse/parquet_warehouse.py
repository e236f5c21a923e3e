"""The rooms' warehouse port on Parquet files."""

import shutil
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import ibis
import pyarrow as pa

from siyu.adapters.warehouse import audiences, comparing
from siyu.adapters.warehouse.engine_base import files_of
from siyu.adapters.warehouse.feed import feed
from siyu.adapters.warehouse.fitting import back_tested, fitted
from siyu.adapters.warehouse.freshening import freshen
from siyu.adapters.warehouse.manifest import Manifest, read_manifest
from siyu.adapters.warehouse.serving import Reader
from siyu.adapters.warehouse.verification import differences
from siyu.analytics import marts, staging
from siyu.analytics.conditions import Audience
from siyu.analytics.engine import CARRIED, HOURLY, NIGHTLY, Engine, table
from siyu.analytics.metrics import period_metrics
from siyu.analytics.sources import FACTS
from siyu.foundation.errors import BadInput
from siyu.rooms.insights.types import (
    BackTest,
    Comparison,
    DayDifference,
    Lookup,
    Parameters,
    PurchaseFit,
)
from siyu.rooms.operations.actions import hold
from siyu.rooms.operations.types import FactTable

_COMPARED = 256
_LONGEST_FEED_SECONDS = 900
OnResult = Callable[[str, int], None]
_HOURLY_FACTS = frozenset(name for each in HOURLY for name in each.inputs) & FACTS.keys()
_RESULTS = {result.name: result for result in NIGHTLY}


class ParquetWarehouse:
    """Facts and results of every program under one folder, computed by DuckDB or Spark."""

    def __init__(
        self,
        *,
        home: str,
        facts: Sequence[FactTable],
        engine: str,
        memory_mb: int,
        web_memory_mb: int,
        patience_seconds: float = _LONGEST_FEED_SECONDS,
    ) -> None:
        """A feed waits so long for another one of the program to end."""
        if engine not in ("duckdb", "spark"):
            raise BadInput(
                "SIYU_ENGINE", "{engine} is no engine; write duckdb or spark.", engine=engine
            )
        self.engine = engine
        self._home = Path(home) / "warehouse"
        self._facts = facts
        self._patience_seconds = patience_seconds
        self._memory_mb = memory_mb
        self._reader = Reader(memory_mb=web_memory_mb, temporary=self._home / "spill")
        self._running: tuple[int, Engine] | None = None
        # A published run never changes.
        self._compared = lru_cache(maxsize=_COMPARED)(self._compare)

    def sync(self, *, program_id: int, on_result: OnResult, hourly: bool = False) -> dict[str, int]:
        """Feed what was written since the last time; rows fed by fact.

        An ``hourly`` one feeds only the facts that the hourly results read.
        """
        return self._feed(
            program_id=program_id, only=_HOURLY_FACTS if hourly else None, on_result=on_result
        )

    def rebuild(self, *, program_id: int, on_result: OnResult) -> dict[str, int]:
        """Forget every fact of a program and feed all again; rows fed by fact."""
        return self._feed(program_id=program_id, anew=True, on_result=on_result)

    def verify(self, *, program_id: int) -> list[DayDifference]:
        """The days on which counts or sums of the fed facts differ from the database's."""
        root = self._root(program_id)
        return differences(
            root=root, manifest=read_manifest(root), program_id=program_id, facts=self._facts
        )

    def results(self) -> Sequence[str]:
        """Names of the results of the nightly computation, in order."""
        return tuple(_RESULTS)

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

        What a night reads of the one before comes from the run ``before_id``. The engine lives
        from a run's first result to its last.
        """
        if self._running is None or self._running[0] != run_id:
            self._stop()
            engine = self._engine_with_facts(program_id)
            for name, carried in CARRIED.items():
                path = self._result_path(program_id, before_id or 0, carried)
                engine.register(name=name, files=files_of(path))
            self._running = (run_id, engine)
        try:
            rows = self._running[1].compute(
                result=_RESULTS[result],
                parameters=vars(parameters),
                path=self._result_path(program_id, run_id, result),
            )
        except BaseException:
            self._stop()
            raise
        if result == NIGHTLY[-1].name:
            self._stop()
        return rows

    def freshen(
        self,
        *,
        program_id: int,
        run_id: int,
        before_id: int | None,
        today: date,
        on_result: OnResult,
    ) -> int:
        """Compute the hourly results of the days that changed since a run; how many days did."""
        root = self._root(program_id)
        manifest = read_manifest(root)
        engine = self._engine_with(root, manifest)
        try:
            return freshen(
                engine=engine,
                root=root,
                manifest=manifest,
                folder=self._results(program_id, run_id),
                folder_before=self._results(program_id, before_id) if before_id else None,
                today=today,
                on_result=on_result,
            )
        finally:
            engine.close()

    def forget(self, *, program_id: int, run_id: int) -> None:
        """Remove the results of one run."""
        shutil.rmtree(self._results(program_id, run_id), ignore_errors=True)

    def read(self, *, program_id: int, run_id: int, lookup: Lookup) -> pa.Table:
        """The rows of a published result that a look-up asks for."""
        return self._reader.rows(files=self._files(program_id, run_id, lookup), lookup=lookup)

    def count(self, *, program_id: int, run_id: int, lookup: Lookup) -> int:
        """How many rows a look-up would find without its limit."""
        return self._reader.count(files=self._files(program_id, run_id, lookup), lookup=lookup)

    def metrics(
        self, *, program_id: int, start_on: date, end_on: date, unit_ids: frozenset[int] | None
    ) -> dict[str, int]:
        """The metrics of a period, both days included; money in minor units."""
        sales = _sold()
        orders = staging.orders(sales=sales)
        numbers = period_metrics(
            sales=sales,
            returns=staging.returns(
                refunds=table("refunds"), credits=table("credits"), merges=table("merges")
            ),
            first_purchases=orders.group_by("customer_id").agg(first_on=orders.business_on.min()),
            start_on=start_on,
            end_on=end_on,
            unit_ids=None if unit_ids is None else sorted(unit_ids),
        )
        engine = self._engine_with_facts(program_id)
        try:
            found: dict[str, int] = engine.query(expression=numbers).to_pylist()[0]
        finally:
            engine.close()
        return found

    def movements(self, *, program_id: int, run_id: int, comparison: Comparison) -> pa.Table:
        """What two periods sold by the groups of a cut: rows of `marts.movements`."""
        return self._compared(program_id, run_id, comparison)

    def _compare(self, program_id: int, run_id: int, comparison: Comparison) -> pa.Table:
        files = self._result_paths(program_id, run_id, comparing.READS)
        return comparing.movements(reader=self._reader, files=files, comparison=comparison)

    def audience_size(
        self, *, program_id: int, run_id: int, audience: Audience, as_of: date
    ) -> pa.Table:
        """How many customers of a published night meet conditions: one row of AUDIENCE_SIZE."""
        files = self._result_paths(program_id, run_id, audiences.READS)
        return audiences.audience_size(
            reader=self._reader, files=files, audience=audience, as_of=as_of
        )

    def audience_rows(
        self, *, program_id: int, run_id: int, audience: Audience, as_of: date, limit: int
    ) -> pa.Table:
        """Those customers as AUDIENCE_ROWS, the greatest expected value first."""
        files = self._result_paths(program_id, run_id, audiences.READS)
        return audiences.audience_rows(
            reader=self._reader, files=files, audience=audience, as_of=as_of, limit=limit
        )

    def audience_by_seller(
        self, *, program_id: int, run_id: int, audience: Audience, as_of: date, most: int
    ) -> pa.Table:
        """Of those customers who may be contacted, the first ``most`` of each seller."""
        files = self._result_paths(program_id, run_id, audiences.READS)
        return audiences.audience_by_seller(
            reader=self._reader, files=files, audience=audience, as_of=as_of, most=most
        )

    def fit_purchases(
        self, *, program_id: int, end_on: date, unit_days: int, minor_units: int
    ) -> PurchaseFit:
        """Models of repeat buying, fitted to all purchases until a day."""
        sales = _sold()
        engine = self._engine_with_facts(program_id)
        try:
            return fitted(
                engine=engine,
                repeats=marts.repeats(sales=sales, end_on=end_on),
                end_on=end_on,
                unit_days=unit_days,
                minor_units=minor_units,
            )
        finally:
            engine.close()

    def back_test(self, *, program_id: int, end_on: date, days: int) -> BackTest:
        """Forecasts of the days after a day, judged by what came."""
        sales = _sold(as_of=end_on + timedelta(days=days + 1))
        engine = self._engine_with_facts(program_id)
        try:
            return back_tested(engine=engine, sales=sales, end_on=end_on, days=days)
        finally:
            engine.close()

    def forget_results(
        self, *, program_id: int, kept: frozenset[int], written_before: datetime
    ) -> None:
        """Remove the results of every run last written before a moment, but for those kept."""
        for folder in (self._root(program_id) / "results").glob("*"):
            is_old = folder.stat().st_mtime < written_before.timestamp()
            if is_old and int(folder.name) not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _feed(
        self,
        *,
        program_id: int,
        on_result: OnResult,
        only: frozenset[str] | None = None,
        anew: bool = False,
    ) -> dict[str, int]:
        with hold(key=f"feed:{program_id}", wait_seconds=self._patience_seconds):
            return feed(
                root=self._root(program_id),
                program_id=program_id,
                facts=self._facts,
                only=only,
                anew=anew,
                memory_mb=self._memory_mb,
                on_result=on_result,
            )

    def _engine_with_facts(self, program_id: int) -> Engine:
        root = self._root(program_id)
        return self._engine_with(root, read_manifest(root))

    def _engine_with(self, root: Path, manifest: Manifest) -> Engine:
        engine = self._new_engine(root / "spill")
        for fact in self._facts:
            engine.register(name=fact.name, files=manifest.files_of(fact.name, root))
        return engine

    def _new_engine(self, temporary: Path) -> Engine:
        if self.engine == "spark":
            from siyu.adapters.warehouse.spark_engine import SparkEngine

            return SparkEngine(memory_mb=self._memory_mb, temporary=temporary)
        from siyu.adapters.warehouse.duckdb_engine import DuckDBEngine

        return DuckDBEngine(memory_mb=self._memory_mb, threads=2, temporary=temporary)

    def _stop(self) -> None:
        if self._running is not None:
            self._running[1].close()
            self._running = None

    def _files(self, program_id: int, run_id: int, lookup: Lookup) -> list[Path]:
        return [self._result_pattern(program_id, run_id, lookup.result)]

    def _result_path(self, program_id: int, run_id: int, result: str) -> Path:
        return self._results(program_id, run_id) / f"{result}.parquet"

    def _result_pattern(self, program_id: int, run_id: int, result: str) -> Path:
        """What finds a result's file, or all of them where it was computed in parts."""
        path = self._result_path(program_id, run_id, result)
        return path.with_name(f"{path.name}*")

    def _results(self, program_id: int, run_id: int) -> Path:
        return self._root(program_id) / "results" / str(run_id)

    def _result_paths(
        self, program_id: int, run_id: int, results: Sequence[str]
    ) -> dict[str, Path]:
        return {name: self._result_pattern(program_id, run_id, name) for name in results}

    def _root(self, program_id: int) -> Path:
        return self._home / str(program_id)


def _sold(as_of: date | None = None) -> ibis.Table:
    """All sales in the facts, or those before a day."""
    return staging.sales(
        order_lines=table("order_lines"),
        credits=table("credits"),
        merges=table("merges"),
        as_of=as_of,
    )
