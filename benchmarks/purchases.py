"""From order lines to what each customer will do: Siyu beside pandas and lifetimes.

Both sides read the same Parquet files, judge BG/NBD by the last 90 days, fit it and Gamma-Gamma
anew, and write for every buyer the chance that she still comes, her visits of the next 30 and 90
days and what those are worth. Each runs in a process of its own; the timings count only where the
parameters and the visits of all agree.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
from ibis.backends.duckdb import Backend
from pyarrow import parquet

from benchmarks import report
from benchmarks.portraits import AS_OF, SEED
from siyu.analytics.arithmetic import total
from siyu.analytics.marts.kinds import foretold, history_kinds, outcome_kinds, spending_kinds
from siyu.analytics.models.forecast import forecast, forecasts
from siyu.simulation.brand import profile_of
from siyu.simulation.warehouse import write_warehouse

TESTED_DAYS = 90
YESTERDAY = AS_OF - timedelta(days=1)
# How far the parameters and the visits of all may lie apart: ours are of whole weeks.
TOLERANCE = 0.05


def main(arguments: list[str]) -> int:
    """Run the benchmark or, started by itself with `--side`, one side of it."""
    options = _options(arguments)
    if options.side:
        limit = options.memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        print(json.dumps(_SIDES[options.side](options.directory)))
        return 0
    root = options.directory or Path(tempfile.mkdtemp(prefix="siyu-bench-"))
    rows = []
    try:
        for customers in sorted(options.customers):
            rows.append(_measure(root / str(customers), customers, options))
    finally:
        if not options.directory:
            shutil.rmtree(root)
    headings = ["customers", "histories, s", "pandas, s", "ratio", "models, s", "lifetimes, s"]
    headings += ["ratio", "both, s", "pandas + lifetimes, s", "ratio", "peak MB", "peak MB, pandas"]
    body = report.table(headings, rows)
    print(body)
    if not options.no_report:
        command = "python benchmarks/run.py purchases " + " ".join(arguments)
        report.write(name="purchases", command=command.strip(), body=body)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py purchases", description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--memory-mb", type=int, default=16_384)
    parser.add_argument("--directory", type=Path, help="keep the warehouse here; reused if there")
    parser.add_argument("--no-report", action="store_true", help="leave README.md as it is")
    parser.add_argument("--side", choices=list(_SIDES), help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _measure(directory: Path, customers: int, options: argparse.Namespace) -> list[str]:
    if not (directory / "facts").exists():
        write_warehouse(
            profile=profile_of("demo"),
            seed=SEED,
            customers=customers,
            directory=directory / "facts",
            as_of=AS_OF,
        )
    ours, theirs = (_in_child(side, directory, options.memory_mb) for side in _SIDES)
    cells = [f"{customers:,}"]
    if theirs is None:
        both = ours["histories"] + ours["models"]
        cells += [f"{ours['histories']:.1f}", "–", "–", f"{ours['models']:.1f}", "–", "–"]
        return [*cells, f"{both:.1f}", "does not fit", "–", f"{ours['peak_mb']:,.0f}", "–"]
    _compare(ours, theirs)
    for part in (("histories",), ("models",), ("histories", "models")):
        mine, other = (sum(side[name] for name in part) for side in (ours, theirs))
        cells += [f"{mine:.1f}", f"{other:.1f}", f"{other / mine:.1f}"]
    return [*cells, f"{ours['peak_mb']:,.0f}", f"{theirs['peak_mb']:,.0f}"]


def _in_child(side: str, directory: Path, memory_mb: int) -> dict[str, float] | None:
    """What a side printed; None where it ran out of memory."""
    command = [sys.executable, str(Path(__file__).with_name("run.py")), "purchases"]
    command += ["--side", side, "--directory", str(directory), "--memory-mb", str(memory_mb)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        if "MemoryError" in done.stderr or done.returncode < 0:
            return None
        raise SystemExit(done.stderr)
    told: dict[str, float] = json.loads(done.stdout)
    print(side, told)
    return told


def _compare(ours: dict[str, float], theirs: dict[str, float]) -> None:
    unlike = [
        f"{name}: {ours[name]:.4g} against {theirs[name]:.4g}"
        for name in ("r", "alpha", "a", "b", "visits_90", "customers")
        if abs(ours[name] / theirs[name] - 1) > TOLERANCE
    ]
    if unlike:
        raise SystemExit(f"The two sides differ, no timing counts: {'; '.join(unlike)}.")


def _siyu(directory: Path) -> dict[str, float]:
    output = directory / "purchases"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    engine = ibis.duckdb.connect(memory_limit="8192MB", threads=2, temp_directory=str(output))
    seconds = {}
    began = time.perf_counter()
    lines = engine.read_parquet(str(directory / "facts" / "order_lines" / "*.parquet"))
    visits = _kept(engine, _visits(lines), output / "visits.parquet")
    histories = _kept(engine, _histories(visits), output / "histories.parquet")
    seconds["histories"] = time.perf_counter() - began
    began = time.perf_counter()
    kinds = engine.to_pyarrow(history_kinds(histories=histories, as_of=AS_OF))
    fit = forecast(
        outcome_kinds=engine.to_pyarrow(outcome_kinds(visits=visits, as_of=AS_OF)),
        history_kinds=kinds,
        spending_kinds=engine.to_pyarrow(spending_kinds(histories=histories)),
        market=engine.to_pyarrow(visits.group_by("business_on").agg(visits=visits.count())),
        as_of=AS_OF,
    )
    told = foretold(
        histories=histories,
        forecast=ibis.memtable(fit),
        forecasts=ibis.memtable(forecasts(forecast=fit, history_kinds=kinds)),
        as_of=AS_OF,
    )
    engine.to_parquet(told, output / "told.parquet")
    seconds["models"] = time.perf_counter() - began
    (row,) = fit.to_pylist()
    named = {name: row[name] for name in ("r", "alpha", "a", "b", "visits_90", "customers")}
    return seconds | named | {"peak_mb": report.peak_mb()}


def _visits(lines: ibis.Table) -> ibis.Table:
    """What the models read of visits: one row a customer and day on which she bought."""
    sold = lines.filter(
        lines.customer_id.notnull(),
        lines.is_paid,
        ~lines.is_void,
        ~lines.is_gift,
        lines.quantity_milli > 0,
        lines.business_on < AS_OF,
    )
    days = sold.group_by("customer_id", "business_on").agg(amount_minor=total(sold.amount_minor))
    own = ibis.window(group_by="customer_id")
    return days.mutate(
        amount_minor=days.amount_minor.cast("int64"), first_on=days.business_on.min().over(own)
    )


def _histories(visits: ibis.Table) -> ibis.Table:
    """What the models read of histories: one row a buyer."""
    return visits.group_by("customer_id").agg(
        first_on=visits.business_on.min(),
        last_on=visits.business_on.max(),
        purchase_days=visits.count(),
        spend_minor=total(visits.amount_minor).cast("int64"),
    )


def _kept(engine: Backend, expression: ibis.Table, path: Path) -> ibis.Table:
    engine.to_parquet(expression, path)
    return engine.read_parquet(str(path))


def _pandas(directory: Path) -> dict[str, float]:
    from lifetimes.utils import summary_data_from_transaction_data

    warnings.simplefilter("ignore")
    began = time.perf_counter()
    lines = _order_lines(directory / "facts" / "order_lines")
    names = ("customer_id", "business_on")
    tested_on = pd.Timestamp(AS_OF - timedelta(days=TESTED_DAYS))
    lines["business_on"] = pd.to_datetime(lines["business_on"])
    is_known = lines["business_on"] < tested_on
    then = summary_data_from_transaction_data(
        lines[is_known], *names, observation_period_end=tested_on - timedelta(days=1)
    )
    later = lines[~is_known].groupby("customer_id")["business_on"].nunique()
    then["later"] = later.reindex(then.index, fill_value=0)
    summary = summary_data_from_transaction_data(
        lines, *names, monetary_value_col="amount_minor", observation_period_end=YESTERDAY
    )
    del lines
    histories = time.perf_counter() - began
    began = time.perf_counter()
    fit = _foretell(then, summary)
    told = pa.Table.from_pandas(summary.reset_index(), preserve_index=False)
    parquet.write_table(told, directory / "told_by_pandas.parquet")
    return {
        "histories": histories,
        "models": time.perf_counter() - began,
        **{name: float(value) for name, value in fit.items()},
        "visits_90": float(summary["visits_90"].sum()),
        "customers": len(summary),
        "peak_mb": report.peak_mb(),
    }


def _order_lines(folder: Path) -> pd.DataFrame:
    """What was sold to somebody known, before the day: three columns."""
    asked = ["customer_id", "business_on", "amount_minor"]
    flags = ["is_paid", "is_void", "is_gift", "quantity_milli"]
    parts = []
    for file in sorted(folder.glob("*.parquet")):
        read = parquet.read_table(file, columns=[*asked, *flags]).drop_null()
        frame = read.to_pandas()
        sold = frame.is_paid & ~frame.is_void & ~frame.is_gift & (frame.quantity_milli > 0)
        parts.append(frame.loc[sold & (frame.business_on < AS_OF), asked])
    return pd.concat(parts)


def _foretell(then: pd.DataFrame, summary: pd.DataFrame) -> dict[str, Any]:
    """Judge, fit anew, and add to every customer of the summary what is foretold of her."""
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    model = BetaGeoFitter()
    history = then["frequency"], then["recency"], then["T"]
    model.fit(*history)
    then["foretold"] = model.predict(TESTED_DAYS, *history)
    print(
        f"off by {np.sqrt(np.mean((then['foretold'] - then['later']) ** 2)):.4f}", file=sys.stderr
    )
    history = summary["frequency"], summary["recency"], summary["T"]
    model.fit(*history)
    summary["alive"] = model.conditional_probability_alive(*history)
    for days in (30, 90):
        summary[f"visits_{days}"] = model.predict(days, *history)
    spent = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    spending = GammaGammaFitter()
    spending.fit(spent["frequency"], spent["monetary_value"])
    average = spending.conditional_expected_average_profit(
        summary["frequency"], summary["monetary_value"]
    )
    summary["value_90"] = summary["visits_90"] * average
    return dict(model.params_)


_SIDES = {"siyu": _siyu, "pandas": _pandas}
