"""From a dirty file to the database and back to a reject file that can be mended."""

import csv
import logging
from pathlib import Path
from typing import Any

import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.customers.queries import find_customer
from siyu.rooms.operations.actions import (
    carry_out,
    change_import_mapping,
    open_import,
    request_import,
    run_queued,
)
from siyu.rooms.operations.ports import importer
from siyu.rooms.operations.queries import (
    find_import,
    import_of,
    imports_page,
    run_of,
    runs_page,
)
from siyu.rooms.operations.types import ImportState, ImportSummary, ImportView, RunState
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.queries import sellers_page
from tests.database_content import content_of
from tests.rooms.brand import Brand, new_brand
from tests.rooms.orders.reading import live_lines, refund_facts, sold_by_day
from tests.rooms.plain_text import places_of

HEADINGS = "order_key,customer_key,seller_key,product_name,status,paid_at,quantity,unit_price"
PAID = "2025-03-01 10:00"
DIRTY = [
    f"o1,c1,ann,龙井,completed,{PAID},2,10.00",
    f"o1,c1,ann,龙井,completed,{PAID},2,10.00",
    f"o2,,,白茶,completed,{PAID},1,0.001",
    f"o3,c2,,白茶,completed,{PAID},two,10.00",
    f"o4,c2,nobody,白茶,completed,{PAID},1,10.00",
    f"o5,c2,,白茶,on the moon,{PAID},1,10.00",
    "o6,c2,,白茶,completed,,1,10.00",
    f'o7,c3,"nobody","a ""quoted"", name",completed,{PAID},3,"1,000.00"',
    f"o8,c3,,,completed,{PAID},1,0",
]


@pytest.fixture
def staffed(db: None) -> Brand:
    brand = Brand(new_brand().program, source="siyu")
    brand.sellers({"key": "ann"})
    return brand


def write(path: Path, *lines: str, headings: str = HEADINGS) -> Path:
    path.write_text("\n".join([headings, *lines, ""]), encoding="utf-8")
    return path


def import_file(brand: Brand, path: Path, kind: str = "orders", mapping: str = "") -> ImportView:
    opened = open_import(program_id=brand.program.id, kind=kind, path=path, mapping=mapping)
    run = request_import(import_id=opened.id)
    carry_out(run_id=run.id)
    brand.react()
    return import_of(import_id=opened.id)


def summary_of(imported: ImportView) -> ImportSummary:
    assert imported.summary is not None
    return imported.summary


def rejects(imported: ImportView) -> list[dict[str, str]]:
    with Path(imported.rejects_path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class TestDirtyFile:
    def test_what_is_good_is_kept_and_what_is_bad_is_told(self, staffed: Brand, tmp_path: Path):
        imported = import_file(staffed, write(tmp_path / "orders.csv", *DIRTY))
        told = summary_of(imported)
        assert imported.state is ImportState.DONE
        assert (told.read, told.created, told.updated, told.unchanged) == (9, 3, 0, 0)
        assert told.rejected == {
            "bad_number": 1,
            "unknown_status": 1,
            "missing_value": 1,
            "unknown_seller": 2,
        }
        assert (told.currency, told.sums["sales"]) == ("CNY", 4000)
        lines = live_lines(staffed)
        assert [line["amount_minor"] for line in lines] == [2000, 2000, 0, 0]
        assert [line["is_gift"] for line in lines] == [False, False, False, True]

    def test_every_bad_row_stands_in_the_reject_file_with_its_cells(
        self, staffed: Brand, tmp_path: Path
    ):
        imported = import_file(staffed, write(tmp_path / "orders.csv", *DIRTY))
        found = {row["reject_line"]: row for row in rejects(imported)}
        assert {line: row["reject_reason"] for line, row in found.items()} == {
            "5": "bad_number",
            "6": "unknown_seller",
            "7": "unknown_status",
            "8": "missing_value",
            "9": "unknown_seller",
        }
        number = found["5"]
        assert (number["reject_column"], number["reject_value"]) == ("quantity", "two")
        assert all(row["reject_explanation"] for row in found.values())
        quoted = found["9"]
        assert (quoted["product_name"], quoted["unit_price"]) == ('a "quoted", name', "1,000.00")
        assert [row["order_key"] for row in found.values()] == ["o3", "o5", "o6", "o4", "o7"]

    def test_the_same_file_again_changes_nothing_and_says_so(self, staffed: Brand, tmp_path: Path):
        path = write(tmp_path / "orders.csv", *DIRTY)
        first = summary_of(import_file(staffed, path))
        before = content_of()
        again = summary_of(import_file(staffed, path))
        assert not first.changed_nothing
        assert again.changed_nothing
        assert (again.read, again.unchanged, again.rejected) == (9, 3, first.rejected)
        assert again.sums == first.sums
        assert content_of() == before

    def test_a_clean_file_has_no_rejects(self, staffed: Brand, tmp_path: Path):
        imported = import_file(staffed, write(tmp_path / "orders.csv", DIRTY[0]))
        assert summary_of(imported).rejected == {}
        assert not Path(imported.rejects_path).exists()


class TestMendedRejects:
    def mended(self, imported: ImportView, path: Path, **mended: str) -> Path:
        """The reject file as a person gives it back: some cells changed, nothing else."""
        rows = rejects(imported)
        for row in rows:
            for name, value in mended.items():
                if row["reject_column"] == name:
                    row[name] = value
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def test_a_mended_reject_file_brings_the_rest(self, staffed: Brand, tmp_path: Path):
        imported = import_file(staffed, write(tmp_path / "orders.csv", *DIRTY))
        mends = {"quantity": "2", "seller_key": "ann", "status": "completed", "paid_at": PAID}
        again = import_file(staffed, self.mended(imported, tmp_path / "mended.csv", **mends))
        told = summary_of(again)
        assert (told.read, told.created, told.rejected) == (5, 5, {})
        whole = "o3 o4 o5 o6 o7".split()
        assert len(live_lines(staffed)) == 4 + len(whole)
        assert sum(sold_by_day(staffed).values()) == 4000 + 2000 + 1000 + 1000 + 1000 + 300_000

    def test_what_is_still_bad_is_told_again_with_its_own_cells(
        self, staffed: Brand, tmp_path: Path
    ):
        first = import_file(staffed, write(tmp_path / "orders.csv", *DIRTY))
        mends = {"quantity": "2", "status": "still wrong", "paid_at": PAID}
        second = import_file(staffed, self.mended(first, tmp_path / "mended.csv", **mends))
        found = rejects(second)
        assert [row["reject_reason"] for row in found] == [
            "unknown_status",
            "unknown_seller",
            "unknown_seller",
        ]
        assert list(found[0]) == list(rejects(first)[0])
        assert [row["order_key"] for row in found] == ["o5", "o4", "o7"]
        assert [row["reject_value"] for row in found] == ["still wrong", "nobody", "nobody"]
        mends = {"status": "completed", "seller_key": "ann"}
        third = import_file(staffed, self.mended(second, tmp_path / "again.csv", **mends))
        assert (summary_of(third).created, summary_of(third).rejected) == (3, {})

    def test_only_what_the_rooms_refused_is_told_again_with_its_own_cells(
        self, staffed: Brand, tmp_path: Path
    ):
        first = import_file(staffed, write(tmp_path / "orders.csv", DIRTY[4]))
        second = import_file(staffed, self.mended(first, tmp_path / "same.csv"))
        assert list(rejects(second)[0]) == list(rejects(first)[0])
        assert [row["order_key"] for row in rejects(second)] == ["o4"]
        third = import_file(staffed, self.mended(second, tmp_path / "mended.csv", seller_key="ann"))
        assert summary_of(third).created == 1


class TestDryRun:
    def dry_run(self, brand: Brand, path: Path, kind: str = "orders"):
        return importer().dry_run(
            program_id=brand.program.id,
            kind=kind,
            path=path,
            mapping="",
            progress=lambda name, done, total: None,
        )

    def test_it_tells_what_an_import_would_do_and_writes_nothing(
        self, staffed: Brand, tmp_path: Path
    ):
        path = write(tmp_path / "orders.csv", *DIRTY)
        before = content_of()
        told, rejects_path = self.dry_run(staffed, path)
        assert content_of() == before
        assert imports_page(viewer=staffed.owner) == []
        assert runs_page(viewer=staffed.owner) == []
        rows = rejects_path.read_text(encoding="utf-8-sig").splitlines()
        imported = import_file(staffed, path)
        assert told == summary_of(imported)
        assert rows == Path(imported.rejects_path).read_text(encoding="utf-8-sig").splitlines()

    def test_it_leaves_no_file_but_the_rejects(self, staffed: Brand, tmp_path: Path):
        _, rejects_path = self.dry_run(staffed, write(tmp_path / "orders.csv", *DIRTY))
        assert list(rejects_path.parent.iterdir()) == [rejects_path]
        assert rejects_path.parent.stat().st_mode & 0o077 == 0

    def test_it_leaves_no_file_where_it_fails(
        self, staffed: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (tmp_path / "temporary").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
        (tmp_path / "orders.csv").write_text("no heading that is known\n1\n")
        with pytest.raises(BadInput):
            self.dry_run(staffed, tmp_path / "orders.csv")
        assert list((tmp_path / "temporary").iterdir()) == []


class _Stop(Exception):
    """Somebody pulls the plug."""


class TestInterrupted:
    ROWS = 11_000

    def path(self, tmp_path: Path) -> Path:
        """Three batches; the orders lie across their borders."""
        lines = [
            f"o{n // 3},c{n % 50},{'nobody' if n % 1500 == 7 else 'ann'},t,completed,{PAID},1,{n}"
            for n in range(self.ROWS)
        ]
        return write(tmp_path / "orders.csv", *lines)

    def interrupted(self, run_id: int, after_rows: int) -> None:
        def listen(name: str, finished: int, total: int | None) -> None:
            if name == "import" and total == self.staged and finished > after_rows:
                raise _Stop

        with pytest.raises(_Stop):
            carry_out(run_id=run_id, listener=listen)

    staged = ROWS

    def test_it_is_gone_on_with_from_the_last_batch(self, staffed: Brand, tmp_path: Path):
        path = self.path(tmp_path)
        opened = open_import(program_id=staffed.program.id, kind="orders", path=path, mapping="")
        run = request_import(import_id=opened.id)
        for after_rows in (0, 0, 6_000):
            self.interrupted(run.id, after_rows)
            failed = import_of(import_id=opened.id)
            assert (failed.state, failed.error) == (ImportState.FAILED, "_Stop")
            assert run_of(run_id=run.id).state is RunState.FAILED
            again = open_import(program_id=staffed.program.id, kind="orders", path=path, mapping="")
            assert again.id == opened.id
        done = import_file(staffed, path)
        assert done.id == opened.id
        told = summary_of(done)
        orders = -(-self.ROWS // 3)
        assert (told.read, told.created, told.updated) == (self.ROWS, orders, 0)
        assert told.rejected == {"unknown_seller": len(rejects(done))}
        assert len(live_lines(staffed)) == self.ROWS - len(rejects(done))
        assert told.sums["sales"] == 100 * sum(n for n in range(self.ROWS) if n % 1500 != 7)

    def test_orders_across_the_borders_of_batches_stay_whole(self, staffed: Brand, tmp_path: Path):
        path = self.path(tmp_path)
        first = import_file(staffed, path)
        assert summary_of(first).created == -(-self.ROWS // 3)
        assert summary_of(import_file(staffed, path)).changed_nothing


class TestAfterTheEnd:
    def test_a_run_that_is_done_again_leaves_a_finished_import_alone(
        self, staffed: Brand, tmp_path: Path
    ):
        """As a worker does with the run of a process that died just after the import's end."""
        done = import_file(staffed, write(tmp_path / "orders.csv", *DIRTY))
        before = content_of()
        assert done.run_id is not None
        carry_out(run_id=done.run_id)
        again = import_of(import_id=done.id)
        assert (again.state, again.summary, again.error) == (done.state, done.summary, "")
        assert rejects(again) == rejects(done)
        assert content_of() == before

    def test_nothing_of_the_file_is_left_but_the_rejects(self, staffed: Brand, tmp_path: Path):
        done = import_file(staffed, write(tmp_path / "orders.csv", *DIRTY))
        assert [path.name for path in Path(done.directory).iterdir()] == ["rejects.csv"]
        assert Path(done.directory).stat().st_mode & 0o077 == 0


class TestOpening:
    def test_the_file_may_be_gone_once_it_is_opened(self, staffed: Brand, tmp_path: Path):
        path = write(tmp_path / "orders.csv", DIRTY[0])
        opened = open_import(program_id=staffed.program.id, kind="orders", path=path, mapping="")
        path.unlink()
        request_import(import_id=opened.id)
        assert import_of(import_id=opened.id).state is ImportState.QUEUED
        assert run_queued() is True
        assert summary_of(import_of(import_id=opened.id)).created == 1

    def test_the_mapping_may_change_until_it_is_started(self, staffed: Brand, tmp_path: Path):
        path = write(tmp_path / "people.csv", "x1,1", headings="customer_key,name")
        opened = open_import(program_id=staffed.program.id, kind="orders", path=path, mapping="")
        change_import_mapping(import_id=opened.id, kind="customers", mapping="")
        carry_out(run_id=request_import(import_id=opened.id).id)
        assert summary_of(import_of(import_id=opened.id)).created == 1
        with pytest.raises(Conflict):
            change_import_mapping(import_id=opened.id, kind="orders", mapping="")

    @pytest.mark.parametrize(
        ("mapping", "field"),
        [
            ('kind = "customers"\nsource = "x"\n[columns]\nkey = "k"\n', "mapping"),
            (
                'kind = "orders"\nsource = "x"\ncurrency = "GBP"\n[columns]\n'
                'order_key = "o"\nquantity = "q"\nunit_price = "p"\nstatus = "s"\npaid_at = "t"\n'
                '[dates]\ntimezone = "Europe/London"\n',
                "currency",
            ),
        ],
    )
    def test_a_mapping_of_another_kind_or_currency_is_refused(
        self, staffed: Brand, tmp_path: Path, mapping: str, field: str
    ):
        path = write(tmp_path / "orders.csv", "o,1,1,completed,2025-01-01", headings="o,q,p,s,t")
        with pytest.raises(BadInput) as refused:
            import_file(staffed, path, mapping=mapping)
        assert refused.value.field == field
        (imported,) = imports_page(viewer=staffed.owner)
        assert (imported.state, imported.summary) == (ImportState.FAILED, None)
        assert imported.error == str(refused.value)

    def test_a_file_without_the_columns_is_refused_and_can_be_tried_again(
        self, staffed: Brand, tmp_path: Path
    ):
        path = write(tmp_path / "orders.csv", "1,2", headings="a,b")
        for _ in range(2):
            with pytest.raises(BadInput, match="order_key"):
                import_file(staffed, path)
        assert len(imports_page(viewer=staffed.owner)) == 1

    def test_imports_are_seen_in_their_program_by_who_may(self, staffed: Brand, tmp_path: Path):
        done = import_file(staffed, write(tmp_path / "orders.csv", DIRTY[0]))
        operator = staffed.staff("olga", Role.OPERATOR)
        assert find_import(viewer=operator, import_id=done.id) == done
        other = new_brand("other")
        assert imports_page(viewer=other.owner) == []
        with pytest.raises(NotFound):
            find_import(viewer=other.owner, import_id=done.id)
        for role in (Role.ANALYST, Role.SELLER):
            with pytest.raises(NotAllowed):
                find_import(viewer=staffed.staff(role.value, role), import_id=done.id)


KINDS: dict[str, tuple[str, str]] = {
    "customers": (
        "客户编号,姓名,手机号,性别,生日,是否退订",
        "c9,高小琴,13912345678,女,1985-02-28,是",
    ),
    "sellers": ("导购编号,姓名,手机号,类型,状态,门店编号", "bob,安欣,13712345678,导购,离职,s1"),
    "products": ("商品编号,商品名称,类目,品牌", "p1,龙井,茶,西湖"),
    "follows": ("客户编号,导购编号,添加时间", "c9,ann,2025-01-01 10:00"),
    "orders": (
        "订单号,客户编号,商品编号,订单状态,付款时间,数量,单价,是否退货",
        "C7,c9,p1,已完成,2025-03-02 10:00,1,9.9,是",
    ),
}


class TestEveryKind:
    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_a_file_with_our_chinese_headings(self, staffed: Brand, tmp_path: Path, kind: str):
        headings, row = KINDS[kind]
        path = write(tmp_path / f"{kind}.csv", row, headings=headings)
        told = summary_of(import_file(staffed, path, kind))
        assert (told.read, told.created, told.rejected) == (1, 1, {})
        assert summary_of(import_file(staffed, path, kind)).changed_nothing

    def test_what_the_files_say_is_what_is_known(self, staffed: Brand, tmp_path: Path):
        for kind, (headings, row) in KINDS.items():
            import_file(staffed, write(tmp_path / f"{kind}.csv", row, headings=headings), kind)
        shown = find_customer(viewer=staffed.owner, customer_id=staffed.customer("c9"))
        assert (shown.name, shown.masked_phone, shown.gender) == ("高小琴", "139****5678", "female")
        assert shown.opted_out
        assert shown.serving_seller_id == staffed.seller("ann")
        (bob,), _ = sellers_page(viewer=staffed.owner, find="bob")
        assert (bob.status, bob.name) == ("left", "安欣")
        (refund,) = refund_facts(staffed)
        assert refund["amount_minor"] == 990
        assert places_of("高小琴", "安欣", "13912345678", "13712345678") == []

    def test_a_seller_file_without_status_leaves_who_left_as_he_is(
        self, staffed: Brand, tmp_path: Path
    ):
        headings, row = KINDS["sellers"]
        import_file(staffed, write(tmp_path / "a.csv", row, headings=headings), "sellers")
        path = write(tmp_path / "b.csv", "bob,安心", headings="seller_key,name")
        import_file(staffed, path, "sellers")
        (bob,), _ = sellers_page(viewer=staffed.owner, find="bob")
        assert (bob.status, bob.name) == ("left", "安心")


def test_no_log_line_tells_anything_personal(
    staffed: Brand, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    rows = ["c9,高小琴,13912345678,女,1985-02-28,是", "c8,高小凤,1391,不明,never,x"]
    headings, _ = KINDS["customers"]
    imported = import_file(
        staffed, write(tmp_path / "c.csv", *rows, headings=headings), "customers"
    )
    assert summary_of(imported).created == 1
    told: list[Any] = [record.getMessage() for record in caplog.records]
    for personal in ("高小", "1391"):
        assert personal not in repr(told)
