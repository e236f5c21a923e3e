"""Warehouse facts for benchmark sizes, written straight as Parquet without any room.

Every buyer has two lines or more and a few have hundreds; a tenth more customers never ordered.
People's details are as plain as the facts allow: here size and skew matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from siyu.simulation.brand import BrandProfile
from siyu.simulation.catalogue import catalogue_of
from siyu.simulation.columns import IntArray, stream
from siyu.simulation.market import Market, market_of
from siyu.simulation.warehouse_chunks import Chunk, Plan
from siyu.simulation.warehouse_lines import credits_of, lines_of, order_lines_of, refunds_of
from siyu.simulation.warehouse_people import (
    TAGS,
    assignments_of,
    contacts_of,
    customer_tags_of,
    customers_of,
    follows_of,
    merges_of,
)
from siyu.simulation.warehouse_schemas import FACT_SCHEMAS
from siyu.simulation.warehouse_sellers import coachings_of, communities_of, seller_facts_of

_CHUNK_CUSTOMERS: Final = 1_000_000
_WORKERS: Final = 2
_WALK_IN_SHARE: Final = 0.03
_NEVER_ORDERED_SHARE: Final = 0.1
_SERVED_SHARE: Final = 0.93
_LINE_FACTS: Final = {"order_lines": order_lines_of, "credits": credits_of, "refunds": refunds_of}


def write_warehouse(
    *, profile: BrandProfile, seed: int, customers: int, directory: Path, as_of: date
) -> dict[str, list[Path]]:
    """Write every fact of a brand with `customers` buyers; return the files by fact.

    Order lines, refunds and credits have one file a month and chunk of a million customers.
    Equal input writes equal rows.
    """
    plan = Plan(
        profile=profile,
        seed=seed,
        market=market_of(profile=profile, seed=seed, as_of=as_of),
        catalogue=catalogue_of(profile=profile, seed=seed),
        sellers=seller_facts_of(
            profile=profile, seed=seed, sellers=max(1, customers // 1_000), as_of=as_of
        ),
        directory=directory,
    )
    files: dict[str, list[Path]] = {fact: [] for fact in FACT_SCHEMAS}
    for fact, table in _small_facts(plan, as_of):
        files[fact].append(_written(directory / fact / "all.parquet", table))
    chunks = []
    for number, first in enumerate(range(0, customers, _CHUNK_CUSTOMERS)):
        buyers = min(_CHUNK_CUSTOMERS, customers - first)
        silent = round(buyers * _NEVER_ORDERED_SHARE)
        chunks.append(Chunk(number, first, buyers, silent, round(buyers * _WALK_IN_SHARE)))
    with ThreadPoolExecutor(_WORKERS) as pool:
        for written in pool.map(lambda chunk: _write_chunk(plan, chunk), chunks):
            for fact, path in written:
                files[fact].append(path)
    return files


def _small_facts(plan: Plan, as_of: date) -> Iterator[tuple[str, pa.Table]]:
    yield "sellers", plan.sellers.sellers
    yield "unit_ancestors", plan.sellers.unit_ancestors
    yield (
        "coachings",
        coachings_of(sellers=plan.sellers.sellers, seed=plan.seed, as_of=as_of),
    )
    yield (
        "communities",
        communities_of(sellers=plan.sellers.sellers, seed=plan.seed, as_of=as_of),
    )
    category = plan.catalogue.category
    products, categories = len(category), plan.catalogue.category_count + 1
    names = plan.catalogue.table["category"].to_pylist()
    yield "tags", _tags(categories)
    yield (
        "products",
        pa.table(
            [
                pa.array(np.arange(1, products + 1)),
                pa.array(category + 1),
                pa.array(np.arange(products) % 5 + 1),
                pa.array(np.ones(products, np.int64)),
            ],
            schema=FACT_SCHEMAS["products"],
        ),
    )
    yield (
        "categories",
        pa.table(
            [
                pa.array(np.arange(1, categories + 1)),
                pa.array([names[int(np.argmax(category == one))] for one in range(categories)]),
                pa.array(np.ones(categories, np.int64)),
            ],
            schema=FACT_SCHEMAS["categories"],
        ),
    )


def _tags(categories: int) -> pa.Table:
    """Tags that claim a category each."""
    ids = np.arange(1, min(categories, TAGS) + 1)
    return pa.table(
        [
            pa.array(ids),
            pa.array(ids),
            pa.nulls(len(ids), pa.int64()),
            pa.array(np.full(len(ids), 180)),
            pa.array(np.ones(len(ids), bool)),
            pa.array(np.ones(len(ids), np.int64)),
        ],
        schema=FACT_SCHEMAS["tags"],
    )


def _write_chunk(plan: Plan, chunk: Chunk) -> list[tuple[str, Path]]:
    """Write the facts of one stretch of customers."""
    rng = stream(plan.seed, f"warehouse {chunk.number}")
    everyone = chunk.known + chunk.walk_ins
    seller = plan.sellers.drawn(rng, everyone)
    seller[(rng.random(everyone) > _SERVED_SHARE) | (np.arange(everyone) >= chunk.known)] = -1
    start = np.where(rng.random(everyone) < 0.5, 0.0, rng.random(everyone) * 0.97)
    name = f"c{chunk.number:03d}.parquet"
    known = slice(chunk.known)
    people = {
        "customers": customers_of(plan=plan, chunk=chunk, rng=rng, start=start[known]),
        "follows": follows_of(
            plan=plan, chunk=chunk, rng=rng, seller=seller[known], start=start[known]
        ),
        "merges": merges_of(plan=plan, chunk=chunk),
        "contacts": contacts_of(plan=plan, chunk=chunk, rng=rng, seller=seller[known]),
        "customer_tags": customer_tags_of(plan=plan, chunk=chunk, seller=seller[known]),
        "assignments": assignments_of(plan=plan, chunk=chunk, rng=rng, seller=seller[known]),
    }
    written = [
        (fact, _written(plan.directory / fact / name, table)) for fact, table in people.items()
    ]
    lines = lines_of(plan=plan, chunk=chunk, rng=rng, start=start, seller=seller)
    for fact, maker in _LINE_FACTS.items():
        table, day = maker(plan=plan, chunk=chunk, rng=rng, lines=lines)
        for month, part in _months(plan.market, table, day):
            path = plan.directory / fact / f"{month}-{name}"
            written.append((fact, _written(path, part)))
    return written


def _written(path: Path, table: pa.Table) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    words = [field.name for field in table.schema if pa.types.is_string(field.type)]
    parquet.write_table(table, path, use_dictionary=words, compression="snappy")
    return path


def _months(market: Market, table: pa.Table, day: IntArray) -> Iterator[tuple[str, pa.Table]]:
    """Give the rows of each month; they are sorted by day."""
    month_of = [
        (market.first_on + timedelta(days=number)).strftime("%Y-%m")
        for number in range(market.days)
    ]
    for month in dict.fromkeys(month_of):
        first = month_of.index(month)
        begin, end = np.searchsorted(day, [first, first + month_of.count(month)])
        if end > begin:
            yield month, table.slice(int(begin), int(end - begin))
