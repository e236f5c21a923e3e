"""What a database holds, told without ids, stamps and the moments at which it was written.

Two databases that say the same of the same things have equal content, however often the process
that filled them was killed on the way.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

Content = dict[str, list[str]]

# Bookkeeping of the work itself: a second attempt leaves more of it than a first one.
_LEFT_OUT = {"operations.run", "operations.runstep", "operations.importfile"}
_LEFT_OUT |= {"operations.writestamp", "operations.installation", "operations.scheduleslot"}
_RANDOM = {"password", "token_hash", "hash", "previous_hash", "stamp", "position"}
_WHEN_WRITTEN = {"at", "closed_at", "drawn_at", "due_at", "published_at", "since"}
_OURS = "siyu."
_LONG_NUMBER = re.compile(r"\d{15,}")
_STAMP = re.compile(r'"stamp":\d+')


def content_of(alias: str = "default") -> Content:
    """The rows of every table of ours, each as a text, in order."""
    return _Reader(alias).content()


class _Reader:
    def __init__(self, alias: str) -> None:
        self._models = [m for m in apps.get_models() if m.__module__.startswith(_OURS)]
        self._rows = {
            model: {row.pk: row for row in model._default_manager.using(alias).all()}
            for model in self._models
        }
        self._by_id = {
            pk: row for rows in self._rows.values() for pk, row in rows.items() if _is_id(pk)
        }
        self._told: dict[tuple[str, Any], str] = {}

    def content(self) -> Content:
        return {
            model._meta.label_lower: sorted(self._tell(row) for row in rows.values())
            for model, rows in self._rows.items()
            if model._meta.label_lower not in _LEFT_OUT
        }

    def _tell(self, row: models.Model) -> str:
        place = (row._meta.label_lower, row.pk)
        if place not in self._told:
            self._told[place] = "(a row that names itself)"
            values = {
                field.name: self._value(row, field)
                for field in row._meta.concrete_fields
                if not _is_left_out(row, field)
            }
            self._told[place] = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
        return self._told[place]

    def _value(self, row: models.Model, field: models.Field[Any, Any]) -> Any:
        value = field.value_from_object(row)
        if isinstance(value, bytes | memoryview):
            is_sealed = field.name == "sealed"
            return settings.SIYU_KEYRING.open(value) if is_sealed else bytes(value).hex()
        if isinstance(value, str):
            return self._named(_STAMP.sub("", value))
        if isinstance(value, dict):
            return self._named(json.dumps(value, sort_keys=True))
        return self._name(value) if _is_id(value) else value

    def _named(self, text: str) -> str:
        """A text with the ids in it told by what they stand for."""
        return _LONG_NUMBER.sub(lambda match: self._name(int(match[0])), text)

    def _name(self, row_id: int) -> str:
        row = self._by_id.get(row_id)
        if row is None or row._meta.label_lower in _LEFT_OUT:
            return "#"
        return hashlib.sha256(self._tell(row).encode()).hexdigest()[:12]


def _is_id(value: object) -> bool:
    return isinstance(value, int) and value > 10**15


def _is_left_out(row: models.Model, field: models.Field[Any, Any]) -> bool:
    if field.primary_key and not field.is_relation:
        return True
    if field.name in _RANDOM or (field.has_default() and field.default is timezone.now):
        return True
    # An order's own `at` is content; the same name elsewhere is when something was noted.
    is_noted = field.name in _WHEN_WRITTEN and row._meta.label_lower != "orders.order"
    return is_noted and isinstance(field, models.DateTimeField)
