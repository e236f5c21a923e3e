"""A whole column at a time: quick for the usual cell, cell by cell only where one is bad."""

from collections.abc import Callable, Hashable, Sequence
from itertools import compress
from typing import Any

from siyu.adapters.files import cells
from siyu.adapters.files.cells import BadCell
from siyu.adapters.files.dates import date_of, moment_of, usual_moments_of
from siyu.adapters.files.fields import BLANK_WORDS, VALUE_WORDS, Field
from siyu.adapters.files.mapping import Mapping

Convert = Callable[[Any], Any]
# Row index in the batch to the code of what is wrong there.
Failures = dict[int, str]

# A whole column of usual cells with its blank words, or None where some cell is not usual.
Quick = Callable[[Sequence[str], frozenset[str]], list[Any] | None]

_REMEMBERED_MAX = 50_000


class _Remembered(dict[Hashable, Any]):
    """Values already converted, since files repeat themselves; forgets all when it is full."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, cell: Hashable) -> Any:
        value = self._convert(cell)
        if len(self) >= _REMEMBERED_MAX:
            self.clear()
        self[cell] = value
        return value


class Column:
    """Converts the cells of one field."""

    def __init__(
        self, convert: Convert, blanks: frozenset[str], quick: Quick | None = None
    ) -> None:
        self._convert = convert
        self._blanks = blanks
        self._quick = quick
        self._remembered = _Remembered(self.one)

    def one(self, cell: Any) -> Any:
        """The value of one cell, None where it is blank; raises BadCell."""
        if not isinstance(cell, str):
            return None if cells.is_blank(cell) else self._convert(cell)
        text = cell.strip()
        if not text or text in self._blanks:
            return None
        try:
            return self._convert(cell)
        except BadCell:
            # The closer look costs as much as the conversion, so only what failed gets it.
            text = cells.clean_text(cell)
            if not text or text in self._blanks:
                return None
            raise

    def all(self, given: Sequence[Any]) -> tuple[list[Any], Failures]:
        """The values of a column, None where a cell is blank or bad, and what is bad."""
        kinds = set(map(type, given))
        if self._quick is not None and kinds == {str}:
            values = self._quick(given, self._blanks)
            if values is not None:
                return values, {}
        # True equals 1 and would be remembered as it; booleans are rare enough to go one by one.
        if bool not in kinds:
            try:
                return list(map(self._remembered.__getitem__, given)), {}
            except BadCell:
                pass
        return self._each(given)

    def _each(self, given: Sequence[Any]) -> tuple[list[Any], Failures]:
        values, failures = [], {}
        for index, cell in enumerate(given):
            try:
                values.append(self.one(cell))
            except BadCell as bad:
                values.append(None)
                failures[index] = bad.code
        return values, failures


def _quick_text(
    given: Sequence[str], blanks: frozenset[str], longest: int = cells.TEXT_MAX_CHARS
) -> list[str | None] | None:
    """The column's texts, or None where some cell needs a closer look."""
    joined = "\n".join(given)
    if any(mark in joined for mark in ("'", '="', "\0", "\u200b", "\ufeff")):
        return None
    values = [cell.strip() or None for cell in given]
    if not blanks.isdisjoint(values) or max(map(len, given)) > longest:
        return None
    return values


def _quick_key(given: Sequence[str], blanks: frozenset[str]) -> list[str | None] | None:
    joined = "\n".join(given)
    if ".0" in joined or "**" in joined or "E+" in joined or "e+" in joined:
        return None
    return _quick_text(given, blanks, cells.KEY_MAX_CHARS)


def _quick_phone(given: Sequence[str], blanks: frozenset[str]) -> list[str | None] | None:
    usual = cells.usual_phone
    try:
        return [cell if usual(cell) else _other_phone(cell, blanks) for cell in given]
    except BadCell:
        return None


def _other_phone(cell: str, blanks: frozenset[str]) -> str | None:
    text = cells.clean_text(cell)
    return None if not text or text in blanks else cells.phone_of(text)


def _quick_for(field: Field, mapping: Mapping) -> Quick | None:
    if field.type == "moment":
        read = usual_moments_of(formats=mapping.dates.formats, timezone=mapping.dates.timezone)
        return lambda given, blanks: read(given)
    quick: dict[str, Quick] = {"text": _quick_text, "key": _quick_key, "phone": _quick_phone}
    return quick.get(field.type)


def column_for(field: Field, mapping: Mapping, *, phone_key: bool = False) -> Column:
    """The converter of a field's cells under a mapping.

    ``phone_key`` reads a telephone number as the key ``tel:<number>``.
    """
    blanks = BLANK_WORDS | mapping.blank
    if phone_key:
        return Column(cells.phone_key_of, blanks)
    return Column(_convert_for(field, mapping), blanks, _quick_for(field, mapping))


def _convert_for(field: Field, mapping: Mapping) -> Convert:
    simple: dict[str, Convert] = {
        "key": cells.key_of,
        "text": cells.text_of,
        "phone": cells.phone_of,
        "quantity": cells.quantity_of,
        "price": cells.price_of,
        "tier": cells.tier_of,
        "count": cells.count_of,
    }
    if field.type in simple:
        return simple[field.type]
    if field.type == "money":
        return cells.minor_of(mapping.currency)
    if field.type == "date":
        return date_of(formats=mapping.dates.formats)
    if field.type == "moment":
        return moment_of(formats=mapping.dates.formats, timezone=mapping.dates.timezone)
    if field.type == "status":
        return cells.word_of(mapping.words.get("status", {}), "unknown_status")
    words = VALUE_WORDS[field.type] | dict(mapping.words.get(field.type, {}))
    return cells.word_of(words, "unknown_word")


def kept(values: list[Any], keep: Sequence[bool]) -> list[Any]:
    """The values of the rows to keep."""
    return list(compress(values, keep))
