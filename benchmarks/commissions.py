"""What a month of a campaign pays: the engine beside hand-written SQL and a loop over lines.

A hundred and seventy lines a seller in one month: sellers, stores and inviters are paid at rates by
hour, level and brand, within limits of a line, an order and a month, with a bonus in steps. Both
sides read the same file and write the same accruals, each in a process of its own; timings count
only where the accruals are equal.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from benchmarks import report
from siyu.adapters.warehouse.engine_base import typed_sql
from siyu.analytics.commissions import (
    ACCRUALS,
    NET_LINES,
    Bonus,
    Ids,
    Limit,
    Payee,
    Period,
    Plan,
    Rate,
    Share,
    Step,
    accruals,
)
from siyu.analytics.engine import table
from tests.analytics.commissions.plain import accruals_of

LINES_A_SELLER = 170
LOOPED = 50_000
IDS = Ids(brands={"own": 1})
PLAN = Plan(
    name="campaign",
    from_on=date(2021, 11, 1),
    shares=(
        Share(
            name="seller",
            rates=(
                Rate(percent=Decimal(5), from_time="22:00", until_time="10:00"),
                Rate(percent=Decimal(4), levels=("gold",)),
                Rate(percent=Decimal("3.5"), brands=("own",)),
                Rate(percent=Decimal(3)),
            ),
            limits=(
                Limit(per=Period.LINE, most=Decimal(30)),
                Limit(per=Period.ORDER, least=Decimal("0.5")),
                Limit(per=Period.MONTH, most=Decimal(600)),
            ),
        ),
        Share(name="store", to=Payee.STORE, rates=(Rate(percent=Decimal(1)),)),
        Share(name="inviter", to=Payee.INVITER, rates=(Rate(percent=Decimal("0.5")),)),
    ),
    bonuses=(
        Bonus(
            name="steps",
            steps=(
                Step(at=Decimal(10_000), amount=Decimal(50)),
                Step(at=Decimal(20_000), percent=Decimal(1)),
            ),
        ),
    ),
)
LINES = """
WITH drawn AS (SELECT i, i // 3 * 2 + (i % 3) // 2 AS o, hash(i) AS h FROM range({lines}) t(i)),
     placed AS (SELECT *, hash(o, 1) AS g FROM drawn)
SELECT i + 1 AS line_id, o + 1 AS order_id, 'sale' AS event,
       DATE '2021-11-01' + CAST(g % 30 AS INTEGER) AS business_on,
       CAST(g // 31 % 1440 AS INTEGER) AS local_minute,
       CAST(h % 5000 AS BIGINT) + 1 AS product_id, CAST(h % 40 AS BIGINT) + 1 AS brand_id,
       CAST(h % 12 AS BIGINT) + 1 AS category_id, CAST(s % 3000 AS BIGINT) + 1 AS unit_id,
       'wechat' AS channel, CAST(NULL AS VARCHAR) AS task,
       CASE s % 5 WHEN 0 THEN 'gold' WHEN 1 THEN 'silver' ELSE 'new' END AS level, 'koc' AS kind,
       s + 1 AS seller_id, s + 1 AS server_id, s % 3000 + 200001 AS store_id,
       CAST(NULL AS BIGINT) AS dealer_id,
       CASE WHEN s % 3 > 0 THEN s // 3 + 1 END AS above_2_id, CAST(NULL AS BIGINT) AS above_3_id,
       CAST(NULL AS BIGINT) AS above_4_id, CAST(NULL AS BIGINT) AS above_5_id,
       CAST(1000 AS BIGINT) AS quantity_milli, p AS paid_minor, p * 3 // 10 AS margin_minor,
       p // 20 AS alliance_minor
FROM (SELECT *, CAST(power((g // 7 % 1000003) / 1000003.0, 2) * {sellers} AS BIGINT) AS s,
             CASE WHEN h // 11 % 25 = 0 THEN 0
                  ELSE CAST(100 + h // 13 % 20000 AS BIGINT) END AS p FROM placed)
"""
BY_HAND = """
WITH slots AS (SELECT unnest([0, 1, 2]) AS rule),
meant AS (
  SELECT line_id, order_id, rule, paid_minor,
    CASE rule WHEN 0 THEN seller_id WHEN 1 THEN store_id ELSE above_2_id END AS payee_id,
    CASE WHEN rule > 0 THEN 0 WHEN local_minute >= 1320 OR local_minute < 600 THEN 0
         WHEN level = 'gold' THEN 1 WHEN brand_id = 1 THEN 2 ELSE 3 END AS rate
  FROM net_lines CROSS JOIN slots
  WHERE event = 'sale' AND business_on >= DATE '2021-11-01' AND paid_minor > 0),
paid AS (
  SELECT line_id, order_id, rule, rate, payee_id, paid_minor,
    CASE rule WHEN 1 THEN (paid_minor * 10000 + 500000) // 1000000
              WHEN 2 THEN (paid_minor * 5000 + 500000) // 1000000
              ELSE least(3000, (paid_minor * CASE rate WHEN 0 THEN 50000 WHEN 1 THEN 40000
                                                       WHEN 2 THEN 35000 ELSE 30000 END
                                + 500000) // 1000000) END AS amount
  FROM meant WHERE payee_id IS NOT NULL),
orders AS (
  SELECT order_id, payee_id, sum(amount) AS s FROM paid WHERE rule = 0
  GROUP BY order_id, payee_id HAVING sum(amount) < 50),
months AS (
  SELECT payee_id, sum(amount) AS s FROM (
    SELECT payee_id, amount FROM paid WHERE rule = 0
    UNION ALL SELECT payee_id, 50 - s FROM orders)
  GROUP BY payee_id HAVING sum(amount) > 60000),
steps AS (
  SELECT seller_id, sum(paid_minor) AS s FROM net_lines
  WHERE event = 'sale' AND seller_id IS NOT NULL
  GROUP BY seller_id HAVING sum(paid_minor) >= 1000000)
SELECT 0 AS scope, line_id AS subject_id, rule, rate, payee_id, paid_minor AS base_minor,
       amount AS amount_minor FROM paid WHERE amount <> 0
UNION ALL SELECT 1, order_id, 0, -1, payee_id, s, 50 - s FROM orders
UNION ALL SELECT 2, 202111, 0, -1, payee_id, s, 60000 - s FROM months
UNION ALL SELECT 3, 202111, 3, CASE WHEN s >= 2000000 THEN 1 ELSE 0 END, seller_id, s,
       CASE WHEN s >= 2000000 THEN (s * 10000 + 500000) // 1000000 ELSE 5000 END FROM steps
"""


def main(arguments: list[str]) -> int:
    """Run the benchmark or, started by itself with `--side`, one side of it."""
    options = _options(arguments)
    if options.side:
        print(json.dumps(_side(options)))
        return 0
    root = Path(tempfile.mkdtemp(prefix="siyu-bench-"))
    try:
        rows = [_measure(root / str(lines), lines, options) for lines in sorted(options.lines)]
    finally:
        shutil.rmtree(root)
    headings = ["lines", "accruals", "s", "by hand, s", "ratio", "peak MB", "loop, lines a second"]
    body = report.table([*headings, "engine against loop", "slope"], _with_slope(rows))
    print(body)
    if not options.no_report:
        command = "python benchmarks/run.py commissions " + " ".join(arguments)
        report.write(name="commissions", command=command.strip(), body=body)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py commissions", description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_700_000, 17_000_000])
    parser.add_argument("--memory-mb", type=int, default=5_120)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--no-report", action="store_true", help="leave README.md as it is")
    parser.add_argument("--directory", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--side", choices=("siyu", "hand"), help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _measure(directory: Path, lines: int, options: argparse.Namespace) -> dict[str, float]:
    directory.mkdir(parents=True)
    connection = duckdb.connect()
    columns = ", ".join(NET_LINES)
    made = LINES.format(lines=lines, sellers=max(1, lines // LINES_A_SELLER))
    to = directory / "net_lines.parquet"
    connection.execute(f"COPY (SELECT {columns} FROM ({made})) TO '{to}' (FORMAT parquet)")
    best: dict[str, dict[str, float]] = {}
    for _ in range(options.repeat):
        for side in ("hand", "siyu"):
            told = _in_child(side, directory, options)
            print(f"{lines:,} {side}", told)
            if side not in best or told["seconds"] < best[side]["seconds"]:
                best[side] = told
    ours, other = best["siyu"], best["hand"]
    if (ours["rows"], ours["digest"]) != (other["rows"], other["digest"]):
        raise SystemExit("The two sides differ, no timing counts.")
    looped = _looped(to)
    return {
        "lines": lines,
        "rows": ours["rows"],
        "seconds": ours["seconds"],
        "by_hand": other["seconds"],
        "peak_mb": ours["peak_mb"],
        "looped": looped,
    }


def _in_child(side: str, directory: Path, options: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).with_name("run.py")), "commissions"]
    command += ["--side", side, "--directory", str(directory)]
    command += ["--memory-mb", str(options.memory_mb)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _side(options: argparse.Namespace) -> dict[str, float]:
    directory: Path = options.directory
    config = {
        "memory_limit": f"{options.memory_mb}MB",
        "threads": 2,
        "temp_directory": str(directory / f"spill_{options.side}"),
        "preserve_insertion_order": False,
    }
    connection = duckdb.connect(config=config)
    source = directory / "net_lines.parquet"
    connection.execute(f"CREATE VIEW net_lines AS SELECT * FROM read_parquet('{source}')")
    written = directory / f"{options.side}.parquet"
    began = time.perf_counter()
    if options.side == "siyu":
        expression = accruals(net_lines=table("net_lines"), plan=PLAN, ids=IDS)
        sql = typed_sql(expression, schema=ACCRUALS, dialect="duckdb")
    else:
        sql = BY_HAND
    connection.execute(f"COPY ({sql}) TO '{written}' (FORMAT parquet, COMPRESSION snappy)")
    seconds = time.perf_counter() - began
    peak_mb = report.peak_mb()
    columns = ", ".join(f"CAST({name} AS BIGINT)" for name in ACCRUALS)
    ((rows, digest),) = connection.execute(
        f"SELECT count(*), sum(hash({columns}) % 1000000007) FROM read_parquet('{written}')"
    ).fetchall()
    return {"seconds": seconds, "peak_mb": peak_mb, "rows": rows, "digest": int(digest)}


def _looped(file: Path) -> float:
    """Lines a second of the plain loop of the tests, over the first lines."""
    first = next(pq.ParquetFile(file).iter_batches(batch_size=LOOPED)).to_pylist()
    began = time.perf_counter()
    accruals_of(first, PLAN, IDS)
    return len(first) / (time.perf_counter() - began)


def _with_slope(rows: list[dict[str, float]]) -> list[list[str]]:
    cells = []
    for place, row in enumerate(rows):
        before = rows[place - 1]
        grown = (math.log(row[name] / before[name]) for name in ("seconds", "lines"))
        slope = f"{next(grown) / next(grown):.2f}" if place else "–"
        cells.append(
            [
                f"{row['lines']:,}",
                f"{row['rows']:,}",
                f"{row['seconds']:.1f}",
                f"{row['by_hand']:.1f}",
                f"{row['seconds'] / row['by_hand']:.2f}",
                f"{row['peak_mb']:,.0f}",
                f"{row['looped']:,.0f}",
                f"{row['lines'] / row['seconds'] / row['looped']:.0f}",
                slope,
            ]
        )
    return cells
