"""Two periods side by side, read from a published night."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import ibis
import pyarrow as pa

from siyu.adapters.warehouse.engine_base import typed_sql
from siyu.adapters.warehouse.serving import Reader, view
from siyu.analytics import marts
from siyu.analytics.engine import table
from siyu.analytics.marts.movements import MOVEMENTS, SPANS, UNITS
from siyu.rooms.insights.types import Comparison, Cut

_DIALECT = "duckdb"
_DATED = ("sales", "returns")
_OTHERS = ("sellers_mart", "histories", "goods")
READS = (*_DATED, *_OTHERS)


def movements(*, reader: Reader, files: Mapping[str, Path], comparison: Comparison) -> pa.Table:
    """Rows of `marts.movements` over the results of `READS`."""
    before, now = comparison.before, comparison.now
    days = [before.start_on, before.end_on, now.start_on, now.end_on]
    values = [
        *(value for name in _DATED for value in (str(files[name]), *days)),
        *(str(files[name]) for name in _OTHERS),
        *days,
        [unit_id for unit_id, _ in comparison.units],
        [shown_id for _, shown_id in comparison.units],
    ]
    sql = _sql(comparison.cut, comparison.whole)
    return reader.answer(sql=sql, values=values).cast(MOVEMENTS.to_pyarrow())


@cache
def _sql(cut: Cut, whole: bool) -> str:
    computed = marts.movements(
        **{name: table(name) for name in READS},
        spans=ibis.table(SPANS, name="spans"),
        units=ibis.table(UNITS, name="units"),
        cut=cut,
        whole=whole,
    )
    within = "business_on BETWEEN ? AND ? OR business_on BETWEEN ? AND ?"
    given = [
        *(view(name, f"SELECT * FROM read_parquet(?) WHERE {within}") for name in _DATED),
        *(view(name, "SELECT * FROM read_parquet(?)") for name in _OTHERS),
        view(
            "spans",
            "SELECT * FROM (VALUES (false, ?::DATE, ?::DATE), (true, ?::DATE, ?::DATE))"
            " AS given (is_now, start_on, end_on)",
        ),
        view("units", "SELECT unnest(?::BIGINT[]) AS unit_id, unnest(?::BIGINT[]) AS child_id"),
    ]
    return f"WITH {', '.join(given)} {typed_sql(computed, schema=MOVEMENTS, dialect=_DIALECT)}"
