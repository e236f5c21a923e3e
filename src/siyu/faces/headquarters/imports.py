"""Files in: upload, look before, progress, rejects."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.paging import page_number
from siyu.foundation.crypto import mask_phone
from siyu.foundation.errors import BadInput, Conflict, NotFound, SiyuError
from siyu.rooms.operations.actions import open_import, request_import
from siyu.rooms.operations.ports import importer
from siyu.rooms.operations.queries import find_import, find_run, imports_page
from siyu.rooms.operations.types import FilePreview, ImportState, ImportView, Right, Viewer
from siyu.rooms.organization.queries import program_of

KINDS = {
    "orders": gettext_lazy("Orders"),
    "customers": gettext_lazy("Customers"),
    "sellers": gettext_lazy("Sellers"),
    "follows": gettext_lazy("Friends (who serves whom)"),
    "products": gettext_lazy("Products"),
    "communities": gettext_lazy("Communities"),
}
STATES = {
    ImportState.UPLOADED: (gettext_lazy("Not started"), "secondary"),
    ImportState.QUEUED: (gettext_lazy("Waiting"), "azure"),
    ImportState.RUNNING: (gettext_lazy("Running"), "azure"),
    ImportState.DONE: (gettext_lazy("Done"), "green"),
    ImportState.FAILED: (gettext_lazy("Failed"), "red"),
}
REASONS = {
    "missing_value": gettext_lazy("a required value is missing"),
    "bad_number": gettext_lazy("not a number"),
    "number_out_of_range": gettext_lazy("number too large or too small"),
    "too_precise": gettext_lazy("quantity with more than three decimal places"),
    "digits_lost": gettext_lazy("Excel has rounded this number: export the column as text"),
    "bad_date": gettext_lazy("not a date"),
    "date_out_of_range": gettext_lazy("year not between 1900 and 2100"),
    "bad_phone": gettext_lazy("not a telephone number"),
    "no_store": gettext_lazy("a dealer without a store"),
    "too_long": gettext_lazy("text too long"),
    "undecodable_text": gettext_lazy("unreadable characters: save the file as UTF-8"),
    "unknown_word": gettext_lazy("unknown word: add it to the mapping"),
    "unknown_status": gettext_lazy("unknown order status"),
    "negative_quantity": gettext_lazy("negative quantity that is not marked as a return"),
    "negative_price": gettext_lazy("negative price"),
    "negative_amount": gettext_lazy("negative amount"),
    "ended_before_start": gettext_lazy("the end lies before the start"),
    "ends_before_it_begins": gettext_lazy("the end lies before the start"),
    "ragged_row": gettext_lazy("more or fewer cells than headings"),
    "unknown_seller": gettext_lazy("unknown seller: import sellers first"),
    "unknown_order": gettext_lazy("unknown order: import its head first"),
    "line_key_twice": gettext_lazy("line number used twice in one order"),
    "login_taken": gettext_lazy("login of another person: choose another"),
}
_SIZE = 20
_PHONE_KEY = "tel:"
_MOVING = (ImportState.QUEUED, ImportState.RUNNING)


@page(Right.IMPORT_FILES, methods=("GET", "POST"))
def imports(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The list of imports, and the form for the next one."""
    error = ""
    if request.method == "POST":
        try:
            opened = _take_in(request, viewer)
        except SiyuError as problem:
            error = told(problem)
        else:
            return redirect("import", import_id=opened.id)
    number = page_number(request)
    rows = imports_page(viewer=viewer, page=number, size=_SIZE)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [_line(row) for row in rows[:_SIZE]],
        "page": number,
        "has_next": len(rows) > _SIZE,
        "kinds": KINDS,
        "kind": request.POST.get("kind", "orders"),
        "error": error,
        "section": "imports",
    }
    return render(request, "headquarters/imports.html", shown, status=422 if error else 200)


@page(Right.IMPORT_FILES)
def detail(request: HttpRequest, import_id: int, *, viewer: Viewer) -> HttpResponse:
    """One import: what would be read, how far it came, or what it did."""
    imported = find_import(viewer=viewer, import_id=import_id)
    shown: dict[str, Any] = {
        "program": program_of(program_id=viewer.program_id),
        **_line(imported),
        "is_moving": imported.state in _MOVING,
        "section": "imports",
    }
    if imported.state is ImportState.UPLOADED:
        shown |= _look(imported)
    elif imported.run_id and viewer.may(Right.SEE_RUNS):
        run = find_run(viewer=viewer, run_id=imported.run_id)
        shown["step"] = run.steps[-1] if run.steps else None
        shown["run"] = run
    partial = request.headers.get("HX-Request-Type") == "partial"
    template = "_import_state" if partial else "import"
    return render(request, f"headquarters/{template}.html", shown)


@page(Right.IMPORT_FILES, methods=("POST",))
def start(request: HttpRequest, import_id: int, *, viewer: Viewer) -> HttpResponse:
    """Start an import that was looked at, or one that failed again."""
    imported = find_import(viewer=viewer, import_id=import_id)
    if imported.state is ImportState.DONE:
        raise Conflict("This import was started already; upload the file again.")
    request_import(import_id=imported.id, requested_by_id=viewer.staff_id)
    return redirect("import", import_id=import_id)


@page(Right.IMPORT_FILES)
def rejects(request: HttpRequest, import_id: int, *, viewer: Viewer) -> HttpResponse:
    """The rows that were not taken, each with its reason and its own cells."""
    imported = find_import(viewer=viewer, import_id=import_id)
    path = Path(imported.rejects_path)
    if imported.summary is None or not imported.summary.rejected or not path.exists():
        raise NotFound("This import rejected no rows.")
    name = f"{Path(imported.filename).stem}-rejects.csv"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)  # type: ignore[return-value]


@page(Right.IMPORT_FILES)
def template(request: HttpRequest, kind: str, *, viewer: Viewer) -> HttpResponse:
    """An empty file of a kind with its headings, in the reader's language."""
    if kind not in KINDS:
        raise NotFound("There is no template for {kind}.", kind=kind)
    headings = importer().template_headings(kind=kind, language=get_language() or "zh")
    text = io.StringIO()
    csv.writer(text).writerow(headings)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response


def _take_in(request: HttpRequest, viewer: Viewer) -> ImportView:
    kind = request.POST.get("kind", "")
    file = request.FILES.get("file")
    if kind not in KINDS:
        raise BadInput("kind", "Say what the file holds.")
    if not isinstance(file, UploadedFile) or not file.size:
        raise BadInput("file", "Choose a file that is not empty: CSV, XLSX or Parquet.")
    given = request.FILES.get("mapping")
    mapping = ""
    if isinstance(given, UploadedFile):
        try:
            mapping = given.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput("mapping", "The mapping file must be text in UTF-8.") from error
    name = Path(file.name or "file").name
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        path = Path(kept.name)
        importer().look(program_id=viewer.program_id, kind=kind, path=path, mapping=mapping)
        return open_import(
            program_id=viewer.program_id, kind=kind, path=path, mapping=mapping, filename=name
        )


def _look(imported: ImportView) -> dict[str, Any]:
    try:
        seen = importer().look(
            program_id=imported.program_id,
            kind=imported.kind,
            path=Path(imported.path),
            mapping=imported.mapping,
        )
    except SiyuError as error:
        return {"look_error": told(error)}
    rejects = [(each, REASONS.get(each.code, each.reason)) for each in seen.rejects]
    return {"look": seen, "look_rows": _masked(seen), "look_rejects": rejects}


def _masked(seen: FilePreview) -> list[list[str]]:
    """The rows of a look with phone numbers masked, also where they serve as keys."""
    return [
        [
            mask_phone(cell)
            if name == "phone"
            else f"{_PHONE_KEY}{mask_phone(cell.removeprefix(_PHONE_KEY))}"
            if cell.startswith(_PHONE_KEY)
            else cell
            for name, cell in zip(seen.columns, row, strict=True)
        ]
        for row in seen.rows
    ]


def _line(imported: ImportView) -> dict[str, Any]:
    word, colour = STATES[imported.state]
    summary = imported.summary
    return {
        "imported": imported,
        "kind_word": KINDS.get(imported.kind, imported.kind),
        "state_word": word,
        "state_colour": colour,
        "summary": summary,
        "rejected": sum(summary.rejected.values()) if summary else 0,
        "reasons": [
            {"word": REASONS.get(code, code), "count": count}
            for code, count in sorted(summary.rejected.items(), key=lambda pair: -pair[1])
        ]
        if summary
        else [],
        "sums": [(SUMS.get(name, name), amount) for name, amount in summary.sums.items()]
        if summary
        else [],
        "nothing": _("Nothing was changed: everything in this file was known already."),
    }


SUMS = {
    "sales": gettext_lazy("Sales"),
    "freight": gettext_lazy("Freight"),
    "returns": gettext_lazy("Returns"),
    "returns_without_line": gettext_lazy("Returns without a known order"),
}
