"""Imports a staged file: hands its rows, batch by batch, to the rooms' actions."""

import csv
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from siyu.adapters.files.fields import kind_of
from siyu.adapters.files.looking import look_at
from siyu.adapters.files.mapping import (
    Mapping,
    default_mapping,
    load_mapping,
    template_headings,
)
from siyu.adapters.files.reading import open_source
from siyu.adapters.files.rejects import REJECT_HEADINGS
from siyu.adapters.files.staging import REJECTS_NAME, STAGED_NAME, Staged, stage
from siyu.foundation.errors import BadInput
from siyu.rooms.catalog.actions import import_products
from siyu.rooms.communities.actions import import_communities
from siyu.rooms.customers.actions import import_customers, import_follows
from siyu.rooms.operations.actions import record_batch
from siyu.rooms.operations.queries import import_progress
from siyu.rooms.operations.types import (
    FilePreview,
    ImportCounts,
    ImportSummary,
    ImportView,
    Listener,
    Reject,
)
from siyu.rooms.orders.actions import import_order_heads, import_orders, import_returns
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.actions import import_sellers

_BATCH_ROWS = 10_000
_CURRENCY = "CNY"
_STAGED_REJECTS = "staged-rejects.csv"
_GROUPED_BY = {
    "customers": "key",
    "sellers": "key",
    "products": "key",
    "follows": "customer_key",
    "communities": "key",
    "orders": "order_key",
    "order_heads": "order_key",
}
_OnBatch = Callable[[int, ImportCounts], None]


class FileImporter:
    """Stages a file and loads what was staged; an interrupted import is gone on with."""

    def run(self, *, imported: ImportView, progress: Listener) -> ImportSummary:
        """Import the file; going on where an interrupted attempt stopped."""
        directory = Path(imported.directory)
        mapping = mapping_of(imported.program_id, imported.kind, imported.mapping)
        staged = _staged(Path(imported.path), mapping, directory, progress)
        done, _ = import_progress(import_id=imported.id)

        def note(batch: int, counts: ImportCounts) -> None:
            # Before the batch commits: if it does not, the batch writes the same file again.
            _keep_rejects(directory, batch, counts.rejects)
            record_batch(import_id=imported.id, batch=batch, counts=counts)

        _load(imported.program_id, mapping, directory / STAGED_NAME, done, note, progress)
        _, totals = import_progress(import_id=imported.id)
        _write_rejects(Path(imported.path), mapping, directory)
        return _summary(imported.program_id, staged, totals)

    def dry_run(
        self, *, program_id: int, kind: str, path: Path, mapping: str, progress: Listener
    ) -> tuple[ImportSummary, Path]:
        """What an import would do, and the reject file; nothing is kept in the database."""
        read_as = mapping_of(program_id, kind, mapping)
        with tempfile.TemporaryDirectory(prefix="siyu-dry-run-") as temporary:
            directory = Path(temporary)
            staged = _staged(path, read_as, directory, progress)
            totals: Counter[str] = Counter()

            def note(batch: int, counts: ImportCounts) -> None:
                _keep_rejects(directory, batch, counts.rejects)
                totals.update(_counted(counts))

            with transaction.atomic():
                _load(program_id, read_as, directory / STAGED_NAME, 0, note, progress)
                transaction.set_rollback(True)
            _write_rejects(path, read_as, directory)
            rejects = directory / REJECTS_NAME
            if rejects.exists():
                kept = Path(tempfile.mkdtemp(prefix="siyu-rejects-"))
                rejects = Path(shutil.move(rejects, kept))
        return _summary(program_id, staged, dict(totals)), rejects

    def template_headings(self, *, kind: str, language: str) -> list[str]:
        """The headings of an empty file of a kind: Chinese for ``zh``, else English."""
        return template_headings(kind_of(kind), language)

    def money_and_zone(self, *, kind: str, mapping: str) -> tuple[str, str]:
        """The currency and time zone that a mapping names, or the defaults."""
        read_as = load_mapping(mapping) if mapping else default_mapping(kind_of(kind))
        return read_as.currency or _CURRENCY, read_as.dates.timezone

    def look(self, *, program_id: int, kind: str, path: Path, mapping: str) -> FilePreview:
        """The first rows of a file as they would be read, before anything is imported."""
        return look_at(path=path, mapping=mapping_of(program_id, kind, mapping))


def mapping_of(program_id: int, kind: str, text: str) -> Mapping:
    """The mapping of an import: the text's, or our own template's in the program's currency.

    Raises BadInput where the mapping is for another kind or currency.
    """
    program = program_of(program_id=program_id)
    if not text:
        return default_mapping(kind_of(kind), currency=program.currency, timezone=program.zone)
    mapping = load_mapping(text)
    wanted = (kind, "order_heads") if kind == "orders" else (kind,)
    if mapping.kind not in wanted:
        raise BadInput(
            "mapping",
            "This mapping is for {given}, not for {kind}; choose another.",
            given=mapping.kind,
            kind=kind,
        )
    if mapping.kind in ("orders", "order_heads") and mapping.currency != program.currency:
        raise BadInput(
            "currency",
            "The mapping's amounts are {given}, the program's are {own}. Import them into a "
            "program of that currency.",
            given=mapping.currency,
            own=program.currency,
        )
    return mapping


def _staged(path: Path, mapping: Mapping, directory: Path, progress: Listener) -> dict[str, Any]:
    record = directory / "staged.json"
    if record.exists():
        known: dict[str, Any] = json.loads(record.read_text())
        return known
    staged: Staged = stage(
        path=path,
        mapping=mapping,
        directory=directory,
        progress=lambda rows, share: progress("read", rows, round(rows / share) if share else None),
    )
    if staged.rejects_path is not None:
        staged.rejects_path.replace(directory / _STAGED_REJECTS)
    found = {
        "rows_read": staged.rows_read,
        "rejects_by_reason": staged.rejects_by_reason,
        "rows_staged": staged.rows_staged,
    }
    fresh = record.with_suffix(".new")
    fresh.write_text(json.dumps(found))
    fresh.replace(record)
    return found


def _load(
    program_id: int,
    mapping: Mapping,
    path: Path,
    done: int,
    note: _OnBatch,
    progress: Listener,
) -> None:
    total = pq.ParquetFile(path).metadata.num_rows
    loaded = 0
    for number, batch in enumerate(_batches(path, _GROUPED_BY[mapping.kind])):
        loaded += batch.num_rows
        if number < done:
            continue
        with transaction.atomic():
            note(number, _hand_over(program_id, mapping, batch))
        progress("load", loaded, total)


def _batches(path: Path, group: str) -> Iterator[pa.Table]:
    """Batches of about 10,000 rows in which the rows of one key stay together."""
    left: pa.Table | None = None
    for piece in pq.ParquetFile(path).iter_batches(_BATCH_ROWS):
        rows = pa.Table.from_batches([piece])
        table = rows if left is None else pa.concat_tables([left, rows])
        keys = table[group].to_pylist()
        cut = len(keys)
        while cut and keys[cut - 1] == keys[-1]:
            cut -= 1
        if cut:
            yield table.slice(0, cut)
        left = table.slice(cut)
    if left is not None and left.num_rows:
        yield left


def _hand_over(program_id: int, mapping: Mapping, rows: pa.Table) -> ImportCounts:
    actions = {
        "customers": import_customers,
        "sellers": import_sellers,
        "products": import_products,
        "follows": import_follows,
        "communities": import_communities,
        "order_heads": import_order_heads,
    }
    source = mapping.source
    if mapping.kind != "orders":
        return actions[mapping.kind](program_id=program_id, source=source, rows=rows)
    returned = rows["is_return"].to_numpy()
    sold = rows.filter(pa.array(~returned))
    back = rows.filter(pa.array(returned))
    counts = [
        action(program_id=program_id, source=source, rows=part)
        for action, part in ((import_orders, sold), (import_returns, back))
        if part.num_rows
    ]
    sums: Counter[str] = Counter()
    for count in counts:
        sums.update(count.sums)
    return ImportCounts(
        created=sum(count.created for count in counts),
        updated=sum(count.updated for count in counts),
        unchanged=sum(count.unchanged for count in counts),
        rejects=tuple(reject for count in counts for reject in count.rejects),
        sums=sums,
    )


def _counted(counts: ImportCounts) -> Counter[str]:
    totals = Counter(
        {"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged}
    )
    totals.update(f"rejected:{reject.code}" for reject in counts.rejects)
    totals.update({f"sum:{name}": amount for name, amount in counts.sums.items()})
    return totals


def _keep_rejects(directory: Path, batch: int, rejects: tuple[Reject, ...]) -> None:
    path = directory / f"load-rejects-{batch:06}.json"
    if rejects:
        path.write_text(json.dumps([asdict(reject) for reject in rejects]))
    else:
        path.unlink(missing_ok=True)


def _write_rejects(source_path: Path, mapping: Mapping, directory: Path) -> None:
    """Add the rows that the rooms rejected, with their own cells, to the staging's reject file."""
    rejects: dict[int, dict[str, Any]] = {}
    for path in sorted(directory.glob("load-rejects-*.json")):
        rejects |= {reject["row"]: reject for reject in json.loads(path.read_text())}
    first = directory / _STAGED_REJECTS
    if not rejects and not first.exists():
        return
    fresh = directory / "rejects.new"
    with (
        fresh.open("w", encoding="utf-8-sig", newline="") as file,
        open_source(path=source_path, options=mapping.file) as source,
    ):
        writer = csv.writer(file)
        # A reject file that is imported again keeps its columns, not the old complaints.
        own = [i for i, name in enumerate(source.headings) if name not in REJECT_HEADINGS]
        if first.exists():
            with first.open(encoding="utf-8-sig", newline="") as staged:
                shutil.copyfileobj(staged, file)
        else:
            writer.writerow([*REJECT_HEADINGS, *(source.headings[i] for i in own)])
        for number, cells in source.rows() if rejects else ():
            if number in rejects:
                reject = rejects[number]
                writer.writerow(
                    [number, *(reject[name] for name in ("column", "value", "code", "reason"))]
                    + ["" if cells[i] is None else cells[i] for i in own]
                )
    fresh.replace(directory / REJECTS_NAME)


def _summary(program_id: int, staged: dict[str, Any], totals: dict[str, int]) -> ImportSummary:
    rejected = Counter(staged["rejects_by_reason"])
    rejected.update(
        {name.partition(":")[2]: n for name, n in totals.items() if name.startswith("rejected:")}
    )
    return ImportSummary(
        read=staged["rows_read"],
        created=totals.get("created", 0),
        updated=totals.get("updated", 0),
        unchanged=totals.get("unchanged", 0),
        rejected=dict(rejected),
        sums={name.partition(":")[2]: n for name, n in totals.items() if name.startswith("sum:")},
        currency=program_of(program_id=program_id).currency,
    )
