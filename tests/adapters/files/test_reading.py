import csv
import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.adapters.files.reading import FileOptions, open_source, preview
from siyu.foundation.errors import BadInput

TEXT = "编号,姓名\n1,王芳\n2,李强\n"


def read(path, **options):
    looks_right = options.pop("looks_right", None)
    with open_source(path=path, options=FileOptions(**options), looks_right=looks_right) as source:
        return source.headings, list(source.rows())


def refused(path, **options):
    with pytest.raises(BadInput) as error:
        read(path, **options)
    return str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_are_told_apart(tmp_path, encoding):
    path = tmp_path / "customers.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert read(path) == (["编号", "姓名"], [(2, ["1", "王芳"]), (3, ["2", "李强"])])


def test_utf_8_beyond_the_first_bytes_and_damage_are_noticed(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_bytes(b"id,name\n" + b"1,plain\n" * 200_000 + "2,王芳\n".encode("gb18030"))
    assert read(path)[1][-1] == (200_002, ["2", "王芳"])
    path.write_bytes("id,name\n1,王芳\n2,李".encode() + b"\xff\xff\n")
    with open_source(path=path) as source:
        assert source.damaged
        assert next(cells[1] for _, cells in source.rows()) == "王芳"


cell_text = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\ufeff\r\0"), max_size=8
)


@given(
    st.lists(st.lists(cell_text, min_size=3, max_size=3), min_size=1, max_size=6),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from(",\t;|"),
)
def test_every_filled_row_comes_back_as_it_was_written(tmp_path_factory, rows, encoding, mark):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows([["alpha", "beta", "gamma"], *rows])
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    headings, found = read(path, encoding=encoding)
    assert headings == ["alpha", "beta", "gamma"]
    assert [cells for _, cells in found] == [row for row in rows if any(row)]


def test_line_numbers_count_lines_inside_quotes_and_blank_lines(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b'id,note\n1,"two\nlines"\n\n2,one\n,\n3,\0\n')
    assert read(path)[1] == [(2, ["1", "two\nlines"]), (5, ["2", "one"]), (7, ["3", "\0"])]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path, mark):
    path = tmp_path / "file.txt"
    path.write_text(f'id{mark}"a note"\n1{mark}x\n', encoding="utf-8")
    assert read(path) == (["id", "a note"], [(2, ["1", "x"])])


def test_headings_may_stand_further_down(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("Export of May,\n,\n客户名称 ,添加人\n王芳,lisi\n", encoding="utf-8")
    assert read(path, header_row=3) == (["客户名称", "添加人"], [(4, ["王芳", "lisi"])])
    found = read(path, header_row=0, looks_right=lambda headings: "添加人" in headings)
    assert found == (["客户名称", "添加人"], [(4, ["王芳", "lisi"])])
    nothing_right = read(path, header_row=0, looks_right=lambda headings: False)
    assert nothing_right[0] == ["Export of May"]


def test_what_cannot_be_read_is_said(tmp_path):
    path = tmp_path / "file"
    cases = {
        b"": "empty",
        b"\xef\xbb\xbf": "no headings",
        b"\n1,2\n": "no headings",
        b"\x1f\x8b\x08\x00": "compressed",
        b"<html><table><tr><td>": "web page",
        b"PK\x03\x04not a zip": "Excel",
        b"PAR1 not parquet": "Parquet",
        b"\0\1\0\2" * 64: "not a text file",
        b'id,note\n1,"' + b"x" * 200_000: "starts on line 2",
    }
    for content, words in cases.items():
        path.write_bytes(content)
        assert words in refused(path)


def write_workbook(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "first"
    sheet.append(["id", "on", "at", "price", "ok"])
    sheet.append([13800138000, date(2017, 9, 2), datetime(2017, 9, 2, 10, 56, 33), 2.55, True])  # noqa: DTZ001
    sheet.append([])
    sheet.append(["x", None, 42980.5, "1,024", False])
    book.create_sheet("second").append(["other"])
    book.create_sheet("nothing")
    book.save(path)


def test_excel_is_known_by_its_content_and_keeps_its_types(tmp_path):
    path = tmp_path / "misnamed.csv"
    write_workbook(path)
    headings, rows = read(path)
    assert headings == ["id", "on", "at", "price", "ok"]
    moment = datetime(2017, 9, 2, 10, 56, 33)  # noqa: DTZ001
    assert rows == [
        (2, [13800138000.0, date(2017, 9, 2), moment, 2.55, True]),
        (4, ["x", "", 42980.5, "1,024", False]),
    ]
    assert read(path, sheet="second") == (["other"], [])
    assert "no headings" in refused(path, sheet="nothing")
    assert "first, second" in refused(path, sheet="third")


def test_parquet_is_known_by_its_content(tmp_path):
    path = tmp_path / "misnamed.csv"
    columns = {"id": [1, 2, None], "name": ["王芳", None, None], "at": [datetime(2020, 1, 1)] * 3}  # noqa: DTZ001
    pq.write_table(pa.table(columns), path)
    headings, rows = read(path, header_row=0)
    assert headings == ["id", "name", "at"]
    assert [number for number, _ in rows] == [2, 3, 4]
    assert rows[0][1] == [1, "王芳", columns["at"][0]]
    assert read(path)[1] == rows


def test_a_preview_shows_the_first_rows(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("id\n" + "\n".join(map(str, range(100))), encoding="utf-8")
    headings, rows = preview(path=path, limit=3)
    assert (headings, rows) == (["id"], [["0"], ["1"], ["2"]])


def test_batches_hold_every_row_and_reach_the_end(tmp_path):
    path = Path(tmp_path / "file.csv")
    path.write_text("id\n" + "\n".join(map(str, range(95))), encoding="utf-8")
    with open_source(path=path) as source:
        batches = list(source.batches(10))
    assert [cells[0] for batch in batches for cells in batch.rows] == [str(n) for n in range(95)]
    assert [number for batch in batches for number in batch.numbers] == list(range(2, 97))
    assert batches[-1].fraction == 1.0
