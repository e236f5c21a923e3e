import hashlib
import shutil
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import Conflict, SiyuError
from siyu.rooms.operations.actions.runs import RunLog, request_run
from siyu.rooms.operations.models import ImportFile
from siyu.rooms.operations.ports import importer
from siyu.rooms.operations.queries.imports import import_of
from siyu.rooms.operations.types import (
    ImportCounts,
    ImportState,
    ImportView,
    RunView,
)


def open_import(
    *, program_id: int, kind: str, path: Path, mapping: str, filename: str = ""
) -> ImportView:
    """Take a file in for import; an interrupted import of the same file is gone on with.

    The file is copied into SIYU_HOME until it is imported, so it may be moved afterwards.
    """
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    same = ImportFile.objects.filter(
        program_id=program_id, kind=kind, digest=digest, mapping=mapping
    )
    unfinished = same.exclude(state=ImportState.DONE).order_by("-id").first()
    if unfinished is not None and Path(unfinished.path).exists():
        return import_of(import_id=unfinished.id)
    opened = ImportFile(
        program_id=program_id,
        kind=kind,
        filename=filename or path.name,
        mapping=mapping,
        digest=digest,
    )
    directory = Path(settings.SIYU_HOME) / "imports" / str(opened.id)
    directory.mkdir(parents=True, mode=0o700)
    kept = directory / f"source{path.suffix.lower()}"
    shutil.copyfile(path, kept)
    kept.chmod(0o600)
    opened.path, opened.directory = str(kept), str(directory)
    opened.save()
    return import_of(import_id=opened.id)


def change_import_mapping(*, import_id: int, kind: str, mapping: str) -> ImportView:
    """Read an uploaded file by another kind or mapping. Raises Conflict once it was started."""
    changed = ImportFile.objects.filter(id=import_id, state=ImportState.UPLOADED).update(
        kind=kind, mapping=mapping
    )
    if not changed:
        raise Conflict("This import was started already; upload the file again.")
    return import_of(import_id=import_id)


def request_import(*, import_id: int, requested_by_id: int | None = None) -> RunView:
    """Queue an opened import for the worker; returns its run."""
    imported = import_of(import_id=import_id)
    with transaction.atomic():
        run = request_run(
            program_id=imported.program_id,
            kind="import",
            key=f"import:{import_id}",
            arguments={"import_id": import_id, "file": imported.filename, "kind": imported.kind},
            requested_by_id=requested_by_id,
        )
        ImportFile.objects.filter(id=import_id).exclude(state=ImportState.DONE).update(
            state=ImportState.QUEUED, run_id=run.id
        )
    return run


def run_import(run: RunView, log: RunLog) -> None:
    """Carry out the run of an import; the runner of the kind ``import``."""
    import_id = int(run.arguments["import_id"])
    if import_of(import_id=import_id).state is ImportState.DONE:
        # The process died between the import's end and the run's.
        _forget_plain_data(import_of(import_id=import_id))
        return
    ImportFile.objects.filter(id=import_id).update(state=ImportState.RUNNING, run_id=run.id)
    try:
        with log.step("import") as step:
            summary = importer().run(
                imported=import_of(import_id=import_id),
                progress=lambda name, done, total: step.advance(done, total),
            )
            step.wrote(summary.read)
    except BaseException as error:
        told = str(error) if isinstance(error, SiyuError) else type(error).__name__
        ImportFile.objects.filter(id=import_id).update(state=ImportState.FAILED, error=told)
        raise
    ImportFile.objects.filter(id=import_id).update(
        state=ImportState.DONE, summary=asdict(summary), error="", finished_at=utc_now()
    )
    _forget_plain_data(import_of(import_id=import_id))


def _forget_plain_data(imported: ImportView) -> None:
    """Remove the file and what was made of it: the rejects alone are still to be downloaded."""
    for path in Path(imported.directory).iterdir():
        if path != Path(imported.rejects_path):
            path.unlink()


def record_batch(*, import_id: int, batch: int, counts: ImportCounts) -> None:
    """Note, in the transaction that wrote a batch, that it is done and what it did."""
    row = ImportFile.objects.get(id=import_id)
    totals = Counter(row.counts)
    totals.update(
        {"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged}
    )
    for reject in counts.rejects:
        totals[f"rejected:{reject.code}"] += 1
    for name, amount in counts.sums.items():
        totals[f"sum:{name}"] += amount
    row.counts, row.batches_done = dict(totals), batch + 1
    row.save(update_fields=["counts", "batches_done"])
