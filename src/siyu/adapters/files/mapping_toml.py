"""Strict reading of a mapping's TOML: an unknown key is an error that names its mend."""

import re
import tomllib
from typing import Any, cast

from siyu.adapters.files.fields import (
    FIELDS,
    ORDER_STATUSES,
    STATUS_WORDS,
    VALUE_WORDS,
    Kind,
)
from siyu.adapters.files.mapping import ColumnSource, DateOptions, Mapping, ReturnRule
from siyu.adapters.files.reading import FileOptions
from siyu.foundation import clock, money
from siyu.foundation.errors import BadInput

_TOP = ("kind", "source", "currency", "file", "columns", "constants")
_TOP_MORE = ("dates", "status", "values", "returns", "lines")
_SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MONEY_KINDS = ("orders", "order_heads")


def mapping_from(text: str) -> Mapping:
    """The mapping that TOML text describes; raises BadInput with the key and the mend."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            "mapping", "The mapping is not valid TOML: {detail}.", detail=str(error)
        ) from error
    _only(document, _TOP + _TOP_MORE, "the top level")
    kind = _kind(document)
    returns, lines = _table(document, "returns"), _table(document, "lines")
    if kind != "orders" and (returns or lines):
        raise BadInput(
            "returns", 'The tables [returns] and [lines] belong to kind = "orders" only.'
        )
    _only(lines, ("head",), "[lines]")
    mapping = Mapping(
        kind=kind,
        source=_source_name(document),
        currency=_currency(document, kind),
        columns=_columns(_table(document, "columns"), kind),
        constants=_constants(_table(document, "constants"), kind),
        file=_file(_table(document, "file")),
        dates=_dates(_table(document, "dates")),
        words=_words(document),
        blank=frozenset(_texts(_table(document, "values"), "blank", "[values]")),
        returns=_returns(returns),
        separate_head=_choice(lines, "head", ("same", "separate"), "[lines]") == "separate",
    )
    _check_whole(mapping, document)
    return mapping


def _check_whole(mapping: Mapping, document: dict[str, Any]) -> None:
    given = set(mapping.columns) | set(mapping.constants)
    for group in mapping.required():
        if not given.intersection(group):
            raise BadInput(
                f"columns.{group[0]}",
                "[columns] must name the column of {fields}, or [constants] must give it.",
                fields=" or ".join(group),
            )
    moments = {each.name for each in FIELDS[mapping.kind] if each.type == "moment"}
    if moments & given and "timezone" not in _table(document, "dates"):
        raise BadInput(
            "dates.timezone",
            "[dates] needs the zone that the file's times are written in, for example "
            'timezone = "Asia/Shanghai".',
        )


def _only(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise BadInput(
                key,
                "{where} has an unknown key: {key}. Use only: {known}.",
                where=where,
                key=key,
                known=", ".join(known),
            )


def _wrong(key: str, where: str, wanted: str) -> BadInput:
    return BadInput(key, "{where} {key} must be {wanted}.", where=where, key=key, wanted=wanted)


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    table = document.get(key, {})
    if not isinstance(table, dict):
        raise _wrong(key, "The key", f"a table, written [{key}]")
    return table


def _texts(table: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong(key, where, 'a list of texts, for example ["a", "b"]')
    return tuple(value)


def _text(table: dict[str, Any], key: str, where: str, default: str = "") -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise _wrong(key, where, "a text in quotes")
    return value


def _choice(table: dict[str, Any], key: str, known: tuple[str, ...], where: str) -> str:
    value = _text(table, key, where, known[0])
    if value not in known:
        raise _wrong(key, where, "one of: " + ", ".join(known))
    return value


def _flag(table: dict[str, Any], key: str, where: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise _wrong(key, where, "true or false")
    return value


def _kind(document: dict[str, Any]) -> Kind:
    if document.get("kind") not in FIELDS:
        raise _wrong("kind", "The key", "one of: " + ", ".join(FIELDS))
    return cast(Kind, document["kind"])


def _source_name(document: dict[str, Any]) -> str:
    name = _text(document, "source", "The key")
    if not _SOURCE_NAME.fullmatch(name):
        raise _wrong("source", "The key", "a short name of the system: a-z, 0-9 and _")
    return name


def _currency(document: dict[str, Any], kind: Kind) -> str:
    code = _text(document, "currency", "The key", "" if kind in _MONEY_KINDS else "CNY")
    if not code:
        raise _wrong("currency", "The key", "an ISO 4217 code, for example CNY")
    money.exponent(code)
    return code


def _columns(table: dict[str, Any], kind: Kind) -> dict[str, tuple[ColumnSource, ...]]:
    _only(table, tuple(each.name for each in FIELDS[kind]), "[columns]")
    columns = {}
    for name, value in table.items():
        alternatives = value if isinstance(value, list) else [value]
        if not alternatives:
            raise _wrong(name, "[columns]", "a heading")
        columns[name] = tuple(_column_source(name, each) for each in alternatives)
    return columns


def _column_source(name: str, value: object) -> ColumnSource:
    if isinstance(value, str) and value.strip():
        return ColumnSource(headings=(value,))
    if not isinstance(value, dict):
        raise _wrong(name, "[columns]", 'a heading, or { join = ["A", "B"] }')
    where = f"[columns] {name}"
    _only(value, ("join", "first", "phone", "separator", "hashed"), where)
    forms = [form for form in ("join", "first", "phone") if form in value]
    if len(forms) != 1 or not _texts(value, forms[0], where):
        raise _wrong(name, "[columns]", "a table with exactly one list: join, first or phone")
    if forms[0] == "phone" and name != "customer_key":
        raise BadInput(name, "{where}: phone is for customer_key only.", where=where)
    return ColumnSource(
        headings=_texts(value, forms[0], where),
        form=cast(Any, forms[0]),
        separator=_text(value, "separator", where, "|"),
        hashed=_flag(value, "hashed", where),
    )


def _constants(table: dict[str, Any], kind: Kind) -> dict[str, str]:
    _only(table, tuple(each.name for each in FIELDS[kind]), "[constants]")
    constants = {}
    for name, value in table.items():
        if isinstance(value, bool):
            constants[name] = str(value).lower()
        elif isinstance(value, str | int):
            constants[name] = str(value)
        else:
            raise _wrong(name, "[constants]", "a text, a whole number, true or false")
    return constants


def _file(table: dict[str, Any]) -> FileOptions:
    _only(table, ("encoding", "delimiter", "sheet", "header_row"), "[file]")
    encoding = _text(table, "encoding", "[file]", "auto")
    try:
        "".encode("utf-8" if encoding == "auto" else encoding)
    except LookupError as error:
        raise _wrong("encoding", "[file]", '"auto", "utf-8" or "gb18030"') from error
    delimiter = _text(table, "delimiter", "[file]", "auto")
    if delimiter != "auto" and len(delimiter) != 1:
        raise _wrong("delimiter", "[file]", '"auto" or one character')
    header_row = table.get("header_row", 1)
    if header_row == "auto":
        header_row = 0
    elif not isinstance(header_row, int) or isinstance(header_row, bool) or header_row < 1:
        raise _wrong("header_row", "[file]", '"auto" or the number of the line with the headings')
    return FileOptions(
        encoding=encoding,
        delimiter=delimiter,
        sheet=_text(table, "sheet", "[file]"),
        header_row=header_row,
    )


def _dates(table: dict[str, Any]) -> DateOptions:
    _only(table, ("formats", "timezone"), "[dates]")
    formats = _texts(table, "formats", "[dates]")
    if not all("%" in each for each in formats):
        raise _wrong("formats", "[dates]", 'a list of formats such as "%d/%m/%Y %H:%M"')
    zone_name = _text(table, "timezone", "[dates]", "UTC")
    clock.zone(zone_name)
    return DateOptions(formats=formats, timezone=zone_name)


def _words(document: dict[str, Any]) -> dict[str, dict[str, str | bool]]:
    values = _table(document, "values")
    _only(values, ("blank", *VALUE_WORDS), "[values]")
    words: dict[str, dict[str, str | bool]] = {}
    for name, ours in VALUE_WORDS.items():
        where = f"[values.{name}]"
        words[name] = _word_table(_table(values, name), set(ours.values()), where)
    given = _word_table(_table(document, "status"), set(ORDER_STATUSES), "[status]")
    words["status"] = given or dict(STATUS_WORDS)
    return words


def _word_table(table: dict[str, Any], ours: set[Any], where: str) -> dict[str, str | bool]:
    for word, value in table.items():
        if isinstance(value, list | dict) or value not in ours:
            names = ", ".join(sorted(str(each).lower() for each in ours))
            raise _wrong(word, where, f"one of: {names}")
    return dict(table)


def _returns(table: dict[str, Any]) -> ReturnRule:
    _only(table, ("order_key_prefix", "negative_quantity", "status"), "[returns]")
    return ReturnRule(
        order_key_prefix=_text(table, "order_key_prefix", "[returns]"),
        negative_quantity=_flag(table, "negative_quantity", "[returns]"),
        status=frozenset(_texts(table, "status", "[returns]")),
    )
