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
READS = ("customers_mart", "sellers_mart", "sales", "goods", "fresh_tags")


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


def audience_by_seller(
    *, reader: Reader, files: Mapping[str, Path], audience: Audience, as_of: date, most: int
) -> pa.Table:
    """AUDIENCE_ROWS of those who may be contacted, the first `most` of each seller."""
    order = "expected_value_minor DESC, customer_id"
    sql = (
        f"{_reachable_sql(audience, as_of)}"
        f" QUALIFY row_number() OVER (PARTITION BY seller_id ORDER BY {order}) <= ?"
        f" ORDER BY seller_id, {order}"
    )
    return reader.answer(sql=sql, values=[*(str(files[name]) for name in READS), most])


@lru_cache(maxsize=_REMEMBERED)
def _size_sql(audience: Audience, as_of: date) -> str:
    who = _members(audience, as_of)
    may = _may_be_contacted(who)
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


@lru_cache(maxsize=_REMEMBERED)
def _reachable_sql(audience: Audience, as_of: date) -> str:
    who = _members(audience, as_of)
    return _with_views(who.filter(_may_be_contacted(who)).select(*AUDIENCE_ROWS), AUDIENCE_ROWS)


def _may_be_contacted(who: ibis.Table) -> ibis.expr.types.BooleanValue:
    return who.seller_id.notnull() & ~who.opted_out & ~who.is_minor


def _members(audience: Audience, as_of: date) -> ibis.Table:
    return members(
        customers_mart=table("customers_mart"),
        sellers=table("sellers_mart"),
        sales=table("sales"),
        goods=table("goods"),
        fresh_tags=table("fresh_tags"),
        audience=audience,
        as_of=as_of,
    )


def _with_views(expression: ibis.Table, schema: ibis.Schema) -> str:
    views = ", ".join(view(name, "SELECT * FROM read_parquet(?)") for name in READS)
    return f"WITH {views} {typed_sql(expression, schema=schema, dialect=_DIALECT)}"
