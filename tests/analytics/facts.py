"""Small fact tables for tests: rows given as dictionaries, the rest filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from siyu.analytics.sources import FACTS

_DEFAULTS: dict[str, dict[str, Any]] = {
    "order_lines": {
        "business_on": date(2024, 1, 1),
        "local_hour": 12,
        "quantity_milli": 1000,
        "amount_minor": 1000,
        "freight_minor": 0,
        "is_gift": False,
        "is_paid": True,
        "is_void": False,
    },
    "refunds": {"business_on": date(2024, 1, 1), "quantity_milli": 1000, "amount_minor": 100},
    "credits": {"basis": "serving", "business_on": date(2024, 1, 1)},
    "customers": {
        "gender": "unknown",
        "created_on": date(2020, 1, 1),
        "opted_out": False,
        "is_deleted": False,
    },
    "follows": {"is_serving": True, "followed_on": date(2020, 1, 1)},
    "sellers": {"kind": "guide", "status": "active", "origin": ""},
    "communities": {"theme": "", "opened_on": date(2024, 1, 1)},
    "unit_ancestors": {"ancestor_kind": "store"},
    "contacts": {"signal": "due", "state": "open", "drawn_on": date(2024, 1, 1)},
    "assignments": {"dispatch_id": 1, "assigned_on": date(2024, 1, 1), "state": "open"},
}


def fact_table(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The rows as a fact table in its declared types; columns not given are filled in."""
    schema = FACTS[name].to_pyarrow()
    known = {"stamp": 1} | _DEFAULTS.get(name, {})
    filled = []
    for row in rows:
        unknown = set(row) - set(schema.names)
        assert not unknown, f"{name} has no column {unknown}"
        filled.append({column: row.get(column, known.get(column)) for column in schema.names})
    return pa.Table.from_pylist(filled, schema=schema)


def from_columns(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """A fact table from arrays; columns not given hold their default."""
    schema = FACTS[name].to_pyarrow()
    known = {"stamp": 1} | _DEFAULTS.get(name, {})
    rows = len(next(iter(columns.values())))
    arrays = [
        pa.array(columns[field.name] if field.name in columns else [known.get(field.name)] * rows)
        for field in schema
    ]
    return pa.Table.from_arrays(
        [array.cast(field.type) for array, field in zip(arrays, schema, strict=True)],
        schema=schema,
    )
