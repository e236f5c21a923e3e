"""The first rows of a file as an import would read them."""

from pathlib import Path

from siyu.adapters.files.coercion import Coercion, rejects_of
from siyu.adapters.files.columns import kept
from siyu.adapters.files.fields import FIELDS, Field
from siyu.adapters.files.mapping import Mapping
from siyu.adapters.files.reading import open_source
from siyu.adapters.files.rows import assembler_for
from siyu.rooms.operations.types import FilePreview, Reject

_ROWS = 20


def look_at(*, path: Path, mapping: Mapping) -> FilePreview:
    """The first 20 rows in our columns, those that would be rejected, and what is missing.

    Raises BadInput where the file as a whole cannot be read.
    """
    with open_source(
        path=path,
        options=mapping.file,
        looks_right=lambda headings: not mapping.missing_in(headings),
    ) as source:
        titles = {field.name: _title(field) for field in FIELDS[mapping.kind]}
        missing = tuple(
            " / ".join(titles[name] for name in group)
            for group in mapping.missing_in(source.headings)
        )
        headings = tuple(source.headings)
        if missing:
            return FilePreview(
                mapping_name=mapping.source,
                headings=headings,
                missing=missing,
                columns=(),
                rows=(),
                rejects=(),
            )
        coercion = Coercion(mapping=mapping, headings=source.headings, damaged=source.damaged)
        batch = next(iter(source.batches(_ROWS)), None)
        if batch is None:
            return FilePreview(
                mapping_name=mapping.source,
                headings=headings,
                missing=(),
                columns=(),
                rows=(),
                rejects=(),
            )
        values, rows = coercion.read(batch)
        columns = assembler_for(mapping)(values)
        found = rejects_of(values, rows)
    keep = [index not in values.problems for index in range(len(values.numbers))]
    shown = [each.name for each in FIELDS[mapping.kind] if columns.get(each.name)]
    cells = [kept(columns[name], keep) for name in shown]
    return FilePreview(
        mapping_name=mapping.source,
        headings=headings,
        missing=(),
        columns=tuple(shown),
        rows=tuple(
            tuple("" if cell is None else str(cell) for cell in row)
            for row in zip(*cells, strict=True)
        ),
        rejects=tuple(
            Reject(
                row=each.row,
                column=each.column,
                value=each.value,
                code=each.reason,
                reason=each.explanation,
            )
            for each in found
        ),
    )


def _title(field: Field) -> str:
    """The headings that our templates in both languages give a field."""
    return " ".join((field.english, *field.chinese[:1]))
