import random
import signal
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siyu.adapters.warehouse.manifest import read_manifest, write_manifest
from siyu.adapters.warehouse.parquet_warehouse import ParquetWarehouse
from siyu.config.wiring import FACTS
from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.customers.actions import create_tag, merge_customers, tag_customer
from siyu.rooms.operations.actions import begin_epoch, wait_until_stable
from siyu.rooms.orders.models import OrderLine
from tests.adapters.warehouse.facts_on_disk import (
    fed,
    new_warehouse,
    root_of,
    stored,
    sync,
    sync_now,
)
from tests.child_process import said, start_python
from tests.rooms.brand import Brand, new_brand

SALE = {"order_key": "o1", "customer_key": "c1", "paid_at": "2025-02-10 10:00"}
_FEEDS = """
import os, signal, sys
from pathlib import Path
from tests.adapters.warehouse.facts_on_disk import new_warehouse

def on_result(name, rows):
    if name == {last!r}:
        print("reached", flush=True)
        {then}

new_warehouse(Path({home!r})).sync(program_id={program_id}, on_result=on_result)
"""


@pytest.fixture
def brand(transactional_db: None) -> Brand:
    """A brand that is committed, as a feed needs it."""
    brand = new_brand()
    brand.sellers({"key": "ann", "store_key": "s1", "region_name": "North"}, {"key": "bob"})
    return brand


@pytest.fixture
def warehouse(tmp_path: Path) -> ParquetWarehouse:
    return new_warehouse(tmp_path)


def sell(brand: Brand, *rows: dict[str, Any]) -> None:
    brand.orders(*rows)
    brand.react()


def assert_complete(home: Path, warehouse: ParquetWarehouse, brand: Brand) -> None:
    held, told = fed(home, brand.program.id), stored(brand.program.id)
    differing = {
        name: (set(held[name]) ^ set(rows), len(held[name]), len(rows))
        for name, rows in told.items()
        if held[name] != rows
    }
    assert differing == {}, repr(differing)
    assert warehouse.verify(program_id=brand.program.id) == []


class Life:
    """A brand to which something happens again and again, from a seed."""

    def __init__(self, brand: Brand, seed: int) -> None:
        self.brand = brand
        self.chance = random.Random(seed)
        self.customers = [f"c{number}" for number in range(8)]
        self.happenings = (
            self.order,
            self.order,
            self.order,
            self.returned,
            self.customer,
            self.follow,
            self.seller,
            self.product,
        )

    def happen(self) -> None:
        self.chance.choice(self.happenings)()

    def order(self) -> None:
        """A new order, or one that is corrected, moved, refunded or cancelled."""
        key = f"o{self.chance.randrange(12)}"
        day = self.chance.randrange(1, 6)
        lines = [
            {
                "order_key": key,
                "customer_key": self.chance.choice([*self.customers, None]),
                "product_key": self.chance.choice("ab"),
                "quantity": str(self.chance.randrange(1, 4)),
                "paid_at": f"2025-03-0{day} 10:00",
                "status": self.chance.choice(["completed", "completed", "cancelled", "refunded"]),
                "refund_minor": self.chance.choice([None, None, 0, 300]),
                "refunded_at": self.chance.choice([None, f"2025-03-1{day} 10:00"]),
            }
            for _ in range(self.chance.randrange(1, 4))
        ]
        self.brand.orders(*lines)

    def returned(self) -> None:
        day = self.chance.randrange(10, 20)
        self.brand.returns(
            {
                "order_key": f"C{self.chance.randrange(6)}",
                "customer_key": self.chance.choice(self.customers),
                "product_key": self.chance.choice("ab"),
                "paid_at": f"2025-03-{day} 12:00",
            }
        )

    def customer(self) -> None:
        key, city = self.chance.choice(self.customers), self.chance.choice("xyz")
        self.brand.customers({"key": key, "city": city, "opted_out": self.chance.random() < 0.3})

    def follow(self) -> None:
        key, month = self.chance.choice(self.customers), self.chance.randrange(1, 4)
        seller = self.chance.choice(["ann", "bob"])
        self.brand.follow(key, seller, f"2025-0{month}-01 10:00", is_serving=True)

    def seller(self) -> None:
        store, region = self.chance.choice(["s1", "s2"]), self.chance.choice(["North", "South"])
        self.brand.sellers({"key": "ann", "store_key": store, "region_name": region})

    def product(self) -> None:
        self.brand.products({"key": "a", "category": self.chance.choice(["tea", "cups"])})


@pytest.mark.parametrize("seed", range(3))
def test_many_small_feeds_come_to_the_same_as_one_and_as_the_database(
    brand: Brand, tmp_path: Path, seed: int
):
    warehouse, whole = new_warehouse(tmp_path / "small"), new_warehouse(tmp_path / "whole")
    program_id = brand.program.id
    life = Life(brand, seed)
    for _ in range(10):
        for _ in range(life.chance.randrange(1, 4)):
            life.happen()
        if life.chance.random() < 0.7:
            brand.react()
        sync(warehouse, program_id)
        assert_complete(tmp_path / "small", warehouse, brand)
    brand.react()
    sync(warehouse, program_id)
    sync(whole, program_id)
    assert_complete(tmp_path / "small", warehouse, brand)
    assert fed(tmp_path / "whole", program_id) == fed(tmp_path / "small", program_id)
    wait_until_stable()
    warehouse.rebuild(program_id=program_id, on_result=lambda name, rows: None)
    assert_complete(tmp_path / "small", warehouse, brand)


class TestIncrement:
    def test_only_what_is_new_is_fed(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        sell(brand, SALE)
        first = sync(warehouse, brand.program.id)
        assert (first["order_lines"], first["credits"], first["customers"]) == (1, 1, 1)
        assert set(sync(warehouse, brand.program.id).values()) == {0}
        sell(brand, SALE, SALE | {"order_key": "o2"})
        assert sync(warehouse, brand.program.id)["order_lines"] == 1
        assert_complete(tmp_path, warehouse, brand)

    def test_a_changed_row_takes_the_place_of_the_old(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        sell(brand, SALE | {"line_key": "1"})
        sync(warehouse, brand.program.id)
        sell(brand, SALE | {"line_key": "1", "quantity": "5"})
        assert sync(warehouse, brand.program.id)["order_lines"] == 1
        (line,) = fed(tmp_path, brand.program.id)["order_lines"]
        assert 5_000 in line
        assert_complete(tmp_path, warehouse, brand)

    def test_days_that_nothing_touched_keep_their_files(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        sell(brand, SALE, SALE | {"order_key": "o2", "paid_at": "2025-02-11 10:00"})
        sync(warehouse, brand.program.id)
        root = root_of(tmp_path, brand.program.id)
        before = read_manifest(root).files["order_lines"]
        sell(brand, SALE | {"order_key": "o3", "paid_at": "2025-02-11 10:00"})
        sync(warehouse, brand.program.id)
        after = read_manifest(root).files["order_lines"]
        assert after["2025-02-10"] == before["2025-02-10"]
        assert after["2025-02-11"] != before["2025-02-11"]

    def test_a_store_that_moved_leaves_its_old_region(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        sync(warehouse, brand.program.id)
        before = fed(tmp_path, brand.program.id)["unit_ancestors"]
        brand.sellers({"key": "ann", "store_key": "s1", "region_name": "South"})
        sync(warehouse, brand.program.id)
        after = fed(tmp_path, brand.program.id)["unit_ancestors"]
        assert after != before
        assert after == stored(brand.program.id)["unit_ancestors"]

    def test_replaced_files_can_be_read_for_a_day_and_are_gone_then(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        root = root_of(tmp_path, brand.program.id)

        def sell_and_feed(quantity: str) -> set[Path]:
            sell(brand, SALE | {"quantity": quantity})
            sync(warehouse, brand.program.id)
            return {root / name for name in read_manifest(root).names()}

        first, second = sell_and_feed("1"), sell_and_feed("2")
        assert first - second
        assert set(root.rglob("*.parquet")) == first | second
        manifest = read_manifest(root)
        manifest.retired = dict.fromkeys(manifest.retired, time.time() - 86_401)
        write_manifest(root, manifest)
        third = sell_and_feed("3")
        assert set(root.rglob("*.parquet")) == second | third

    def test_programs_have_warehouses_of_their_own(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        other = new_brand("other")
        sell(brand, SALE)
        sell(other, SALE, SALE | {"order_key": "o2"})
        for one in (brand, other):
            sync(warehouse, one.program.id)
            assert_complete(tmp_path, warehouse, one)
        assert len(fed(tmp_path, brand.program.id)["order_lines"]) == 1
        assert len(fed(tmp_path, other.program.id)["order_lines"]) == 2


class TestEpoch:
    def test_a_restored_database_is_fed_from_the_beginning(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        sell(brand, SALE, SALE | {"order_key": "o2"})
        sync(warehouse, brand.program.id)
        # A restore forgets the last order, and its stamps come again.
        OrderLine.objects.filter(order__source_key="o2").update(is_void=True)
        assert sync(warehouse, brand.program.id)["order_lines"] == 0
        begin_epoch()
        assert sync(warehouse, brand.program.id)["order_lines"] == 2
        assert_complete(tmp_path, warehouse, brand)


class TestKilled:
    def code(self, home: Path, brand: Brand, last: str, then: str) -> str:
        return _FEEDS.format(home=str(home), program_id=brand.program.id, last=last, then=then)

    @pytest.mark.parametrize("last", ["order_lines", FACTS[-1].name])
    def test_a_killed_feed_changed_nothing(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse, last: str
    ):
        sell(brand, SALE)
        sync(warehouse, brand.program.id)
        before = fed(tmp_path, brand.program.id)
        manifest = root_of(tmp_path, brand.program.id) / "manifest.json"
        text = manifest.read_text()
        whole = set((manifest.parent / "facts").rglob("*.parquet"))
        sell(brand, SALE | {"quantity": "3"}, SALE | {"order_key": "o2"})
        killed = self.code(tmp_path, brand, last, "os.kill(os.getpid(), signal.SIGKILL)")
        with start_python(killed) as child:
            assert said(child) == "reached"
            child.wait(timeout=60)
        assert child.returncode == -signal.SIGKILL
        assert manifest.read_text() == text
        killed_files = set((manifest.parent / "facts").rglob("*.parquet")) - whole
        assert fed(tmp_path, brand.program.id) == before
        assert sync(warehouse, brand.program.id)["order_lines"] == 3
        assert_complete(tmp_path, warehouse, brand)
        root = root_of(tmp_path, brand.program.id)
        fed_now = read_manifest(root)
        named = {root / name for name in fed_now.names() | fed_now.retired.keys()}
        assert set((root / "facts").rglob("*.parquet")) == named
        assert not named & killed_files

    def test_two_feeds_do_not_run_at_once(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        sell(brand, SALE)
        wait_until_stable()
        with start_python(self.code(tmp_path, brand, "order_lines", "input()")) as child:
            assert said(child) == "reached"
            with pytest.raises(Conflict):
                sync_now(warehouse, brand.program.id)
            child.communicate("\n", timeout=60)
        assert child.returncode == 0
        assert set(sync(warehouse, brand.program.id).values()) == {0}
        assert_complete(tmp_path, warehouse, brand)


class TestFiles:
    PHYSICAL = {
        pa.int64(): "INT64",
        pa.int32(): "INT32",
        pa.date32(): "INT32",
        pa.bool_(): "BOOLEAN",
        pa.string(): "BYTE_ARRAY",
    }

    def test_every_file_has_the_declared_columns_and_types(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        brand.products({"key": "tea", "category": "茶"})
        brand.customers({"key": "c1", "city": "京州", "city_tier": 1, "born_on": date(1990, 1, 1)})
        brand.follow("c1", "ann", "2025-01-01 10:00")
        brand.communities({"key": "g", "seller_key": "ann", "opened_at": "2025-01-01 10:00"})
        sell(brand, SALE | {"refund_minor": 100})
        tag = create_tag(viewer=brand.owner, name="loves tea", fresh_days=90)
        ann, c1 = brand.seller_viewer("ann"), brand.customer("c1")
        tag_customer(viewer=ann, customer_id=c1, tag_id=tag, on=True)
        brand.customers({"key": "c2"})
        merge_customers(
            viewer=brand.owner, customer_ids=[brand.customer("c2")], kept_id=c1, reason="the same"
        )
        sync(warehouse, brand.program.id)
        root = root_of(tmp_path, brand.program.id)
        manifest = read_manifest(root)
        checked = set()
        for fact in FACTS:
            for path in manifest.files_of(fact.name, root):
                file = pq.ParquetFile(path)
                found = file.schema_arrow
                assert found.names == fact.schema.names, fact.name
                assert found.types == fact.schema.types, fact.name
                physical = [file.schema.column(i).physical_type for i in range(len(found))]
                assert physical == [self.PHYSICAL[t] for t in fact.schema.types], fact.name
                checked.add(fact.name)
        assert checked == {fact.name for fact in FACTS} - {
            "contacts",
            "assignments",
            "coachings",
        }

    def test_no_file_holds_anything_personal(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        brand.customers({"key": "c1", "name": "高小琴", "phone": "13912345678"})
        brand.follow("13712345678", "ann", "2025-01-01 10:00")
        sell(brand, SALE | {"customer_key": "13612345678"})
        sync(warehouse, brand.program.id)
        held = repr(fed(tmp_path, brand.program.id))
        for personal in ("高", "3912345678", "3712345678", "3612345678", "ann"):
            assert personal not in held


class TestVerify:
    def test_a_row_that_was_not_fed_is_told_by_its_day(
        self, brand: Brand, warehouse: ParquetWarehouse
    ):
        sell(brand, SALE, SALE | {"order_key": "o2", "paid_at": "2025-02-11 10:00"})
        sync(warehouse, brand.program.id)
        OrderLine.objects.filter(order__source_key="o2").update(amount_minor=1)
        (found,) = warehouse.verify(program_id=brand.program.id)
        assert (found.fact, found.day) == ("order_lines", date(2025, 2, 11))
        assert (found.database_rows, found.warehouse_rows) == (1, 1)
        assert (found.database_sum, found.warehouse_sum) == (1, 1000)

    def test_a_lost_file_is_told(self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse):
        sell(brand, SALE)
        sync(warehouse, brand.program.id)
        root = root_of(tmp_path, brand.program.id)
        stored_manifest = (root / "manifest.json").read_text()
        assert '"refunds"' not in stored_manifest
        (root / "manifest.json").write_text(stored_manifest.replace('"order_lines":{', '"lost":{'))
        found = warehouse.verify(program_id=brand.program.id)
        assert [(one.fact, one.warehouse_rows) for one in found] == [("order_lines", 0)]

    def test_what_was_written_since_the_feed_does_not_count(
        self, brand: Brand, warehouse: ParquetWarehouse
    ):
        sell(brand, SALE)
        sync(warehouse, brand.program.id)
        sell(brand, SALE | {"order_key": "o2"})
        assert warehouse.verify(program_id=brand.program.id) == []


def test_an_unknown_engine_is_refused(tmp_path: Path):
    with pytest.raises(BadInput) as refused:
        ParquetWarehouse(
            home=str(tmp_path), facts=FACTS, engine="sparkle", memory_mb=1, web_memory_mb=1
        )
    assert refused.value.field == "SIYU_ENGINE"


class TestHourly:
    def test_it_feeds_what_is_sold_and_leaves_the_rest_to_the_next_whole_feed(
        self, brand: Brand, tmp_path: Path, warehouse: ParquetWarehouse
    ):
        sell(brand, SALE)
        sync(warehouse, brand.program.id)
        sell(brand, SALE | {"order_key": "o2", "customer_key": "c2"})
        wait_until_stable()
        rows = warehouse.sync(
            program_id=brand.program.id, on_result=lambda name, rows: None, hourly=True
        )
        facts = {"order_lines", "refunds", "credits", "unit_ancestors", "merges"}
        assert rows.keys() == facts
        assert rows["order_lines"] == 1
        assert len(fed(tmp_path, brand.program.id)["customers"]) == 1
        assert warehouse.verify(program_id=brand.program.id) == []
        whole = sync(warehouse, brand.program.id)
        assert (whole["order_lines"], whole["customers"]) == (0, 1)
        assert_complete(tmp_path, warehouse, brand)
