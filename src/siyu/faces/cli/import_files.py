"""``siyu import``: files in, a summary and a reject file out."""

import csv
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from django.db import transaction

from siyu.faces.cli.shell import AsJson, ProgramCode, owner_only, progress_bars, show, viewer_in
from siyu.foundation.errors import BadInput
from siyu.foundation.money import from_minor
from siyu.rooms.operations.actions import (
    carry_out,
    deliver_all,
    open_import,
    request_import,
)
from siyu.rooms.operations.ports import importer
from siyu.rooms.operations.queries import import_of
from siyu.rooms.operations.types import ImportSummary, Right, Viewer
from siyu.rooms.organization.queries import programs
from siyu.rooms.outreach.actions import open_program

KINDS = ("customers", "sellers", "products", "orders", "follows", "communities")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import")(import_file)


def import_file(
    kind: Annotated[str | None, typer.Argument(help=" | ".join(KINDS))] = None,
    file: Annotated[Path | None, typer.Argument(help="CSV, XLSX or Parquet.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML file that names the columns.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    template: Annotated[
        str | None, typer.Option(help="Print an empty file of this kind with its headings.")
    ] = None,
    language: Annotated[str, typer.Option(help="Headings of the template: en or zh.")] = "en",
    program: ProgramCode = None,
    as_json: AsJson = False,
) -> None:
    """Import a file. Bad rows go to a reject file; the same file again changes nothing."""
    if template is not None:
        csv.writer(sys.stdout).writerow(
            importer().template_headings(kind=_known(template), language=language)
        )
        return
    kind = _known(kind)
    if file is None or not file.is_file():
        raise BadInput("file", "{file} is not a file; name the file to import.", file=file)
    text = mapping.read_text(encoding="utf-8-sig") if mapping else ""
    with transaction.atomic() if dry_run else nullcontext():
        if not programs():
            owner_only()
            _open_first_program(kind, text)
        viewer = viewer_in(program)
        viewer.require(Right.IMPORT_FILES)
        summary, rejects = (_try if dry_run else _import)(viewer, kind, file, text)
        if dry_run:
            transaction.set_rollback(True)
    _tell(summary, rejects, dry_run=dry_run, as_json=as_json)


def _known(kind: str | None) -> str:
    if kind not in KINDS:
        raise BadInput("kind", "Say what the file holds: {kinds}.", kinds=", ".join(KINDS))
    return kind


def _open_first_program(kind: str, mapping: str) -> None:
    """A first import needs no set-up: the mapping tells currency and time zone."""
    currency, zone = importer().money_and_zone(kind=kind, mapping=mapping)
    open_program(code="main", name="Siyu", currency=currency, zone=zone)


def _import(viewer: Viewer, kind: str, file: Path, mapping: str) -> tuple[ImportSummary, Path]:
    opened = open_import(program_id=viewer.program_id, kind=kind, path=file, mapping=mapping)
    run = request_import(import_id=opened.id, requested_by_id=viewer.staff_id)
    with progress_bars() as listener:
        carry_out(run_id=run.id, listener=listener)
        deliver_all(listener=listener)
    done = import_of(import_id=opened.id)
    if done.summary is None:
        raise BadInput("file", "The import did not end; run it again.")
    return done.summary, Path(done.rejects_path)


def _try(viewer: Viewer, kind: str, file: Path, mapping: str) -> tuple[ImportSummary, Path]:
    with progress_bars() as listener:
        return importer().dry_run(
            program_id=viewer.program_id, kind=kind, path=file, mapping=mapping, progress=listener
        )


def _tell(summary: ImportSummary, rejects: Path, *, dry_run: bool, as_json: bool) -> None:
    told: dict[str, Any] = asdict(summary) | {
        "sums": {n: str(from_minor(v, summary.currency)) for n, v in summary.sums.items()},
        "changed_nothing": summary.changed_nothing,
        "dry_run": dry_run,
        "rejects_file": str(rejects) if summary.rejected else None,
    }
    lines = [
        f"read {summary.read:,}  created {summary.created:,}  updated {summary.updated:,}  "
        f"unchanged {summary.unchanged:,}  rejected {sum(summary.rejected.values()):,}"
    ]
    lines += [f"  rejected, {code}: {count:,}" for code, count in summary.rejected.items()]
    lines += [f"  {name}: {amount} {summary.currency}" for name, amount in told["sums"].items()]
    if summary.rejected:
        lines.append(f"Rejected rows with their reasons: {rejects}")
    if dry_run:
        lines.append("Dry run: nothing was written.")
    elif summary.changed_nothing:
        lines.append("This file changed nothing: everything in it was known already.")
    show(told, as_json, "\n".join(lines))
