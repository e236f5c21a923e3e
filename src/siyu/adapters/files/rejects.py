"""The file of rejected rows: what is wrong, then the row, to be mended and imported again."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from siyu.adapters.files.cells import clean_text
from siyu.adapters.files.coercion import Reject

# Names of their own, so that a mapping never takes them for columns of the file.
REJECT_HEADINGS = (
    "reject_line",
    "reject_column",
    "reject_value",
    "reject_reason",
    "reject_explanation",
)


class RejectFile:
    """A CSV in UTF-8 with a byte order mark, which Excel needs to show Chinese.

    Cells are written as they came, also those that Excel would take for a formula: the file must
    import again unchanged.
    """

    def __init__(self, writer: Any, headings: Sequence[str]) -> None:
        self._writer = writer
        # A reject file that is imported again keeps its columns, not the old complaints.
        self._own = [i for i, heading in enumerate(headings) if heading not in REJECT_HEADINGS]
        self._width = len(headings)
        writer.writerow([*REJECT_HEADINGS, *(headings[i] for i in self._own)])

    @classmethod
    @contextmanager
    def open(cls, path: Path, headings: Sequence[str]) -> Iterator["RejectFile"]:
        """A new reject file with its headings written."""
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            yield cls(csv.writer(file), headings)

    def write(self, rejects: Iterable[Reject]) -> None:
        """Append rejected rows: the five reject columns, then the row's own cells."""
        for reject in rejects:
            surplus = reject.cells[self._width :]
            own = [reject.cells[i] for i in self._own] + list(surplus)
            self._writer.writerow(
                [
                    reject.row,
                    reject.column,
                    reject.value,
                    reject.reason,
                    reject.explanation,
                    *(cell if isinstance(cell, str) else clean_text(cell) for cell in own),
                ]
            )
