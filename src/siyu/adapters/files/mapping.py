"""Which column of a file is which of our fields, read strictly from TOML."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from siyu.adapters.files.fields import (
    FIELDS,
    HEAD_FIELDS,
    REQUIRED,
    STATUS_WORDS,
    Kind,
    field_of,
)
from siyu.adapters.files.reading import FileOptions, same_heading

SourceForm = Literal["plain", "first", "join", "phone"]


@dataclass(frozen=True)
class ColumnSource:
    """Where a field's value comes from.

    ``plain`` is one column; ``first`` the first of several that is filled in on the row; ``join``
    all of them put together, hashed where they would spell out a person; ``phone`` a customer key
    ``tel:<number>`` made from a phone column.
    """

    headings: tuple[str, ...]
    form: SourceForm = "plain"
    separator: str = "|"
    hashed: bool = False

    def found_in(self, headings: Sequence[str]) -> bool:
        """Whether a file with these headings can give the value."""
        present = {same_heading(heading) for heading in headings}
        hits = [same_heading(heading) in present for heading in self.headings]
        return all(hits) if self.form == "join" else any(hits)


@dataclass(frozen=True)
class DateOptions:
    """How dates are written: extra strptime formats, and the zone of wall-clock times."""

    formats: tuple[str, ...] = ()
    timezone: str = "UTC"


@dataclass(frozen=True)
class ReturnRule:
    """What marks a line as a return, besides an is_return column."""

    order_key_prefix: str = ""
    negative_quantity: bool = False
    status: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Mapping:
    """A file's columns in terms of our fields, with everything needed to read its values."""

    kind: Kind
    source: str
    currency: str
    columns: Dict[str, tuple[ColumnSource, ...]]
    constants: Dict[str, str]
    file: FileOptions = field(default_factory=FileOptions)
    dates: DateOptions = DateOptions()
    words: Dict[str, Dict[str, str | bool]] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    returns: ReturnRule = ReturnRule()
    separate_head: bool = False

    def required(self) -> tuple[tuple[str, ...], ...]:
        """Groups of fields of which at least one must be there."""
        groups = REQUIRED[self.kind]
        if self.separate_head:
            return tuple(group for group in groups if not HEAD_FIELDS.intersection(group))
        return groups

    def source_of(self, name: str, headings: Sequence[str]) -> ColumnSource | None:
        """The first source of a field that a file with these headings can give."""
        sources = self.columns.get(name, ())
        return next((source for source in sources if source.found_in(headings)), None)

    def missing_in(self, headings: Sequence[str]) -> list[tuple[str, ...]]:
        """Required groups that neither these headings nor the constants fill."""
        return [
            group
            for group in self.required()
            if not any(self.source_of(n, headings) or n in self.constants for n in group)
        ]

    def absent_in(self, headings: Sequence[str]) -> list[str]:
        """Mapped fields that these headings do not give."""
        return [name for name in self.columns if self.source_of(name, headings) is None]


def load_mapping(source: Path | str) -> Mapping:
    """The mapping of a TOML file (a Path) or of TOML text (a str).

    Raises BadInput naming the key that is unknown, missing or wrong, and what to write instead.
    """
    from siyu.adapters.files.mapping_toml import mapping_from

    text = source.read_text(encoding="utf-8-sig") if isinstance(source, Path) else source
    return mapping_from(text)


def default_mapping(
    kind: Kind, *, currency: str = "CNY", timezone: str = "Asia/Shanghai"
) -> Mapping:
    """The mapping of our own template of a kind: English field names, or their Chinese headings.

    Times without a zone are read in ``timezone``, amounts in major units of ``currency``.
    """
    columns = {
        each.name: tuple(ColumnSource(headings=(heading,)) for heading in each.headings)
        for each in FIELDS[kind]
    }
    constants = {"is_serving": "true"} if kind == "follows" else {}
    return Mapping(
        kind=kind,
        source="siyu",
        currency=currency,
        columns=columns,
        constants=constants,
        dates=DateOptions(timezone=timezone),
        words={"status": dict(STATUS_WORDS)},
    )


def detect(headings: Sequence[str], mappings: Sequence[Mapping]) -> Mapping | None:
    """The mapping that fits a file's headings best, or None.

    Only mappings whose required fields are all there count; among them the one that uses most of
    the file's columns wins, then the one that asks for most, then the first given.
    """
    fitting = [mapping for mapping in mappings if not mapping.missing_in(headings)]
    return max(
        fitting,
        key=lambda m: (len(m.columns) - len(m.absent_in(headings)), len(m.required())),
        default=None,
    )


def template_headings(kind: Kind, language: str = "en") -> list[str]:
    """The headings of an empty file of a kind: Chinese for a ``zh…`` language, else English."""
    chinese = language.lower().startswith("zh")
    return [each.chinese[0] if chinese else each.english for each in FIELDS[kind]]


def heading_for(mapping: Mapping, name: str) -> str:
    """What to call a field to a person: the heading mapped to it, else the field's own name."""
    sources = mapping.columns.get(name)
    if sources:
        return "+".join(sources[0].headings)
    known = field_of(mapping.kind, name)
    return known.english if known else name
