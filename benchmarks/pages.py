"""The seller's pages at a million customers: today's list, and search among 10,000 friends.

Makes a KOC platform in a SIYU_HOME of its own, runs its night, starts the real server on the
loopback address and asks it one page after the other, as many different sellers.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

from benchmarks import report

_AS_OF = date(2026, 6, 1)
_SEED = 7
_PLATFORM_CUSTOMERS = 100_000_000
_START_SECONDS = 60
# Some are paused or left, some have nobody to contact: more than a thousand have a list.
_SELLERS = 1_300


def main(arguments: list[str]) -> int:
    """Run the benchmark and write its table."""
    options = _options(arguments)
    home = options.home or Path(tempfile.mkdtemp(prefix="siyu-pages-"))
    os.environ |= {"SIYU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "siyu.config.settings"}
    try:
        body = _measure(options.customers, options.sellers, options.searches)
    finally:
        if not options.home:
            shutil.rmtree(home)
    print(body)
    command = "python benchmarks/run.py pages " + " ".join(arguments)
    report.write(name="pages", command=command.strip(), body=body)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py pages", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--sellers", type=int, default=1_000, help="different sellers' lists")
    parser.add_argument("--searches", type=int, default=200, help="searches of the one seller")
    parser.add_argument("--home", type=Path, help="keep the data here, and use it again")
    return parser.parse_args(arguments)


def _measure(customers: int, sellers: int, searches: int) -> str:
    import django

    django.setup()
    from siyu.config.database_state import bring_up_to_date
    from siyu.config.serve import collect_static

    bring_up_to_date()
    collect_static()
    prepared = _prepare(customers)
    staff, biggest, fans = _sellers(sellers)
    cookies = {staff_id: _session(staff_id) for staff_id in {*staff, biggest}}
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "siyu.config.program", "up", "--no-worker", "--port", str(port)]
    )
    try:
        _wait_for(port)
        _ask(port, "/workbench/today", cookies[staff[0]])
        today = [_ask(port, "/workbench/today", cookies[staff_id]) for staff_id in staff]
        words = [quote(word) for word in ("王", "李", "伟", "丽", "陈静")]
        search = [
            _ask(port, f"/workbench/customers?find={words[n % len(words)]}", cookies[biggest])
            for n in range(searches)
        ]
        baseline = [_ask(port, "/sign-in", "") for _ in range(searches)]
    finally:
        server.terminate()
        server.wait(timeout=60)
    rows = [
        _row(f"today's list, {len(staff):,} different sellers", today, baseline, "50 / 200"),
        _row(f"search by name among {fans:,} friends", search, baseline, "– / 300"),
        _row("sign-in page (reference)", baseline, baseline, "–"),
    ]
    headings = ("page", "requests", "median ms", "p99 ms", "aim ms", "ratio to reference")
    return f"{prepared}\n\n{report.table(headings, rows)}"


def _prepare(customers: int) -> str:
    from siyu.rooms.catalog.actions import import_products
    from siyu.rooms.customers.actions import import_customers, import_follows
    from siyu.rooms.operations.actions import deliver_all, run_now
    from siyu.rooms.orders.actions import import_orders
    from siyu.rooms.organization.queries import programs
    from siyu.rooms.outreach.actions import nightly_key, open_program
    from siyu.rooms.sellers.actions import import_sellers
    from siyu.simulation.brand import profile_of
    from siyu.simulation.simulate import simulate

    if programs():
        return "Data of an earlier run."
    started = time.perf_counter()
    scale = customers / _PLATFORM_CUSTOMERS
    profile = replace(profile_of("koc_platform").scaled(scale), sellers=_SELLERS)
    brand = simulate(profile=profile, seed=_SEED, as_of=_AS_OF)
    program = open_program(code="bench", name="Bench", currency="CNY", zone="Asia/Shanghai")
    for action, rows in (
        (import_sellers, brand.sellers),
        (import_products, brand.products),
        (import_customers, brand.customers),
        (import_follows, brand.follows),
    ):
        for start in range(0, rows.num_rows, 50_000):
            part = rows.slice(start, 50_000)
            action(program_id=program.id, source="bench", rows=part)
    # The first part of the orders is enough: pages show at most twenty of a customer.
    orders = brand.orders.slice(0, min(brand.orders.num_rows, customers // 2))
    for start in range(0, orders.num_rows, 50_000):
        rows = orders.slice(start, 50_000)
        import_orders(program_id=program.id, source="bench", rows=rows)
    deliver_all()
    run_now(
        program_id=program.id,
        kind="nightly",
        key=nightly_key(program_id=program.id, as_of=_AS_OF),
        arguments={"as_of": str(_AS_OF)},
    )
    seconds = time.perf_counter() - started
    return (
        f"{brand.customers.num_rows:,} customers, {brand.sellers.num_rows:,} sellers, "
        f"{brand.follows.num_rows:,} friendships, {orders.num_rows:,} order lines in SQLite; "
        f"made, imported and computed in {seconds:,.0f} s."
    )


def _sellers(count: int) -> tuple[list[int], int, int]:
    """Staff ids of sellers with the longest lists; the seller with the most friends, and them."""
    from siyu.rooms.insights.queries import sellers_health
    from siyu.rooms.organization.queries import find_program, owner_viewer
    from siyu.rooms.outreach.queries import longest_lists
    from siyu.rooms.sellers.queries import sellers_of_ids

    viewer = owner_viewer(program_id=find_program(code="bench").id)
    ids = longest_lists(viewer=viewer, on=_AS_OF, limit=count)
    top = sellers_health(viewer=viewer, order_by="fans", size=1)[0][0]
    people = sellers_of_ids(viewer=viewer, seller_ids=[*ids, top["seller_id"]])
    staff = [people[seller_id].staff_id or 0 for seller_id in ids]
    return staff, people[top["seller_id"]].staff_id or 0, top["fans"]


def _session(staff_id: int) -> str:
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(get_user_model()._default_manager.get(pk=staff_id))
    return f"sessionid={client.cookies['sessionid'].value}"


def _ask(port: int, path: str, cookie: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    started = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    passed = time.perf_counter() - started
    connection.close()
    if answer.status != http.client.OK:
        raise SystemExit(f"{path} answered {answer.status}")
    return passed * 1_000


def _row(name: str, times: list[float], reference: list[float], aim: str) -> tuple[str, ...]:
    median, worst = _quantile(times, 0.5), _quantile(times, 0.99)
    return (
        name,
        f"{len(times):,}",
        f"{median:.1f}",
        f"{worst:.1f}",
        aim,
        f"{median / _quantile(reference, 0.5):.1f}",
    )


def _quantile(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The server did not start.")
