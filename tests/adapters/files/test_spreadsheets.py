"""Spreadsheets as they are written."""

from __future__ import annotations

import os
import stat
import time
from datetime import date
from pathlib import Path

from openpyxl import load_workbook

from siyu.adapters.files.spreadsheets import KEPT_SECONDS, write_spreadsheet

TOO_LONG = 382_964_296_700_657_665


def test_cells_keep_their_kind_and_no_text_is_a_formula(tmp_path: Path):
    path = tmp_path / "exports" / "1.xlsx"
    rows = [
        ("name", "amount", "day", "id"),
        ("=1+1", 12.5, date(2025, 6, 1), TOO_LONG),
        ("bell\x07", None, None, 7),
    ]
    write_spreadsheet(path, iter(rows))
    sheet = load_workbook(path).active
    first, second = list(sheet.iter_rows(min_row=2))
    assert [cell.value for cell in first][:2] == ["=1+1", 12.5]
    assert first[0].data_type == "s"
    assert first[2].value.date() == date(2025, 6, 1)
    assert first[3].value == str(TOO_LONG), "a spreadsheet would round it"
    assert [cell.value for cell in second] == ["bell", None, None, 7]
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"


def test_the_file_is_for_its_owner_and_appears_whole(tmp_path: Path):
    path = tmp_path / "1.xlsx"
    write_spreadsheet(path, iter([("only", "headings")]))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["1.xlsx"]
    assert [cell.value for cell in next(load_workbook(path).active.iter_rows())] == [
        "only",
        "headings",
    ]


def test_files_of_yesterday_are_forgotten(tmp_path: Path):
    old, fresh = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    for path, age in ((old, KEPT_SECONDS + 60), (fresh, KEPT_SECONDS - 600)):
        path.write_bytes(b"")
        then = time.time() - age
        os.utime(path, (then, then))
    write_spreadsheet(tmp_path / "3.xlsx", iter([("a",)]))
    assert {path.name for path in tmp_path.iterdir()} == {"2.xlsx", "3.xlsx"}
