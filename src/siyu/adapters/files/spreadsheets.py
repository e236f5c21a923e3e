"""Writes tables as spreadsheets, row by row, so that a long one takes no memory."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

KEPT_SECONDS = 86_400
_MOST_ROWS = 1_048_575
_NUMBERS = (bool, int, float, Decimal, date, datetime)
_EXACT = 10**15
_FOR_OWNER = 0o600


def write_spreadsheet(path: Path, rows: Iterator[Sequence[Any]]) -> None:
    """Write rows to an XLSX file, the first in bold, and forget files older than a day.

    Numbers and days stay what they are, but for whole numbers that a spreadsheet would round;
    text is never taken for a formula. Rows beyond what a sheet holds go on on the next one. The
    file appears under its name once it is whole, for its owner alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    forget_old(path.parent)
    book = Workbook(write_only=True)
    headings = next(rows, ())
    sheet = None
    for number, row in enumerate(rows):
        if sheet is None or number % _MOST_ROWS == 0:
            sheet = _new_sheet(book, headings)
        sheet.append([_cell(sheet, each) for each in row])
    if sheet is None:
        _new_sheet(book, headings)
    unready = path.with_suffix(".part")
    unready.touch(mode=_FOR_OWNER)
    book.save(unready)
    unready.replace(path)


def forget_old(folder: Path) -> None:
    """Remove the files of a folder that were written more than a day ago."""
    for path in folder.glob("*"):
        # Another process may have removed or renamed it just now.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink()


def _new_sheet(book: Workbook, headings: Sequence[Any]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    cells = [_cell(sheet, each) for each in headings]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    return sheet


def _cell(sheet: Any, value: Any) -> Any:
    is_exact = not isinstance(value, int) or abs(value) < _EXACT
    if value is None or (isinstance(value, _NUMBERS) and is_exact):
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, Decimal):
            digits = -int(value.as_tuple().exponent)
            cell.number_format = f"#,##0.{'0' * digits}" if digits > 0 else "#,##0"
        return cell
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(value)))
    cell.data_type = "s"
    return cell
