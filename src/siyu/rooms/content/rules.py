"""Placeholders of message templates."""

import re
from collections.abc import Mapping

from siyu.foundation.errors import BadInput
from siyu.rooms.content.types import PLACEHOLDERS

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_placeholders(text: str) -> None:
    """Raise BadInput where a template names something that nothing fills in."""
    unknown = sorted(set(_PLACEHOLDER.findall(text)) - set(PLACEHOLDERS))
    if unknown or not text.strip():
        raise BadInput(
            "text",
            "The message must not be empty and may only name {known}; it names {unknown}.",
            known=", ".join(PLACEHOLDERS),
            unknown=", ".join(unknown) or "nothing",
        )


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """The message with its placeholders replaced; one without a value leaves no trace.

    A clause (up to the next comma, full stop or exclamation mark) whose value is missing is
    dropped with it, so no message greets nobody or praises nothing.
    """
    clauses = re.split(r"(?<=[,，。.!！?？;；])", text)
    kept = [
        clause
        for clause in clauses
        if all(values.get(name) for name in _PLACEHOLDER.findall(clause))
    ]
    filled = _PLACEHOLDER.sub(lambda match: values[match.group(1)], "".join(kept))
    return filled.strip()
