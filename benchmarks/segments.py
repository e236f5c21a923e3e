"""Counting who meets conditions, on a published night of 20 million customers.

The editor of segments asks this after every change. The reader has the memory and the one thread
of a web process; the same counts are asked of it by SQL written by hand.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from benchmarks import report
from siyu.adapters.warehouse.audiences import READS, audience_size
from siyu.adapters.warehouse.engine_base import no_rows, typed_columns
from siyu.adapters.warehouse.serving import Reader
from siyu.analytics.conditions import Audience, Condition, Operator
from siyu.analytics.engine import SCHEMAS
from siyu.analytics.marts.customers import CUSTOMERS

AS_OF = date(2026, 6, 1)
_WEB_MEMORY_MB = 512
_REPEAT = 3
_OWN = {
    "customer_id": "i",
    "seller_id": "i // 200",
    "state": "['prospect', 'new', 'active', 'slowing', 'silent', 'lost', 'won_back'][1 + i % 7]",
    "gender": "['female', 'male', 'unknown'][1 + i % 3]",
}
_BY_TYPE = {
    "date": f"DATE '{AS_OF}' - (random() * 900)::INTEGER",
    "boolean": "random() < 0.1",
    "string": "'x'",
    "float64": "random()",
}
ASKED: dict[str, tuple[Audience, str]] = {
    "one condition": ((((Condition(field="is_top", negated=True),),)), "NOT is_top"),
    "a or b, and c": (
        (
            (
                Condition(field="state", values=("silent", "lost")),
                Condition(field="last_on", operator=Operator.AT_LEAST, values=(180,)),
            ),
            (Condition(field="opted_out", negated=True),),
        ),
        f"(state IN ('silent', 'lost') OR DATE '{AS_OF}' - last_on >= 180) AND NOT opted_out",
    ),
    "four conditions": (
        (
            (Condition(field="orders", operator=Operator.AT_LEAST, values=(10,)),),
            (Condition(field="spend_minor", operator=Operator.AT_LEAST, values=(100,)),),
            (Condition(field="gender", values=("female",)),),
            (Condition(field="last_on", operator=Operator.AT_MOST, values=(365,)),),
        ),
        "orders >= 10 AND spend_minor >= 100 AND gender = 'female'"
        f" AND DATE '{AS_OF}' - last_on <= 365",
    ),
}
_BY_HAND = """
SELECT count(*), count(seller_id),
       count(*) FILTER (seller_id IS NOT NULL AND NOT opted_out AND NOT is_minor),
       sum(expected_value_minor) FILTER (seller_id IS NOT NULL AND NOT opted_out AND NOT is_minor)
FROM read_parquet(?) WHERE """


def main(arguments: list[str]) -> int:
    """Run the benchmark; the two sides must agree before any timing counts."""
    parser = argparse.ArgumentParser(prog="run.py segments", description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000_000)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="siyu-bench-"))
    try:
        body = _measure(folder, options.customers)
    finally:
        shutil.rmtree(folder)
    print(body)
    report.write(name="segments", command="python benchmarks/run.py segments", body=body)
    return 0


def _measure(folder: Path, customers: int) -> str:
    _publish(folder, customers)
    files = {name: folder / f"{name}.parquet" for name in READS}
    reader = Reader(memory_mb=_WEB_MEMORY_MB, temporary=folder / "spill")
    rows = []
    for name, (audience, condition) in ASKED.items():

        def ours(audience: Audience = audience) -> list[int]:
            found = audience_size(reader=reader, files=files, audience=audience, as_of=AS_OF)
            return list(found.to_pylist()[0].values())

        def by_hand(condition: str = condition) -> list[int]:
            path = str(files["customers_mart"])
            found = reader.answer(sql=_BY_HAND + condition, values=[path])
            return [int(value) for value in found.to_pylist()[0].values()]

        first, told = _timed(ours)
        seconds = min(_timed(ours)[0] for _ in range(_REPEAT))
        reference = min(_timed(by_hand)[0] for _ in range(_REPEAT))
        if told != by_hand():
            raise SystemExit(f"The two sides differ, no timing counts: {name}.")
        rows.append(
            [
                name,
                f"{told[0]:,}",
                f"{first:.2f}",
                f"{seconds:.2f}",
                f"{reference:.2f}",
                f"{seconds / reference:.2f}",
            ]
        )
    headings = ["asked", "members", "s, first time", "s", "by hand", "ratio"]
    return f"{customers:,} customers.\n\n" + report.table(headings, rows)


def _timed(ask: Callable[[], list[int]]) -> tuple[float, list[int]]:
    began = time.perf_counter()
    told = ask()
    return time.perf_counter() - began, told


def _publish(folder: Path, customers: int) -> None:
    """A night whose customers are drawn by chance; nobody bought anything in particular."""
    columns = ", ".join(
        f"{_OWN.get(name) or _BY_TYPE.get(str(kind), '(random() * 1000)::BIGINT')} AS {name}"
        for name, kind in CUSTOMERS.items()
    )
    connection = duckdb.connect()
    connection.execute(
        f"COPY (SELECT {typed_columns(CUSTOMERS, dialect='duckdb')}"
        f" FROM (SELECT {columns} FROM range({customers}) numbers(i)))"
        f" TO '{folder}/customers_mart.parquet'"
    )
    for name in READS[1:]:
        empty = no_rows(SCHEMAS[name], dialect="duckdb")
        connection.execute(f"COPY ({empty}) TO '{folder}/{name}.parquet'")
    connection.close()
