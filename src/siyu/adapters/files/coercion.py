"""Rows of a file turned into typed columns of ours, and the rows that cannot be."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from siyu.adapters.files.cells import REASONS, BadCell, clean_text, is_blank
from siyu.adapters.files.columns import Column, Failures, column_for
from siyu.adapters.files.fields import FIELDS, Field
from siyu.adapters.files.mapping import ColumnSource, Mapping, heading_for
from siyu.adapters.files.reading import Batch, Row, same_heading
from siyu.foundation.errors import BadInput

_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell: its column's heading, its text, and a key of REASONS."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Reject:
    """A row that was not taken: its line, its first problem, the others, and its own cells."""

    row: int
    column: str
    value: str
    reason: str
    others: tuple[Problem, ...] = ()
    cells: tuple[Any, ...] = ()

    @property
    def explanation(self) -> str:
        """The reason in plain English, with the row's other problems named after it."""
        also = "; ".join(f"{other.column} ({other.reason})" for other in self.others)
        return REASONS[self.reason] + (f" Also: {also}." if also else "")


@dataclass
class Values:
    """A batch by field: what was read, what the file said, and the problems by row index."""

    numbers: list[int]
    read: dict[str, list[Any]]
    raw: dict[str, Sequence[Any]]
    labels: dict[str, str]
    problems: dict[int, list[Problem]] = field(default_factory=dict)

    def blame(self, name: str, failures: Failures) -> None:
        """Note what is wrong with a field on some rows."""
        label, given = self.labels[name], self.raw.get(name)
        for index, code in failures.items():
            value = "" if given is None else clean_text(given[index])
            self.problems.setdefault(index, []).append(Problem(label, value, code))

    def column(self, name: str) -> list[Any]:
        """A field's values; all None where the file and the mapping do not give it."""
        return self.read.get(name) or [None] * len(self.numbers)


@dataclass(frozen=True)
class _Bound:
    """A field tied to the columns of one file."""

    field: Field
    label: str
    indexes: tuple[int, ...]
    source: ColumnSource | None
    column: Column
    constant: Any
    required: bool

    def raw(self, columns: Sequence[Sequence[Any]], size: int) -> Sequence[Any]:
        """The field's cells, put together where it is made of several columns."""
        if self.source is None or not size:
            return [None] * size
        own = [columns[index] for index in self.indexes]
        if self.source.form == "join":
            return [_joined(cells, self.source) for cells in zip(*own, strict=True)]
        if len(own) == 1:
            return own[0]
        return [
            next((cell for cell in cells if not is_blank(cell)), None)
            for cells in zip(*own, strict=True)
        ]


def _joined(cells: Sequence[Any], source: ColumnSource) -> str | None:
    parts = [clean_text(cell) for cell in cells]
    if not all(parts):
        return None
    text = source.separator.join(parts)
    if source.hashed:
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return text


class Coercion:
    """Reads batches of one file under one mapping."""

    def __init__(self, *, mapping: Mapping, headings: Sequence[str], damaged: bool = False) -> None:
        """Ties the mapping to the headings.

        Raises BadInput where a required column is missing, where a mapped heading stands twice,
        or where a constant does not fit its field.
        """
        _check_required(mapping, headings)
        self._width = len(headings)
        self._damaged = damaged
        self._bound = [
            _bind(each, mapping, headings)
            for each in FIELDS[mapping.kind]
            if each.name in mapping.columns or each.name in mapping.constants
        ]
        self._labels = {each.name: heading_for(mapping, each.name) for each in FIELDS[mapping.kind]}
        self._labels |= {bound.field.name: bound.label for bound in self._bound}

    def read(self, batch: Batch) -> tuple[Values, list[Row]]:
        """The batch's values with the problems found cell by cell, and its rows cut to width."""
        rows, ragged = _fitted(batch.rows, self._width)
        values = Values(numbers=batch.numbers, read={}, raw={}, labels=self._labels)
        for index in ragged:
            values.problems[index] = [Problem("", "", "ragged_row")]
        if self._damaged:
            self._blame_undecodable(values, rows)
        # The surplus cells of a ragged row end here: no field is tied to them.
        columns = list(zip(*rows, strict=False))
        for bound in self._bound:
            cells = bound.raw(columns, len(rows))
            if bound.source is not None:
                values.raw[bound.field.name] = cells
            self._read_field(bound, cells, values)
        return values, rows

    def _read_field(self, bound: _Bound, cells: Sequence[Any], values: Values) -> None:
        name = bound.field.name
        read, failures = bound.column.all(cells)
        if bound.constant is not None and None in read:
            read = [
                bound.constant if value is None and index not in failures else value
                for index, value in enumerate(read)
            ]
        if bound.required and None in read:
            for index, value in enumerate(read):
                if value is None:
                    failures.setdefault(index, "missing_value")
        values.read[name] = read
        values.blame(name, failures)

    def _blame_undecodable(self, values: Values, rows: list[Row]) -> None:
        for index, row in enumerate(rows):
            for cell in row:
                if isinstance(cell, str) and _REPLACEMENT in cell:
                    problem = Problem("", cell, "undecodable_text")
                    values.problems.setdefault(index, []).append(problem)
                    break


def rejects_of(values: Values, rows: Sequence[Row]) -> list[Reject]:
    """The rejects of a batch, in the order of the file."""
    found = []
    for index in sorted(values.problems):
        first, *others = values.problems[index]
        found.append(
            Reject(
                row=values.numbers[index],
                column=first.column,
                value=first.value,
                reason=first.reason,
                others=tuple(others),
                cells=tuple(rows[index]),
            )
        )
    return found


def _check_required(mapping: Mapping, headings: Sequence[str]) -> None:
    for group in mapping.missing_in(headings):
        wanted = [
            "+".join(source.headings) for name in group for source in mapping.columns.get(name, ())
        ]
        raise BadInput(
            group[0],
            "The file has no column for {fields}: expected {wanted}, found {found}. Rename the "
            "column, or name it in the mapping's [columns].",
            fields=" or ".join(group),
            wanted=" or ".join(wanted),
            found=", ".join(headings),
        )


def _bind(each: Field, mapping: Mapping, headings: Sequence[str]) -> _Bound:
    source = mapping.source_of(each.name, headings)
    column = column_for(each, mapping, phone_key=source is not None and source.form == "phone")
    return _Bound(
        field=each,
        label="+".join(source.headings) if source else each.name,
        indexes=_indexes(source, headings, each.name) if source else (),
        source=source,
        column=column,
        constant=_constant(each, mapping),
        required=(each.name,) in mapping.required(),
    )


def _indexes(source: ColumnSource, headings: Sequence[str], name: str) -> tuple[int, ...]:
    places: dict[str, list[int]] = {}
    for index, heading in enumerate(headings):
        places.setdefault(same_heading(heading), []).append(index)
    indexes = []
    for wanted in source.headings:
        found = places.get(same_heading(wanted), [])
        if len(found) > 1:
            raise BadInput(
                name,
                "The heading {heading} stands more than once: {found}. Rename the column that is "
                "not meant.",
                heading=wanted,
                found=", ".join(headings),
            )
        indexes += found
    return tuple(indexes)


def _constant(each: Field, mapping: Mapping) -> Any:
    if each.name not in mapping.constants:
        return None
    try:
        return column_for(each, mapping).one(mapping.constants[each.name])
    except BadCell as bad:
        raise BadInput(
            f"constants.{each.name}",
            "[constants] {name} cannot be {value}. {reason}",
            name=each.name,
            value=mapping.constants[each.name],
            reason=REASONS[bad.code],
        ) from bad


def _fitted(rows: list[Row], width: int) -> tuple[list[Row], list[int]]:
    """Rows cut or filled to the width, and the indexes of those that lost or lacked cells."""
    if set(map(len, rows)) <= {width}:
        return rows, []
    fitted, ragged = [], []
    for index, row in enumerate(rows):
        if len(row) < width:
            ragged.append(index)
            fitted.append(row + [""] * (width - len(row)))
        elif any(not is_blank(cell) for cell in row[width:]):
            ragged.append(index)
            # The surplus cells stay: they go into the reject file.
            fitted.append(row)
        else:
            fitted.append(row[:width])
    return fitted, ragged
