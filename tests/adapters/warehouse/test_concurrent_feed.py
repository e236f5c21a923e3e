"""The feed while many write at once: nothing is missed, nothing comes twice."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from siyu.rooms.operations.actions import deliver_due
from siyu.rooms.orders.facts import read_order_lines
from tests.adapters.warehouse.facts_on_disk import fed, new_warehouse, stored, sync, sync_now
from tests.rooms.brand import Brand, new_brand

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
WRITERS, TRANSACTIONS, ORDERS, LINES = 5, 20, 14, 2
LONG = 3
FEEDS, LONG_ENDS_AFTER = 10, 4
PATIENCE_SECONDS = 120


class Writer(threading.Thread):
    """Writes orders of its own in transactions that overlap others', some of them rolled back."""

    def __init__(
        self, brand: Brand, number: int, *, end: threading.Event, is_long: bool = False
    ) -> None:
        super().__init__(name=f"writer {number}")
        self.brand = brand
        self.number = number
        self.end = end
        self.is_long = is_long
        self.chance = random.Random(number)
        self.failure: BaseException | None = None
        self.has_written = threading.Event()

    def run(self) -> None:
        try:
            if self.is_long:
                self._write_long()
                return
            written = 0
            while written < TRANSACTIONS or not self.end.is_set():
                self._write_once()
                written += 1
        except BaseException as error:
            self.failure = error
            raise
        finally:
            connection.close()

    def _write_long(self) -> None:
        with transaction.atomic():
            self.brand.orders(*self.orders_named("long"))
            self.has_written.set()
            assert self.end.wait(PATIENCE_SECONDS)
            self.brand.orders(*self.orders_named("late"))

    def _write_once(self) -> None:
        fails = self.chance.random() < 0.25
        with transaction.atomic():
            rows = self.orders_named("lost" if fails else "kept")
            self.brand.orders(*rows)
            if self.chance.random() < 0.3:
                # Another import of the same transaction, as one file's sales and returns are.
                self.brand.orders(*self.orders_named("lost" if fails else "kept"))
            transaction.set_rollback(fails)

    def orders_named(self, name: str) -> list[dict[str, Any]]:
        """New orders and corrected ones, all of this writer's own."""
        keys = {
            f"{name}-{self.number}-{self.chance.randrange(TRANSACTIONS * ORDERS)}"
            for _ in range(ORDERS)
        }
        return [
            {
                "order_key": key,
                "line_key": str(number),
                "product_key": "tea",
                "customer_key": f"c{self.number}",
                "quantity": str(self.chance.randrange(1, 100)),
                "paid_at": "2025-03-01 10:00",
            }
            for key in sorted(keys)
            for number in range(LINES)
        ]


def prepared() -> Brand:
    """A brand whose customers and products are known, so that writers share no new row."""
    brand = new_brand()
    brand.products({"key": "tea"})
    brand.customers(*({"key": f"c{number}"} for number in range(WRITERS + LONG)))
    return brand


def line_ids(program_id: int) -> set[int]:
    tables = read_order_lines(program_id, 0, 2**62)
    return {line_id for table in tables for line_id in table["line_id"].to_pylist()}


def test_no_row_is_missed_and_none_comes_twice(transactional_db: None, tmp_path: Path):
    brand = prepared()
    program_id = brand.program.id
    warehouse = new_warehouse(tmp_path)
    end, long_end = threading.Event(), threading.Event()
    long_ones = [
        Writer(brand, WRITERS + number, end=long_end, is_long=True) for number in range(LONG)
    ]
    writers = [Writer(brand, number, end=end) for number in range(WRITERS)]
    for writer in (*long_ones, *writers):
        writer.start()
    for writer in long_ones:
        assert writer.has_written.wait(PATIENCE_SECONDS)
    fed_rows = 0
    for number in range(FEEDS):
        if number == LONG_ENDS_AFTER:
            long_end.set()
        fed_rows += sync_now(warehouse, program_id)["order_lines"]
        deliver_due(limit=5)
        found = [row[0] for row in fed(tmp_path, program_id)["order_lines"]]
        assert len(found) == len(set(found))
        assert set(found) <= line_ids(program_id)
    end.set()
    for writer in (*long_ones, *writers):
        writer.join(PATIENCE_SECONDS)
        assert writer.failure is None
    brand.react()
    assert fed_rows > 0
    fed_rows += sync(warehouse, program_id)["order_lines"]
    assert fed(tmp_path, program_id) == stored(program_id)
    assert warehouse.verify(program_id=program_id) == []
    assert len(line_ids(program_id)) > 2_000
    assert fed_rows >= len(line_ids(program_id))
    assert set(sync(warehouse, program_id).values()) == {0}


def test_a_row_that_commits_after_later_ones_is_still_fed(transactional_db: None, tmp_path: Path):
    """The long transaction's stamp is older than what was fed before it ended."""
    brand = prepared()
    warehouse = new_warehouse(tmp_path)
    long_end = threading.Event()
    long_one = Writer(brand, WRITERS, end=long_end, is_long=True)
    long_one.start()
    assert long_one.has_written.wait(PATIENCE_SECONDS)
    brand.orders(
        {
            "order_key": "quick",
            "product_key": "tea",
            "customer_key": "c0",
            "paid_at": "2025-03-01 09:00",
        }
    )
    sync_now(warehouse, brand.program.id)
    early = {row[0] for row in fed(tmp_path, brand.program.id)["order_lines"]}
    long_end.set()
    long_one.join(PATIENCE_SECONDS)
    assert long_one.failure is None
    sync(warehouse, brand.program.id)
    held = {row[0] for row in fed(tmp_path, brand.program.id)["order_lines"]}
    assert held == line_ids(brand.program.id)
    assert early < held
    assert len(held) > 2 * ORDERS


def test_what_was_rolled_back_is_never_fed(transactional_db: None, tmp_path: Path):
    brand = prepared()
    warehouse = new_warehouse(tmp_path)
    writer = Writer(brand, 0, end=threading.Event())
    with transaction.atomic():
        brand.orders(*writer.orders_named("lost"))
        transaction.set_rollback(True)
    assert sync(warehouse, brand.program.id)["order_lines"] == 0
    brand.orders(*writer.orders_named("kept"))
    sync(warehouse, brand.program.id)
    assert {row[0] for row in fed(tmp_path, brand.program.id)["order_lines"]} == line_ids(
        brand.program.id
    )
