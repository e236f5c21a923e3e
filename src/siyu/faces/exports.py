"""Tables as files to take away: CSV at once, a spreadsheet as a run."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation

from siyu.foundation.errors import BadInput, NotAllowed
from siyu.rooms.operations.actions import RunLog, request_run
from siyu.rooms.operations.types import RunView, Viewer
from siyu.rooms.organization.queries import viewer_of

Rows = Iterable[Sequence[Any]]
WriteRows = Callable[[Path, Iterator[Sequence[Any]]], None]
KIND = "export"
_SUFFIX = "-export"


class _Echo:
    """A file that hands every line to the response at once."""

    def write(self, line: str) -> str:
        """Return what a file would keep."""
        return line


class TableFile(StreamingHttpResponse):
    """A CSV file, sent line by line; ``rows`` are what it holds, for one who wants no text."""

    def __init__(self, *, name: str, rows: Rows) -> None:
        super().__init__(_lines(rows), content_type="text/csv; charset=utf-8")
        self.rows = rows
        self.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'


def csv_of(*, name: str, rows: Rows) -> TableFile:
    """Rows as a CSV file, sent line by line; no text in it is taken for a formula."""
    return TableFile(name=name, rows=rows)


def request_spreadsheet(*, viewer: Viewer, address: str, language: str) -> RunView:
    """Queue a spreadsheet of what an export's address gives; the same again is the same run.

    Raises BadInput for any other address.
    """
    parts = urlsplit(address)
    try:
        found = resolve(parts.path)
    except Resolver404:
        found = None
    if found is None or not str(found.url_name).endswith(_SUFFIX):
        raise BadInput("address", "There is no export at this address.")
    return request_run(
        program_id=viewer.program_id,
        kind=KIND,
        key=f"{KIND}:{viewer.program_id}:{viewer.staff_id}:{_digest(address, language)}",
        arguments={
            "path": parts.path,
            "query": parts.query,
            "name": str(found.url_name).removesuffix(_SUFFIX),
            "language": language,
            "by_link": viewer.by_link,
            "reach": reach_of(viewer=viewer),
        },
        requested_by_id=viewer.staff_id,
    )


def run_export(run: RunView, log: RunLog, *, folder: Path, write: WriteRows) -> None:
    """The runner of the kind ``export``: asks the export as its viewer would now, and writes it.

    What the viewer may not see any more is refused as it would be on the page.
    """
    told, staff_id = run.arguments, run.requested_by_id or 0
    viewer = viewer_of(staff_id=staff_id, program_id=run.program_id, by_link=told["by_link"])
    if reach_of(viewer=viewer) != told["reach"]:
        raise NotAllowed("This may not be exported any more; open the page anew.")
    request = HttpRequest()
    request.method, request.path = "GET", told["path"]
    request.GET = QueryDict(told["query"])
    request.user = get_user_model().objects.get(pk=staff_id)
    request.viewer = viewer  # type: ignore[attr-defined]
    with translation.override(told["language"]), log.step("spreadsheet") as step:
        view, arguments, named = resolve(told["path"])
        response = view(request, *arguments, **named)
        if not isinstance(response, TableFile):
            raise NotAllowed("This may not be exported any more; open the page anew.")
        written = 0

        def counted() -> Iterator[Sequence[Any]]:
            nonlocal written
            for row in response.rows:
                written += 1
                if written % _ROWS_A_TELLING == 0:
                    step.advance(written, None)
                yield row

        write(spreadsheet_path(folder=folder, run_id=run.id), counted())
        step.wrote(written)


def reach_of(*, viewer: Viewer) -> str:
    """What a viewer may see, as a word: a file is given only to one who still may."""
    units = sorted(viewer.unit_ids) if viewer.unit_ids is not None else None
    return _digest(viewer.role, viewer.scope, str(units), str(viewer.by_link))


def spreadsheet_path(*, folder: Path, run_id: int) -> Path:
    """Where the file of a run lies."""
    return folder / f"{run_id}.xlsx"


_ROWS_A_TELLING = 1_000


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def _lines(rows: Rows) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Excel takes a CSV for UTF-8 only with this mark in front.
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([_shown_as_text(cell) for cell in row])


def _shown_as_text(cell: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula."""
    is_formula = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if is_formula else cell
