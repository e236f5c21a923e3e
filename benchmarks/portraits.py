"""Every nightly result at several sizes, beside hand-written SQL for the same tables or Spark.

Each side runs in a process of its own, so that the peaks of memory are its own; the tables of
both are compared row for row (by the sum of the rows' hashes) before any timing is shown.
A statement written by hand that does not fit the memory and the disk allowed has no time: those
after it read our table, and no ratio counts it.
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
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import duckdb
import ibis
import pyarrow as pa

from benchmarks import report
from benchmarks.reference_sql import reference_sql
from siyu.adapters.warehouse.duckdb_engine import DuckDBEngine
from siyu.adapters.warehouse.engine_base import typed_columns, write_model
from siyu.analytics.conditions import Audience, Condition, Operator
from siyu.analytics.engine import NIGHTLY, Engine, Result
from siyu.analytics.signals import SIGNALS
from siyu.simulation.brand import profile_of
from siyu.simulation.warehouse import write_warehouse

Side = Literal["siyu", "reference", "spark"]
Steps = dict[str, "Step"]
OTHERS: dict[Side, str] = {"reference": "by hand", "spark": "Spark"}
AS_OF = date(2025, 6, 1)
SEED = 20_250_601
# Half of the buyers, a part by goods, and a small one.
AUDIENCES: dict[int, Audience] = {
    1: ((Condition(field="orders", operator=Operator.AT_LEAST, values=(2,)),),),
    2: (
        (Condition(field="category_id", values=(2, 3), days=90),),
        (Condition(field="opted_out", negated=True),),
    ),
    3: (
        (
            Condition(field="state", values=("silent", "lost")),
            Condition(field="last_on", operator=Operator.AT_LEAST, values=(180,)),
        ),
        (Condition(field="is_top"),),
        (Condition(field="seller_kind", values=("guide",)),),
    ),
}
PARAMETERS: dict[str, Any] = {
    "as_of": AS_OF,
    "priorities": {name: number for number, name in enumerate(SIGNALS, 1)},
    "keep": 20,
    "quota_days": 7,
    "segments": {"birthday": 2},
    "audiences": AUDIENCES,
    "launches": {name: (AS_OF - timedelta(days=30), 14) for name in SIGNALS},
}


@dataclass(frozen=True)
class Step:
    """One result computed once."""

    name: str
    rows: int
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Limits:
    """What either side may use."""

    memory_mb: int
    threads: int
    spill_gb: int


def main(arguments: list[str]) -> int:
    """Run the benchmark or, started by itself with `--side`, one side of it."""
    options = _options(arguments)
    if options.side:
        limits = Limits(options.memory_mb, options.threads, options.spill_gb)
        steps = _run_side(options.side, options.directory, limits)
        print(json.dumps([asdict(step) for step in steps]))
        return 0
    root = options.directory or Path(tempfile.mkdtemp(prefix="siyu-bench-"))
    best: dict[int, dict[Side, Steps]] = {}
    try:
        for customers in sorted(options.customers):
            best[customers] = _measure(root / str(customers), customers, options)
    finally:
        if not options.directory:
            shutil.rmtree(root)
    body = _body(best, beside=options.beside)
    print(body)
    if not options.no_report:
        command = "python benchmarks/run.py portraits " + " ".join(arguments)
        name = "spark" if options.beside == "spark" else "portraits"
        report.write(name=name, command=command.strip(), body=body)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py portraits", description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--repeat", type=int, default=2, help="times; the best of each step counts")
    parser.add_argument("--memory-mb", type=int, default=8_192)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--spill-gb", type=int, default=40, help="disk for the SQL by hand")
    parser.add_argument("--directory", type=Path, help="keep the warehouse here; reused if there")
    parser.add_argument("--no-report", action="store_true", help="leave README.md as it is")
    parser.add_argument("--beside", choices=["reference", "spark"], default="reference")
    parser.add_argument("--side", choices=["siyu", "reference", "spark"], help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _measure(directory: Path, customers: int, options: argparse.Namespace) -> dict[Side, Steps]:
    """Write the warehouse of one size, run both sides alternately, compare what they wrote."""
    facts = directory / "facts"
    if not facts.exists():
        began = time.perf_counter()
        write_warehouse(
            profile=profile_of("demo"),
            seed=SEED,
            customers=customers,
            directory=facts,
            as_of=AS_OF,
        )
        _carry(facts)
        print(f"{customers:,} customers written in {time.perf_counter() - began:.0f} s")
    best: dict[Side, Steps] = {}
    sides: tuple[Side, ...] = ("siyu", options.beside)
    for _ in range(options.repeat):
        for side in sides:
            steps = {step.name: step for step in _in_child(side, directory, options)}
            seconds = sum(step.seconds for step in steps.values())
            print(f"{customers:,} {side}: {seconds:.1f} s", flush=True)
            best[side] = _faster(best.get(side, steps), steps)
        theirs, ours = (_digests(directory / side, best[side]) for side in reversed(sides))
        _compare(theirs, ours)
        for side in sides:
            shutil.rmtree(directory / side)
    return best


def _faster(known: Steps, steps: Steps) -> Steps:
    """The better time of each step."""
    return {
        name: min(known[name], step, key=lambda one: one.seconds) for name, step in steps.items()
    }


def _carry(facts: Path) -> None:
    """What the night before would have left: a third of the customers in a segment."""
    path = facts / "memberships_before"
    path.mkdir()
    duckdb.connect().execute(
        f"COPY (SELECT 1::BIGINT AS segment_id, customer_id, DATE '{AS_OF}' - 9 AS entered_on,"
        f" NULL::DATE AS left_on FROM read_parquet('{facts}/customers/*.parquet')"
        f" WHERE customer_id % 3 = 0) TO '{path}/all.parquet'"
    )


def _in_child(side: Side, directory: Path, options: argparse.Namespace) -> list[Step]:
    command = [sys.executable, str(Path(__file__).with_name("run.py")), "portraits"]
    command += ["--side", side, "--directory", str(directory)]
    command += ["--memory-mb", str(options.memory_mb), "--threads", str(options.threads)]
    command += ["--spill-gb", str(options.spill_gb)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [Step(**step) for step in json.loads(done.stdout)]


def _run_side(side: Side, directory: Path, limits: Limits) -> list[Step]:
    """Compute every result in this process."""
    output = directory / side
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    engine = _engine(side, directory / "spill", limits)
    for fact in (directory / "facts").iterdir():
        engine.register(name=fact.name, files=sorted(fact.glob("*.parquet")))
    steps = []
    for result in NIGHTLY:
        path = output / f"{result.name}.parquet"
        _forget_peak()
        began = time.perf_counter()
        try:
            rows = engine.compute(result=result, parameters=PARAMETERS, path=path)
        except duckdb.OutOfMemoryException as error:
            if side != "reference":
                raise
            print(f"{side} {result.name}: {error}", file=sys.stderr, flush=True)
            ours = sorted((directory / "siyu").glob(f"{path.name}*"))
            engine.register(name=result.name, files=ours)
            path.unlink(missing_ok=True)
            continue
        steps.append(Step(result.name, rows, time.perf_counter() - began, report.peak_mb()))
        print(f"{side} {steps[-1]}", file=sys.stderr, flush=True)
    engine.close()
    return steps


def _engine(side: Side, temporary: Path, limits: Limits) -> Engine:
    if side == "siyu":
        return DuckDBEngine(memory_mb=limits.memory_mb, threads=limits.threads, temporary=temporary)
    if side == "reference":
        return ByHand(limits=limits, temporary=temporary)
    from siyu.adapters.warehouse.spark_engine import SparkEngine

    return SparkEngine(
        memory_mb=limits.memory_mb, master=f"local[{limits.threads}]", temporary=temporary
    )


class ByHand:
    """The hand-written statements under the limits and the settings of our own engine."""

    name = "by hand"

    def __init__(self, *, limits: Limits, temporary: Path) -> None:
        self._connection = duckdb.connect(
            config={
                "memory_limit": f"{limits.memory_mb}MB",
                "threads": limits.threads,
                "temp_directory": str(temporary),
                "max_temp_directory_size": f"{limits.spill_gb}GB",
                "preserve_insertion_order": False,
            }
        )

    def register(self, *, name: str, files: Sequence[Path]) -> None:
        """Make a table readable from its files."""
        self._connection.read_parquet([str(file) for file in files]).create_view(name)

    def compute(self, *, result: Result, parameters: Mapping[str, Any], path: Path) -> int:
        """Write one result in its declared types, make it readable, return its rows.

        A model has no SQL: its function gets what was counted by hand.
        """
        if result.of_arrow:
            return write_model(engine=self, result=result, parameters=parameters, path=path)
        columns = typed_columns(result.schema, dialect="duckdb")
        sql = reference_sql(parameters=parameters)[result.name]
        copied = self._connection.execute(
            f"COPY (SELECT {columns} FROM ({sql})) TO '{path}' (FORMAT parquet, COMPRESSION snappy)"
        )
        rows = copied.fetchall()[0][0]
        self.register(name=result.name, files=[path])
        return int(rows)

    def query(self, *, expression: ibis.Table) -> pa.Table:
        """A table as it stands."""
        return self._connection.table(expression.get_name()).to_arrow_table()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def _forget_peak() -> None:
    """Start the kernel's count of this process's peak of memory anew."""
    Path("/proc/self/clear_refs").write_text("5")


def _digests(folder: Path, steps: Steps) -> dict[str, Any]:
    """The columns, the number of rows and the sum of their hashes, by result computed."""
    connection = duckdb.connect()
    found = {}
    for result in (result for result in NIGHTLY if result.name in steps):
        source = f"read_parquet('{folder / result.name}.parquet*')"
        types = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        columns = ", ".join(f'"{name}"' for name in result.schema)
        rows = connection.execute(
            f"SELECT count(*), sum(hash({columns})::HUGEINT) FROM {source}"
        ).fetchall()
        found[result.name] = ([tuple(row[:2]) for row in types], rows)
    return found


def _compare(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """Stop unless both sides wrote the same columns and the same rows of what both wrote."""
    unlike = [name for name in theirs if ours[name] != theirs[name]]
    if unlike:
        raise SystemExit(f"The two sides differ, no timing counts: {', '.join(unlike)}.")


def _body(best: dict[int, dict[Side, Steps]], *, beside: Side) -> str:
    sizes = sorted(best)
    headings = ["step"]
    for size in sizes:
        label = f"{size / 1_000_000:g} M"
        headings += [
            f"rows, {label}",
            f"s, {label}",
            f"{OTHERS[beside]}, {label}",
            "ratio",
            "peak MB",
        ]
    if len(sizes) > 1:
        headings.append("slope")
    names = [result.name for result in NIGHTLY]
    rows = [_row(name, [name], best, beside) for name in names]
    rows.append(_row("**all**", names, best, beside))
    return "\n\n".join([report.table(headings, rows), *_unmeasured(best, beside=beside)])


def _row(
    title: str, names: list[str], best: dict[int, dict[Side, Steps]], beside: Side
) -> list[str]:
    cells, totals = [title], []
    for size in sorted(best):
        ours, theirs = best[size]["siyu"], best[size][beside]
        both = [name for name in names if name in theirs]
        seconds, of_both = (sum(ours[name].seconds for name in some) for some in (names, both))
        by_hand = sum(theirs[name].seconds for name in both)
        totals.append(seconds)
        cells += [
            f"{sum(ours[name].rows for name in names):,}",
            f"{seconds:.2f}",
            f"{by_hand:.2f}" if both else "",
            f"{of_both / by_hand:.2f}" if both else "",
            f"{max(ours[name].peak_mb for name in names):,.0f}",
        ]
    if len(best) > 1:
        cells.append(f"{_slope(sorted(best), totals):.2f}")
    return cells


def _unmeasured(best: dict[int, dict[Side, Steps]], *, beside: Side) -> list[str]:
    """A sentence for each size at which the other side could not compute everything."""
    said = []
    for size, sides in sorted(best.items()):
        ours, theirs = sides["siyu"], sides[beside]
        missing = [name for name in ours if name not in theirs]
        if missing:
            seconds = sum(step.seconds for name, step in ours.items() if name in theirs)
            said.append(
                f"At {size / 1_000_000:g} M {OTHERS[beside]} did not fit the memory and disk"
                f" allowed: {', '.join(missing)}. The ratio of all is of {seconds:.2f} s."
            )
    return said


def _slope(sizes: list[int], seconds: list[float]) -> float:
    """Return the least-squares slope of log time against log size: 1 is linear growth."""
    x, y = [math.log(size) for size in sizes], [math.log(value) for value in seconds]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return above / sum((a - mean_x) ** 2 for a in x)
