from typing import Any

from siyu.foundation.errors import NotFound
from siyu.rooms.operations.models import ImportFile
from siyu.rooms.operations.types import (
    ImportState,
    ImportSummary,
    ImportView,
    Right,
    Viewer,
)


def import_of(*, import_id: int) -> ImportView:
    """An import, for the house itself; raises NotFound."""
    row = ImportFile.objects.filter(id=import_id).first()
    if row is None:
        raise NotFound("There is no import {import_id}.", import_id=import_id)
    return _view(row)


def find_import(*, viewer: Viewer, import_id: int) -> ImportView:
    """An import of the viewer's program; raises NotFound, NotAllowed."""
    viewer.require(Right.IMPORT_FILES)
    row = ImportFile.objects.filter(id=import_id, program_id=viewer.program_id).first()
    if row is None:
        raise NotFound("There is no import {import_id} in this program.", import_id=import_id)
    return _view(row)


def imports_page(*, viewer: Viewer, page: int = 1, size: int = 20) -> list[ImportView]:
    """Imports of the viewer's program, newest first; one more than ``size`` where more follow."""
    viewer.require(Right.IMPORT_FILES)
    rows = ImportFile.objects.filter(program_id=viewer.program_id).order_by("-id")
    first = (page - 1) * size
    return [_view(row) for row in rows[first : first + size + 1]]


def import_progress(*, import_id: int) -> tuple[int, dict[str, int]]:
    """How many batches of an import are done, and its counts so far, for going on with it."""
    row = ImportFile.objects.get(id=import_id)
    return row.batches_done, {name: int(count) for name, count in row.counts.items()}


def _view(row: ImportFile) -> ImportView:
    summary: dict[str, Any] | None = row.summary
    return ImportView(
        id=row.id,
        program_id=row.program_id,
        kind=row.kind,
        filename=row.filename,
        state=ImportState(row.state),
        path=row.path,
        directory=row.directory,
        mapping=row.mapping,
        digest=row.digest,
        created_at=row.created_at,
        finished_at=row.finished_at,
        run_id=row.run_id,
        error=row.error,
        summary=ImportSummary(**summary) if summary else None,
        rejects_path=f"{row.directory}/rejects.csv",
    )
