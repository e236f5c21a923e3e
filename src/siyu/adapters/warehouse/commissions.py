"""What plans pay, computed by DuckDB: SQL compiled once a version, one connection a thread."""

from __future__ import annotations

import threading
from collections import OrderedDict

import duckdb
import pyarrow as pa

from siyu.adapters.warehouse.engine_base import typed_sql
from siyu.analytics.commissions import ACCRUALS, Ids, Plan, accruals
from siyu.analytics.engine import table

_VERSIONS_KEPT = 64


class CommissionCalculator:
    """Computes accruals of lines that are handed over, within a small memory limit."""

    def __init__(self, *, memory_mb: int) -> None:
        self._memory_mb = memory_mb
        self._threads = threading.local()
        self._compiled: OrderedDict[int, str] = OrderedDict()

    def accruals(
        self, *, version: int | None, plan: Plan, ids: Ids, net_lines: pa.Table
    ) -> pa.Table:
        """ACCRUALS for NET_LINES by a plan; the same version is always the same plan."""
        connection = self._connection()
        connection.register("net_lines", net_lines)
        try:
            found = connection.sql(self._sql(version, plan, ids)).to_arrow_table()
        finally:
            connection.unregister("net_lines")
        return found.cast(ACCRUALS.to_pyarrow())

    def _sql(self, version: int | None, plan: Plan, ids: Ids) -> str:
        """The SQL of a version; several threads may compile the same one, to the same text."""
        known = self._compiled.get(version) if version is not None else None
        if known is None:
            known = typed_sql(
                accruals(net_lines=table("net_lines"), plan=plan, ids=ids),
                schema=ACCRUALS,
                dialect="duckdb",
            )
        if version is not None:
            self._compiled[version] = known
            while len(self._compiled) > _VERSIONS_KEPT:
                self._compiled.popitem(last=False)
        return known

    def _connection(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._threads, "connection"):
            self._threads.connection = duckdb.connect(
                config={"memory_limit": f"{self._memory_mb}MB", "threads": 1}
            )
        connection: duckdb.DuckDBPyConnection = self._threads.connection
        return connection
