"""Apache Spark: for more data than one machine holds."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from siyu.adapters.warehouse.engine_base import (
    complete_or_absent,
    no_rows,
    typed_columns,
    typed_sql,
    write_model,
)
from siyu.analytics.engine import SCHEMAS, Result, expression

_DIALECT = "pyspark"


class SparkEngine:
    """Runs results on a Spark session; `master` is local unless a cluster is named."""

    name = "spark"

    def __init__(
        self,
        *,
        temporary: Path,
        master: str = "local[2]",
        memory_mb: int = 2048,
        shuffle_partitions: int = 4,
    ) -> None:
        """`temporary` is a folder for shuffles, `memory_mb` the driver's share."""
        temporary.mkdir(parents=True, exist_ok=True)
        # Ibis declares its Spark options only once the backend has been touched.
        _ = ibis.pyspark
        self._session = (
            SparkSession.builder.master(master)
            .appName("siyu")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.memory", f"{memory_mb}m")
            .config("spark.local.dir", str(temporary))
            .config("spark.sql.warehouse.dir", str(temporary / "tables"))
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", str(shuffle_partitions))
            .config("spark.sql.ansi.enabled", "true")
            .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
            .config("spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )

    def register(self, *, name: str, files: Sequence[Path]) -> None:
        """Make a table of `SCHEMAS` readable from Parquet files; empty without files."""
        schema = SCHEMAS[name]
        if not files:
            rows = self._session.sql(no_rows(schema, dialect=_DIALECT))
        else:
            stored = self._session.read.parquet(*(str(file) for file in files))
            columns = typed_columns(schema, dialect=_DIALECT)
            rows = self._session.sql(f"SELECT {columns} FROM {{stored}}", stored=stored)
        rows.createOrReplaceTempView(name)

    def compute(self, *, result: Result, parameters: Mapping[str, Any], path: Path) -> int:
        """Write one result to one Parquet file, register it, and return its number of rows."""
        if result.of_arrow:
            return write_model(engine=self, result=result, parameters=parameters, path=path)
        sql = typed_sql(
            expression(result=result, parameters=parameters),
            schema=result.schema,
            dialect=_DIALECT,
        )
        # One file a result, whatever the number of workers; sorted inside it.
        rows = self._session.sql(sql).repartition(1)
        if result.sort_by:
            order = [rows[name].asc_nulls_last() for name in result.sort_by]
            rows = rows.sortWithinPartitions(*order)
        with complete_or_absent(path) as temporary:
            folder = temporary.with_suffix(".parts")
            try:
                rows.write.parquet(str(folder))
                (part,) = folder.glob("part-*.parquet")
                part.replace(temporary)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        self.register(name=result.name, files=[path])
        return int(pq.read_metadata(path).num_rows)

    def query(self, *, expression: ibis.Table) -> pa.Table:
        """The rows of an expression over registered tables, in the expression's own types."""
        schema = expression.schema()
        sql = typed_sql(expression, schema=schema, dialect=_DIALECT)
        return self._session.sql(sql).toArrow().cast(schema.to_pyarrow())

    def close(self) -> None:
        """Stop the session and its Java process."""
        self._session.stop()
