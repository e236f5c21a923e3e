"""Files as streams of rows: CSV, Excel and Parquet, told apart by what is inside them."""

import csv
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from siyu.adapters.files.text_encoding import detect_encoding
from siyu.foundation.errors import BadInput

Cell = Any  # str, int, float, bool, Decimal, date, datetime or None, as the format has it
Row = list[Cell]
NumberedRow = tuple[int, Row]

BATCH_ROWS = 20_000
_HEADING_SEARCH_ROWS = 30
_UNPACKED_MAX_BYTES = 4 << 30
_PARQUET, _ZIP, _OLD_EXCEL, _GZIP = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"


@dataclass(frozen=True)
class FileOptions:
    """How to read a file; ``header_row`` 0 means the first row that looks like the headings."""

    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str = ""
    header_row: int = 1


@dataclass(frozen=True)
class Batch:
    """Some rows with their line numbers, and the share of the file read so far (0 to 1)."""

    numbers: list[int]
    rows: list[Row]
    fraction: float


@dataclass
class Source:
    """An open file: its headings, and its rows as a stream that can be read once."""

    form: str
    headings: list[str]
    damaged: bool
    _rows: Iterator[NumberedRow]
    _fraction: Callable[[int], float]

    def rows(self) -> Iterator[NumberedRow]:
        """Line number and cells of every row below the headings that is not entirely blank."""
        return (numbered for numbered in self._rows if _filled(numbered[1]))

    def batches(self, size: int = BATCH_ROWS) -> Iterator[Batch]:
        """The same rows, at most ``size`` at a time; a batch of blank rows is empty."""
        while chunk := list(islice(self._rows, size)):
            # A filled first cell settles it for nearly every row, without a call.
            filled = [each for each in chunk if (each[1] and each[1][0]) or _filled(each[1])]
            numbers = [number for number, _ in filled]
            rows = [cells for _, cells in filled]
            yield Batch(numbers, rows, self._fraction(chunk[-1][0]))


def same_heading(heading: str) -> str:
    """A heading's form for comparison: width, case and spacing do not matter."""
    return " ".join(unicodedata.normalize("NFKC", heading).casefold().split())


@contextmanager
def open_source(
    *,
    path: Path,
    options: FileOptions = FileOptions(),
    looks_right: Callable[[list[str]], bool] | None = None,
) -> Iterator[Source]:
    """An open Source. ``looks_right`` finds the heading row where ``header_row`` is 0.

    Raises BadInput where the file is empty, has no headings, or is of a form that is not read.
    """
    opened = _OPENERS[_form(path)](path, options)
    with opened as source:
        source.headings = _take_headings(source, options, looks_right)
        yield source


def preview(
    *,
    path: Path,
    options: FileOptions = FileOptions(),
    limit: int = 20,
) -> tuple[list[str], list[Row]]:
    """The headings and the first ``limit`` rows, to show before an import."""
    with open_source(path=path, options=options) as source:
        return source.headings, [cells for _, cells in islice(source.rows(), limit)]


def _filled(cells: Row) -> bool:
    return bool(cells) and (cells[0] not in ("", None) or any(c not in ("", None) for c in cells))


def _form(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    if not head.strip():
        raise BadInput("file", "The file is empty. Choose a file with a line of headings.")
    if head.startswith(_PARQUET):
        return "parquet"
    if head.startswith((_ZIP, _OLD_EXCEL)):
        return "excel"
    if head.startswith(_GZIP):
        raise BadInput("file", "The file is compressed. Unpack it and choose the file inside.")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<table")):
        raise BadInput(
            "file", "This is a web page under an Excel name. Open it in Excel and save it as XLSX."
        )
    return "csv"


def _take_headings(
    source: Source, options: FileOptions, looks_right: Callable[[list[str]], bool] | None
) -> list[str]:
    if options.header_row:
        found = next(islice(source._rows, options.header_row - 1, None), None)
    else:
        found = _search_headings(source, looks_right)
    headings = [heading_text(cell) for cell in found[1]] if found else []
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise BadInput(
            "file",
            "Line {line} of the file has no headings. Put the column names there, or set "
            "header_row in the mapping's [file].",
            line=options.header_row or 1,
        )
    return headings


def _search_headings(
    source: Source, looks_right: Callable[[list[str]], bool] | None
) -> NumberedRow | None:
    """The first row that looks right, else the first that is not blank; later rows stay unread."""
    seen = list(islice(source._rows, _HEADING_SEARCH_ROWS))
    filled = [index for index, (_, cells) in enumerate(seen) if _filled(cells)]
    if not filled:
        return None
    right = (
        index
        for index in filled
        if looks_right is not None and looks_right([heading_text(cell) for cell in seen[index][1]])
    )
    chosen = next(right, filled[0])
    source._rows = chain(seen[chosen + 1 :], source._rows)
    return seen[chosen]


def heading_text(cell: Cell) -> str:
    """A heading as text, without byte order mark and spaces around it."""
    return "" if cell is None else str(cell).strip("\ufeff\u200b\0 \t\r\n")


@contextmanager
def _open_csv(path: Path, options: FileOptions) -> Iterator[Source]:
    encoding, damaged = detect_encoding(path, wanted=options.encoding)
    size = path.stat().st_size
    errors = "replace" if damaged else "strict"
    with (
        path.open("rb") as raw,
        TextIOWrapper(raw, encoding=encoding, errors=errors, newline="") as file,
    ):
        delimiter = options.delimiter
        if delimiter == "auto":
            delimiter = _delimiter(list(islice(file, options.header_row or _HEADING_SEARCH_ROWS)))
            file.seek(0)
        rows = _csv_rows(file, delimiter)
        yield Source("csv", [], damaged, rows, lambda _line: min(raw.tell() / size, 1.0))


def _delimiter(lines: Sequence[str]) -> str:
    """The candidate that cuts the headings into most columns."""
    return max(",\t;|", key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _csv_rows(file: IO[str], delimiter: str) -> Iterator[NumberedRow]:
    reader = csv.reader(file, delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(
            "file",
            "The row that starts on line {line} cannot be read ({detail}). Look for a quotation "
            "mark that is never closed.",
            line=line,
            detail=str(error),
        ) from error


@contextmanager
def _open_excel(path: Path, options: FileOptions) -> Iterator[Source]:
    _check_unpacked_size(path)
    try:
        book = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError) as error:
        raise BadInput(
            "file", "The file is not a readable Excel file. Open it in Excel and save it as XLSX."
        ) from error
    with book:
        names = book.sheet_names
        if options.sheet and options.sheet not in names:
            raise BadInput(
                "sheet",
                "There is no sheet {sheet}. The file has: {names}.",
                sheet=options.sheet,
                names=", ".join(names),
            )
        sheet = book.get_sheet_by_name(options.sheet or names[0])
        total = max(sheet.total_height, 1)
        rows = enumerate(_excel_rows(sheet), 1)
        yield Source("excel", [], False, rows, lambda line: min(line / total, 1.0))


def _excel_rows(sheet: Any) -> Iterable[Row]:
    # An empty sheet has no cells at all, and its iterator refuses to start.
    return sheet.iter_rows() if sheet.height else ()


def _check_unpacked_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > _UNPACKED_MAX_BYTES:
            raise BadInput("file", "The Excel file is too large when unpacked. Save it as CSV.")


@contextmanager
def _open_parquet(path: Path, options: FileOptions) -> Iterator[Source]:
    try:
        file = pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise BadInput(
            "file", "The Parquet file cannot be read: {detail}.", detail=str(error)
        ) from error
    with file:
        total = max(file.metadata.num_rows, 1)
        headings = (1, list(file.schema_arrow.names))
        # Headings are the schema: a heading row further down, or a search for one, has no meaning.
        rows = chain([headings] * max(options.header_row, 1), _parquet_rows(file))
        yield Source("parquet", [], False, rows, lambda line: min(line / total, 1.0))


def _parquet_rows(file: Any) -> Iterator[NumberedRow]:
    line = 2
    for batch in file.iter_batches(batch_size=BATCH_ROWS):
        columns = [column.to_pylist() for column in batch.columns]
        for cells in zip(*columns, strict=True):
            yield line, list(cells)
            line += 1


_OPENERS = {"csv": _open_csv, "excel": _open_excel, "parquet": _open_parquet}
