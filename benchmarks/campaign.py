"""A campaign of a platform at its full count of orders, beside the same one of two years before.

The platform said that its Double Eleven of 2021 brought 16.949 million orders, 18% more than in
2020 and 33% more than in 2019. Here so many orders are simulated, put through the night's own
functions, and read through the page's own query, which must find the same changes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from benchmarks import report

ORDERS = {2021: 16_949_000, 2020: 14_363_559, 2019: 12_743_609}
TOLD_PPM = {2020: 180_000, 2019: 330_000}
_AS_OF = date(2021, 11, 12)
_FIRST_DAY = -10
_RESULTS = ("sales", "orders", "visits", "returns", "trend")
_ROUNDING_PPM = 1


def main(arguments: list[str]) -> int:
    """Run the benchmark and write its table."""
    parser = argparse.ArgumentParser(prog="run.py campaign", description=__doc__)
    parser.add_argument("--memory-mb", type=int, default=6_000)
    options = parser.parse_args(arguments)
    home = Path(tempfile.mkdtemp(prefix="siyu-campaign-"))
    os.environ |= {"SIYU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "siyu.config.settings"}
    try:
        body = _measure(home, options.memory_mb)
    finally:
        shutil.rmtree(home)
    print(body)
    command = "python benchmarks/run.py campaign " + " ".join(arguments)
    report.write(name="campaign", command=command.strip(), body=body)
    return 0


def _measure(home: Path, memory_mb: int) -> str:
    import django

    django.setup()
    from siyu.config.database_state import bring_up_to_date
    from siyu.foundation.ids import new_id
    from siyu.rooms.campaigns.actions import add_campaign
    from siyu.rooms.campaigns.queries import compare_campaign
    from siyu.rooms.insights.actions import publish
    from siyu.rooms.organization.queries import owner_viewer
    from siyu.rooms.outreach.actions import open_program

    bring_up_to_date()
    program = open_program(code="bench", name="Bench", currency="CNY", zone="Asia/Shanghai")
    results_id = new_id()
    folder = home / "warehouse" / str(program.id) / "results" / str(results_id)
    seconds = _compute(home, folder, memory_mb)
    publish(program_id=program.id, results_id=results_id, as_of=_AS_OF)
    viewer = owner_viewer(program_id=program.id)
    campaign_id = add_campaign(
        viewer=viewer,
        name="Double Eleven",
        anchor="double_eleven",
        anchor_on=_AS_OF,
        first_day=_FIRST_DAY,
        last_day=0,
        now=datetime.now(UTC),
    )
    started = time.perf_counter()
    found = compare_campaign(viewer=viewer, campaign_id=campaign_id, years=2)
    asked = time.perf_counter() - started
    for year in found.years:
        told = TOLD_PPM.get(year.year)
        change = year.orders_change_ppm
        if year.orders != ORDERS[year.year] or (
            told is not None and abs((change or 0) - told) > _ROUNDING_PPM
        ):
            raise SystemExit(f"{year.year}: {year.orders:,} orders, {change} ppm")
    rows = [
        (
            str(year.year),
            f"{year.orders:,}",
            "–" if year.orders_change_ppm is None else f"{year.orders_change_ppm / 10_000:+.2f}%",
        )
        for year in found.years
    ]
    steps = ", ".join(f"{name} {each:.1f} s" for name, each in seconds.items())
    table = report.table(("year", "orders", "2021 against it"), rows)
    return f"{table}\n\nComputed: {steps}; compared in {asked * 1_000:.0f} ms."


def _compute(home: Path, folder: Path, memory_mb: int) -> dict[str, float]:
    """Simulate the orders and compute what the comparison reads; seconds by step."""
    from siyu.adapters.warehouse.duckdb_engine import DuckDBEngine
    from siyu.analytics.engine import NIGHTLY

    started = time.perf_counter()
    files = _order_lines(home / "lines", memory_mb)
    seconds = {"simulated": time.perf_counter() - started}
    engine = DuckDBEngine(memory_mb=memory_mb, threads=2, temporary=home / "spill")
    engine.register(name="order_lines", files=files)
    for fact in ("credits", "refunds", "unit_ancestors"):
        engine.register(name=fact, files=[])
    for result in NIGHTLY:
        if result.name in _RESULTS:
            started = time.perf_counter()
            path = folder / f"{result.name}.parquet"
            engine.compute(result=result, parameters={"as_of": _AS_OF}, path=path)
            seconds[result.name] = time.perf_counter() - started
    engine.close()
    return seconds


def _order_lines(folder: Path, memory_mb: int) -> list[Path]:
    """One line an order, spread over the eleven days and nine million customers."""
    folder.mkdir()
    files, first_id = [], 1
    with duckdb.connect(config={"memory_limit": f"{memory_mb}MB", "threads": 2}) as connection:
        for year, orders in ORDERS.items():
            path = folder / f"{year}.parquet"
            connection.execute(f"""
                COPY (SELECT i + {first_id} AS line_id, i + {first_id} AS order_id,
                             (hash(i) % 9000000)::BIGINT AS customer_id, i % 500 AS product_id,
                             NULL::BIGINT AS seller_id, NULL::BIGINT AS unit_id,
                             DATE '{year}-11-01' + (i % 11)::INTEGER AS business_on,
                             (i % 24)::INTEGER AS local_hour, 1000::BIGINT AS quantity_milli,
                             4900::BIGINT AS amount_minor, 0::BIGINT AS freight_minor,
                             false AS is_gift, true AS is_paid, false AS is_void,
                             1::BIGINT AS stamp
                      FROM range({orders}) AS numbers (i))
                TO '{path}' (FORMAT parquet)""")
            files.append(path)
            first_id += orders
    return files
