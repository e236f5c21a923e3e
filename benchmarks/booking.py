"""Storing accruals and posting what they move, on a private PostgreSQL server.

The accruals are those of `benchmarks/commissions.py`, sorted by payee as a run books them; all of
them are one batch, so one transaction. What is timed is `post_lines` from Arrow until the commit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks import report
from benchmarks.commissions import IDS, LINES, LINES_A_SELLER, PLAN
from siyu.adapters.warehouse.engine_base import typed_sql
from siyu.analytics.commissions import ACCRUALS, NET_LINES, accruals
from siyu.analytics.engine import table

ROOT = Path(__file__).resolve().parent.parent
# Up to so many lines every digest is computed anew; beyond, balances and postings only.
PROVED = 2_000_000
TODAY, AT = date(2021, 12, 1), datetime(2021, 12, 1, tzinfo=UTC)
TEXT = (
    'name = "bench"\nfrom_on = 2021-11-01\nshares = [{ name = "own", rates = [{ percent = 3 }] }]'
)


def main(arguments: list[str]) -> int:
    """Run the benchmark, or run itself again with a server."""
    options = _options(arguments)
    if not options.served:
        command = [str(ROOT / "build_tools" / "postgres.sh"), sys.executable]
        command += [str(ROOT / "benchmarks" / "run.py"), "booking", "--served", *arguments]
        with tempfile.TemporaryDirectory(prefix="siyu-bench-") as home:
            told = os.environ | {
                "PY": sys.executable,
                "SIYU_HOME": home,
                "DJANGO_SETTINGS_MODULE": "siyu.config.settings",
            }
            return subprocess.run(command, check=False, env=told).returncode
    rows = [_measured(lines) for lines in sorted(options.lines)]
    headings = [
        "lines",
        "accruals",
        "payees",
        "stored and posted, s",
        "accruals a second",
        "peak MB",
    ]
    body = report.table(headings, rows)
    print(body)
    if not options.no_report:
        told = " ".join(each for each in arguments if each != "--served")
        report.write(
            name="booking", command=f"python benchmarks/run.py booking {told}".strip(), body=body
        )
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py booking", description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_700_000, 17_000_000])
    parser.add_argument("--no-report", action="store_true", help="leave README.md as it is")
    parser.add_argument("--served", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _measured(lines: int) -> list[str]:
    program_id, plan_id = _program(lines)
    booked = _accruals(lines, plan_id)
    from django.db import transaction

    from siyu.rooms.commissions.actions import post_lines
    from siyu.rooms.commissions.models import AccrualMark
    from siyu.rooms.commissions.queries import prove_accruals
    from siyu.rooms.ledger.queries import prove_ledger

    began = time.perf_counter()
    with transaction.atomic():
        AccrualMark.objects.get_or_create(program_id=program_id)
        mark = AccrualMark.objects.select_for_update().get(program_id=program_id)
        post_lines(mark=mark, lines=booked, today=TODAY, at=AT)
    seconds = time.perf_counter() - began
    number = booked.num_rows
    del booked
    proof = prove_ledger(program_id=program_id)
    if proof.disagreements:
        raise SystemExit("The ledger does not hold, no timing counts.")
    if lines <= PROVED and prove_accruals(program_id=program_id):
        raise SystemExit("The accruals are not what moved, no timing counts.")
    return [
        f"{lines:,}",
        f"{number:,}",
        f"{proof.transfers:,}",
        f"{seconds:.1f}",
        f"{number / seconds:,.0f}",
        f"{report.peak_mb():,.0f}",
    ]


def _program(lines: int) -> tuple[int, int]:
    import django

    django.setup()
    from django.core.management import call_command

    from siyu.rooms.organization.queries import owner_viewer
    from siyu.rooms.outreach.actions import open_program
    from siyu.rooms.plans.actions import draft_plan, publish_plan

    call_command("migrate", verbosity=0)
    program = open_program(code=f"b{lines}", name="Bench", currency="CNY", zone="Asia/Shanghai")
    viewer = owner_viewer(program_id=program.id)
    plan_id = draft_plan(viewer=viewer, text=TEXT)
    publish_plan(viewer=viewer, plan_id=plan_id, today=date(2021, 9, 1), at=AT)
    return program.id, plan_id


def _accruals(lines: int, plan_id: int) -> pa.Table:
    """BOOKED_LINES of so many lines, by payee."""
    from siyu.rooms.commissions.types import BOOKED_LINES

    config: dict[str, Any] = {"memory_limit": "6144MB", "threads": 2}
    connection = duckdb.connect(config=config)
    made = LINES.format(lines=lines, sellers=max(1, lines // LINES_A_SELLER))
    connection.execute(f"CREATE TABLE net_lines AS SELECT {', '.join(NET_LINES)} FROM ({made})")
    expression = accruals(net_lines=table("net_lines"), plan=PLAN, ids=IDS)
    sql = typed_sql(expression, schema=ACCRUALS, dialect="duckdb")
    found = connection.sql(
        f"""SELECT CAST({plan_id} AS BIGINT) AS plan_id, CAST(scope AS SMALLINT) AS scope,
            subject_id, CAST(rule AS SMALLINT) AS rule, CAST(rate AS SMALLINT) AS rate, payee_id,
            base_minor, amount_minor, DATE '2021-11-30' AS earned_on
        FROM ({sql}) ORDER BY payee_id, scope, subject_id, rule"""
    ).to_arrow_table()
    connection.close()
    return found.cast(BOOKED_LINES)
