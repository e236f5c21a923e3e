"""The customers of a published night who meet the conditions of an audience."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

import ibis
import pyarrow as pa

from siyu.adapters.warehouse.engine_base import typed_sql
from siyu.adapters.warehouse.serving import Reader, view
from siyu.analytics.arithmetic import number_of, total
from siyu.analytics.conditions import Audience, members
from siyu.analytics.engine import table
from siyu.rooms.insights.types import AUDIENCE_ROWS, AUDIENCE_SIZE

_DIALECT = "duckdb"
_REMEMBERED = 256
READS = ("customers_mart", "sellers_mart", "sales", "goods")


def audience_size(
    *, reader: Reader, files: Mapping[str, Path], audience: Audience, as_of: date
) -> pa.Table:
    """One row of AUDIENCE_SIZE."""
    sql = _size_sql(audience, as_of)
    return reader.answer(sql=sql, values=[str(files[name]) for name in READS])


def audience_rows(
    *, reader: Reader, files: Mapping[str, Path], audience: Audience, as_of: date, limit: int
) -> pa.Table:
    """Rows of AUDIENCE_ROWS, the greatest expected value first, `limit` at most."""
    sql = f"{_rows_sql(audience, as_of)} ORDER BY expected_value_minor DESC, customer_id LIMIT ?"
    return reader.answer(sql=sql, values=[*(str(files[name]) for name in READS), limit])


@lru_cache(maxsize=_REMEMBERED)
def _size_sql(audience: Audience, as_of: date) -> str:
    who = _members(audience, as_of)
    may = who.seller_id.notnull() & ~who.opted_out & ~who.is_minor
    size = who.aggregate(
        customers=who.count(),
        served=number_of(who, where=who.seller_id.notnull()),
        reachable=number_of(who, where=may),
        expected_value_minor=total(who.expected_value_minor, where=may),
    )
    return _with_views(size, AUDIENCE_SIZE)


@lru_cache(maxsize=_REMEMBERED)
def _rows_sql(audience: Audience, as_of: date) -> str:
    return _with_views(_members(audience, as_of).select(*AUDIENCE_ROWS), AUDIENCE_ROWS)


def _members(audience: Audience, as_of: date) -> ibis.Table:
    return members(
        customers_mart=table("customers_mart"),
        sellers=table("sellers_mart"),
        sales=table("sales"),
        goods=table("goods"),
        audience=audience,
        as_of=as_of,
    )


def _with_views(expression: ibis.Table, schema: ibis.Schema) -> str:
    views = ", ".join(view(name, "SELECT * FROM read_parquet(?)") for name in READS)
    return f"WITH {views} {typed_sql(expression, schema=schema, dialect=_DIALECT)}"
