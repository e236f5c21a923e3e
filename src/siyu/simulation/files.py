"""A simulated brand as the CSV files that an operator would bring, in Siyu's own template."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from siyu.simulation.columns import CHINA, decimals_of
from siyu.simulation.simulate import SimulatedBrand

_MONEY: Final = pa.decimal128(18, 2)
_OWN_KEY: Final = {
    "customers": "customer_key",
    "sellers": "seller_key",
    "products": "product_key",
    "communities": "community_key",
}
_MICROSECONDS: Final = 1_000_000


def write_files(*, brand: SimulatedBrand, directory: Path) -> dict[str, Path]:
    """Write one CSV a kind into `directory` and return their paths by kind.

    Headings are those of `siyu import --template`; money is in yuan, moments are Chinese
    wall-clock time, and what is not known is left empty.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tables = {
        "customers": brand.customers,
        "sellers": brand.sellers,
        "products": brand.products,
        "follows": brand.follows,
        "communities": brand.communities,
        "orders": brand.orders,
    }
    paths = {}
    for kind, table in tables.items():
        paths[kind] = directory / f"{kind}.csv"
        csv.write_csv(
            _as_template(kind, table), paths[kind], csv.WriteOptions(quoting_style="needed")
        )
    return paths


def _as_template(kind: str, table: pa.Table) -> pa.Table:
    headings, columns = [], []
    for field in table.schema:
        if field.name == "row":
            continue
        column = table[field.name].combine_chunks()
        heading = _OWN_KEY[kind] if field.name == "key" else field.name
        if field.name.endswith("_minor"):
            heading = heading.removesuffix("_minor")
            column = _yuan(column)
        elif pa.types.is_timestamp(field.type):
            column = _wall_clock(column)
        elif pa.types.is_decimal(field.type):
            column = column.cast(pa.string())
        headings.append(heading)
        columns.append(column)
    return pa.table(columns, names=headings)


def _yuan(minor: pa.Array) -> pa.Array:
    amount = decimals_of(pc.fill_null(minor, 0).to_numpy(zero_copy_only=False), _MONEY)
    return pc.if_else(pc.is_valid(minor), amount.cast(pa.string()), None)


def _wall_clock(moment: pa.Array) -> pa.Array:
    offset = CHINA.utcoffset(None)
    local = pc.add(moment.cast(pa.int64()), int(offset.total_seconds()) * _MICROSECONDS)
    seconds = local.cast(pa.timestamp("us")).cast(pa.timestamp("s"), safe=False)
    return pc.strftime(seconds, format="%Y-%m-%d %H:%M:%S")
