"""How many rows cross walls and reach tables: Arrow in, plain rows, bulk writes, look-ups."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.ids import new_ids
from siyu.rooms.operations.actions import insert_rows, update_rows
from siyu.rooms.operations.models import ImportFile, Run
from siyu.rooms.operations.queries import any_of, arrow_tables, pick_by_source, plain_rows

SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("price", pa.decimal128(18, 6)),
        pa.field("on", pa.date32()),
        pa.field("flag", pa.bool_()),
    ]
)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)
PRICES = st.decimals(-(10**11), 10**11, places=6)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(-(2**63), 2**63 - 1),
            "name": st.none() | st.text(max_size=8),
            "at": st.none() | MOMENTS,
            "price": st.none() | PRICES,
            "on": st.none() | st.dates(),
            "flag": st.none() | st.booleans(),
        }
    ),
    max_size=12,
)
AWKWARD = ["plain", "tab\tand\nline", r"back\slash \N \.", "引号“”'\"", "", "😀", "NULL", "\\x00"]


@given(ROWS, st.integers(1, 5))
def test_plain_rows_are_what_arrow_itself_gives(rows: list[dict[str, object]], chunk: int):
    whole = pa.Table.from_pylist(rows, schema=SCHEMA)
    pieces = [whole.slice(start, chunk) for start in range(0, len(rows), chunk)]
    table = pa.concat_tables(pieces) if pieces else whole
    assert plain_rows(table=table) == rows
    assert plain_rows(table=table.slice(1)) == rows[1:]


def test_rows_become_tables_of_the_schema():
    rows = [(n, None, None, Decimal("0.1"), None, True) for n in range(100_001)]
    tables = list(arrow_tables(values=rows, schema=SCHEMA))
    assert [table.num_rows for table in tables] == [100_000, 1]
    assert all(table.schema == SCHEMA for table in tables)
    assert list(arrow_tables(values=[], schema=SCHEMA)) == []


_COLUMNS = ("id", "program_id", "kind", "filename", "path", "digest", "mapping", "counts")
_WRITTEN = (*_COLUMNS, "created_at", "finished_at", "state", "error", "directory", "batches_done")


def write(texts: list[str]) -> list[int]:
    ids = new_ids(len(texts))
    now = datetime(2026, 3, 1, 12, 30, 1, 250_000, tzinfo=UTC)
    rows = [
        (i, 7, "orders", text, text, "d", text, {text: [1, None]}, now, None, "done", "", "", 0)
        for i, text in zip(ids, texts, strict=True)
    ]
    assert insert_rows(model=ImportFile, columns=_WRITTEN, rows=rows) == len(texts)
    return ids


@pytest.mark.django_db
class TestBulkWrites:
    def test_awkward_values_come_back_as_they_were(self):
        ids = write(AWKWARD)
        stored = ImportFile.objects.in_bulk(ids)
        assert [stored[i].mapping for i in ids] == AWKWARD
        assert [stored[i].counts for i in ids] == [{text: [1, None]} for text in AWKWARD]
        assert {row.created_at for row in stored.values()} == {
            datetime(2026, 3, 1, 12, 30, 1, 250_000, tzinfo=UTC)
        }
        assert {row.finished_at for row in stored.values()} == {None}

    def test_only_the_named_rows_are_updated(self):
        first, second, third = write(["a", "b", "c"])
        columns = ("filename", "counts", "finished_at")
        now = datetime(2026, 3, 1, tzinfo=UTC)
        rows = [("A\t", {"x": 1}, now, first), (r"\N", {}, None, third)]
        assert update_rows(model=ImportFile, key="id", columns=columns, rows=rows) == 2
        stored = ImportFile.objects.in_bulk([first, second, third])
        assert [stored[i].filename for i in (first, second, third)] == ["A\t", "b", r"\N"]
        assert (stored[first].counts, stored[first].finished_at) == ({"x": 1}, now)

    def test_a_duplicate_takes_the_whole_batch_back(self):
        (known,) = write(["a"])
        columns = ("id", "kind", "key", "arguments", "state", "engine", "queued_at", "error")
        now = datetime(2026, 3, 1, tzinfo=UTC)
        rows = [(i, "k", key, {}, "done", "", now, "") for i, key in ((1, "a"), (2, "b"), (3, "a"))]
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_rows(model=Run, columns=columns, rows=rows)
        assert not Run.objects.exists()
        assert ImportFile.objects.filter(id=known).exists()

    def test_nothing_to_write_writes_nothing(self):
        assert insert_rows(model=Run, columns=("id",), rows=[]) == 0
        assert update_rows(model=Run, key="id", columns=("error",), rows=[]) == 0

    def test_a_look_up_by_thousands_of_values(self):
        ids = write([f"file {number}" for number in range(50)])
        names = [f"file {number}" for number in range(0, 20_000, 2)]
        assert ImportFile.objects.filter(filename__in=any_of(values=names)).count() == 25
        assert ImportFile.objects.filter(id__in=any_of(values=[*ids, 1, 2])).count() == 50
        assert not ImportFile.objects.filter(filename__in=any_of(values=["file", "' OR 1=1"]))

    def test_a_look_up_by_no_value_finds_nothing_by_any_column(self):
        write(["a"])
        assert not ImportFile.objects.filter(id__in=any_of(values=[]))
        assert not ImportFile.objects.filter(filename__in=any_of(values=[]))


def test_a_key_of_the_same_source_wins_and_an_ambiguous_one_is_left_out():
    rows = [
        ("both", "shop", 1),
        ("both", "crm", 2),
        ("one", "crm", 3),
        ("two", "crm", 4),
        ("two", "pos", 5),
    ]
    assert pick_by_source(rows=rows, source="shop") == {"both": 1, "one": 3}
    assert pick_by_source(rows=rows, source="pos") == {"one": 3, "two": 5}
