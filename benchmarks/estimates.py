"""A few lines at a time: estimates of a phone page, and the worker's last second of orders.

The plan is that of `benchmarks/commissions.py`. Of the engine, calls with 1, 20 and 500 lines,
from the SQL that was compiled once, beside SQL written by hand on the same connection settings;
both give the same accruals. Of the page, the query behind 20 products on an SQLite database: with
prices that nobody asked for yet, and with known ones.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median, quantiles
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks import report
from benchmarks.commissions import BY_HAND, IDS, LINES, PLAN
from siyu.adapters.warehouse.commissions import CommissionCalculator
from siyu.analytics.commissions import NET_LINES

CALLS, PRODUCTS = 200, 20
AT = datetime(2021, 11, 15, 4, 0, tzinfo=UTC)
TEXT = """
name = "bench"
from_on = 2021-11-01
levels = [{ key = "gold" }]

[[shares]]
name = "seller"
rates = [
  { percent = 5, from_time = "22:00", until_time = "10:00" },
  { percent = 4, levels = ["gold"] },
  { percent = 3.5, brands = ["own"] },
  { percent = 3 },
]
limits = [
  { per = "line", most = 30 },
  { per = "order", least = 0.5 },
  { per = "month", most = 600 },
]

[[shares]]
name = "store"
to = "store"
rates = [{ percent = 1 }]

[[bonuses]]
name = "steps"
steps = [{ at = 10000, amount = 50 }, { at = 20000, percent = 1 }]
"""


def main(arguments: list[str]) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="run.py estimates", description=__doc__)
    parser.add_argument("--no-report", action="store_true", help="leave README.md as it is")
    options = parser.parse_args(arguments)
    rows = [_engine(lines) for lines in (1, PRODUCTS, 500)]
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as home:
        os.environ |= {"SIYU_HOME": home, "DJANGO_SETTINGS_MODULE": "siyu.config.settings"}
        rows += _page()
    headings = ["what", "median, ms", "p99, ms", "by hand, median, ms", "ratio"]
    body = report.table(headings, rows)
    print(body)
    if not options.no_report:
        report.write(name="estimates", command="python benchmarks/run.py estimates", body=body)
    return 0


def _engine(lines: int) -> list[str]:
    """So many lines at once, from compiled SQL, beside SQL by hand."""
    connection = duckdb.connect(config={"memory_limit": "512MB", "threads": 1})
    made = LINES.format(lines=lines, sellers=max(1, lines // 5))
    table = connection.sql(f"SELECT {', '.join(NET_LINES)} FROM ({made})").to_arrow_table()
    net_lines = table.cast(NET_LINES.to_pyarrow())
    calculator = CommissionCalculator(memory_mb=512)

    def engine() -> pa.Table:
        return calculator.accruals(version=1, plan=PLAN, ids=IDS, net_lines=net_lines)

    def by_hand() -> pa.Table:
        connection.register("net_lines", net_lines)
        try:
            return connection.sql(BY_HAND).to_arrow_table()
        finally:
            connection.unregister("net_lines")

    if _sorted(engine()) != _sorted(by_hand()):
        raise SystemExit("The two sides differ, no timing counts.")
    ours, other = _timed(engine), _timed(by_hand)
    return [f"engine, {lines:,} lines", *_told(ours, other)]


def _page() -> list[list[str]]:
    """The query of 20 products: prices never asked for, and known ones."""
    import django

    django.setup()
    from django.core.management import call_command

    from siyu.rooms.catalog.actions import import_products
    from siyu.rooms.catalog.queries import products_page
    from siyu.rooms.catalog.types import PRODUCT_ROWS
    from siyu.rooms.commissions.queries import estimates_for
    from siyu.rooms.commissions.types import PricedProduct
    from siyu.rooms.organization.queries import owner_viewer
    from siyu.rooms.outreach.actions import open_program
    from siyu.rooms.plans.actions import draft_plan, publish_plan
    from siyu.rooms.sellers.actions import import_sellers
    from siyu.rooms.sellers.queries import sellers_page
    from siyu.rooms.sellers.types import SELLER_ROWS

    call_command("migrate", verbosity=0)
    program = open_program(code="bench", name="Bench", currency="CNY", zone="Asia/Shanghai")
    viewer = owner_viewer(program_id=program.id)
    sellers = [{"row": 1, "key": "S1", "store_key": "N1"}]
    products = [
        {"row": n, "key": f"P{n}", "brand": "own" if n % 2 else "other", "price_minor": n * 999}
        for n in range(1, PRODUCTS + 1)
    ]
    for action, given, schema in (
        (import_sellers, sellers, SELLER_ROWS),
        (import_products, products, PRODUCT_ROWS),
    ):
        rows = pa.Table.from_pylist(given, schema=schema)
        action(program_id=program.id, source="bench", rows=rows)
    plan_id = draft_plan(viewer=viewer, text=TEXT)
    publish_plan(viewer=viewer, plan_id=plan_id, today=date(2021, 9, 1), at=AT)
    (seller,), _ = sellers_page(viewer=viewer)
    listed, _ = products_page(program_id=program.id, size=PRODUCTS)
    calls = iter(range(10**6))

    def asked(more: int) -> Any:
        priced = [PricedProduct(each.id, (each.price_minor or 0) + more) for each in listed]
        return estimates_for(viewer=viewer, seller_id=seller.id, products=priced, at=AT)

    new, known = _timed(lambda: asked(next(calls))), _timed(lambda: asked(0))
    return [
        [f"page, {PRODUCTS} products, prices never asked for", *_told(new)],
        [f"page, {PRODUCTS} products, known prices", *_told(known)],
    ]


def _timed(call: Callable[[], object]) -> list[float]:
    """Milliseconds of each call, after one that compiles."""
    call()
    found = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        found.append((time.perf_counter() - began) * 1_000)
    return found


def _told(ours: list[float], other: list[float] | None = None) -> list[str]:
    told = [f"{median(ours):.1f}", f"{quantiles(ours, n=100)[-1]:.1f}"]
    if other is None:
        return [*told, "–", "–"]
    return [*told, f"{median(other):.1f}", f"{median(ours) / median(other):.2f}"]


def _sorted(found: pa.Table) -> list[tuple[int, ...]]:
    return sorted(tuple(map(int, row.values())) for row in found.to_pylist())
