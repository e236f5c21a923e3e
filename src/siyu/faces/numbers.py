"""Numbers that people type."""

_GREATEST_ID = 2**63 - 1
_MOST_DIGITS = len(str(_GREATEST_ID))


def whole_number(text: str) -> int | None:
    """The whole number that a text is, if it is one and no greater than an id can be."""
    if not text.isdecimal() or len(text) > _MOST_DIGITS:
        return None
    number = int(text)
    return number if number <= _GREATEST_ID else None
