"""The forms of single values, told to callers as patterns, so that nothing fits and is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from siyu.foundation.crypto import phone_in

_ANY = r"[^\x00]"
# Written out, since dialects of patterns differ in what they take for a blank.
_INK = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff]"
_DAY = (
    r"(19|20)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    r"|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    r"|(19(0[48]|[2468][048]|[13579][26])|20(0[048]|[2468][048]|[13579][26]))-02-29"
)
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
_OFFSET = r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
# SQLite keeps 15 digits of a decimal, and a night adds up millions of amounts.
_GREATEST_MINOR = 10**12 - 1


def _told(pattern: str, **more: Any) -> Any:
    return Field(pattern=f"^({pattern})$", **more)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _plain(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("holds half a character") from error
    return text.strip()


def _number(given: Any) -> Any:
    if isinstance(given, str | bool):
        raise ValueError("must be a number")
    return given


def _phone(text: str) -> str:
    """One form for each number, so that a person is known by it again."""
    return phone_in(text.strip()) or text.strip()


Tier = Annotated[int, Field(ge=1, le=5), BeforeValidator(_number)]
# What PostgreSQL's integer holds.
Count = Annotated[int, Field(ge=0, le=2**31 - 1), BeforeValidator(_number)]
Key = Annotated[
    str,
    Field(max_length=128, pattern=rf"^(?!{_ANY}*\*\*){_ANY}*{_INK}{_ANY}*$"),
    AfterValidator(_plain),
]
"""An outside key: neither blank nor masked."""

AskedKey = Annotated[str, Field(max_length=128, pattern=rf"^{_ANY}*{_INK}{_ANY}*$")]
"""An outside key that is asked for."""

Text = Annotated[str, Field(max_length=255, pattern=rf"^{_ANY}*$"), AfterValidator(_plain)]
# A pattern's end also stands before a last line feed.
Phone = Annotated[str, _told(r"\+?[0-9]{6,15}"), AfterValidator(_phone)]
DayText = Annotated[str, _told(_DAY, examples=["2026-11-22"])]
Day = Annotated[DayText, AfterValidator(date.fromisoformat)]
Moment = Annotated[
    str,
    _told(rf"({_DAY})T{_TIME}{_OFFSET}", examples=["2026-11-22T10:05:00+08:00"]),
    AfterValidator(_utc),
]
Minor = Annotated[int, Field(ge=0, le=_GREATEST_MINOR), BeforeValidator(_number)]
Quantity = Annotated[
    str,
    _told(r"(?!0+(\.0+)?$)[0-9]{1,9}(\.[0-9]{1,3})?", examples=["2"]),
    AfterValidator(Decimal),
]
Price = Annotated[
    str, _told(r"[0-9]{1,9}(\.[0-9]{1,6})?", examples=["9.99"]), AfterValidator(Decimal)
]
