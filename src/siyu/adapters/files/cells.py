"""One cell of a file turned into one value; a cell that cannot be says why with a code."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from siyu.foundation import money

# A code is stable; the text is what a person reads, and faces translate it.
REASONS: dict[str, str] = {
    "missing_value": "This column must be filled in.",
    "bad_number": "This is not a number.",
    "bad_date": "This is not a date that can be read; name its form in [dates] formats.",
    "date_out_of_range": "The year must lie between 1900 and 2100.",
    "bad_phone": "This is not a telephone number.",
    "digits_lost": "Excel has rounded this number; format the column as text and export again.",
    "number_out_of_range": "The number is too large or too small for this column.",
    "too_precise": "A quantity has at most three decimal places.",
    "too_long": "The text is too long for this column.",
    "unknown_word": "This word is not known; add it to the mapping's [values].",
    "unknown_status": "This order status is not known; add it to the mapping's [status].",
    "negative_quantity": "The quantity is 0 or negative, and nothing marks the line as a return.",
    "negative_price": "The unit price is negative.",
    "negative_amount": "An amount of money is negative.",
    "ended_before_start": "The end lies before the start.",
    "ragged_row": "The row has more or fewer cells than there are headings; look for a stray "
    "delimiter or quotation mark.",
    "undecodable_text": "Some characters cannot be read; save the file as UTF-8 and try again.",
}

KEY_MAX_CHARS = 128
TEXT_MAX_CHARS = 255
# SQLite keeps 15 digits of a decimal, and a night adds up millions of amounts.
_MINOR_MAX = 10**12
_QUANTITY_MAX = Decimal(10) ** 9
_PRICE_MAX = Decimal(10) ** 9
# What PostgreSQL's integer holds.
_COUNT_MAX = 2**31 - 1
_MILLI = Decimal("0.001")
_MICRO = Decimal("0.000001")
_NOISE = Decimal("0.000000001")
# Excel keeps 15 digits of a number: a longer one has already lost its end.
_EXCEL_EXACT_BELOW = 10**15

_PLAIN_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
_UNIT = r"\s*(?:[¥$£€元円]|RMB|CNY|USD|GBP|EUR)?\s*"
_NUMBER = re.compile(
    rf"(?P<bracket>\()?(?P<sign>[-+]?){_UNIT}(?P<inner>[-+]?)"
    r"(?P<digits>(?=\.?\d)(?:\d{1,3}(?:,\d{3})+|\d{0,20})(?:\.\d{0,20})?(?:E[-+]?\d{1,2})?)"
    rf"{_UNIT}(?P<end>\))?",
    re.ASCII,
)
_ROUNDED_BY_EXCEL = re.compile(r"\d(\.\d+)?[eE]\+\d{1,3}", re.ASCII)
_WHOLE_FLOAT = re.compile(r"-?\d+\.0", re.ASCII)
_INVISIBLE = re.compile("[\0\u200b\ufeff]")
_MASK = re.compile(r"[*＊]{2,}|[xX×]{4,}")


class BadCell(Exception):
    """The cell cannot be a value of its column; ``code`` is a key of REASONS."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def clean_text(cell: Any) -> str:
    """A cell's text, without what spreadsheets and exports put around it.

    Drops spaces, tabs, NUL bytes, byte order marks, a leading apostrophe and the ``="…"`` wrapper
    that stops Excel from reading digits as a number. Whole floats lose their ``.0``.
    """
    if isinstance(cell, str):
        text = _INVISIBLE.sub("", cell).strip()
        if text.startswith('="') and text.endswith('"') and len(text) > 2:
            text = text[2:-1].strip()
        return text.removeprefix("'").strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    if isinstance(cell, datetime | date):
        return cell.isoformat(*((" ",) if isinstance(cell, datetime) else ()))
    return "" if cell is None else str(cell).strip()


def is_blank(cell: Any) -> bool:
    """Whether the cell holds nothing: None, an empty text, or not-a-number."""
    return cell is None or cell == "" or cell != cell


def text_of(cell: Any) -> str | None:
    """The cell's text, or None where it is blank. Raises BadCell where it is too long."""
    text = clean_text(cell)
    if len(text) > TEXT_MAX_CHARS:
        raise BadCell("too_long")
    return text or None


def key_of(cell: Any) -> str | None:
    """An outside key as text: ``17850.0`` becomes ``17850``.

    A masked key (``138****5678``) is None, for it would tie different people together. Raises
    BadCell where Excel has rounded its digits away, or where it is too long.
    """
    if isinstance(cell, float) and abs(cell) >= _EXCEL_EXACT_BELOW:
        raise BadCell("digits_lost")
    text = clean_text(cell)
    if _ROUNDED_BY_EXCEL.fullmatch(text):
        raise BadCell("digits_lost")
    if _WHOLE_FLOAT.fullmatch(text):
        text = text[:-2]
    if len(text) > KEY_MAX_CHARS:
        raise BadCell("too_long")
    return None if not text or "**" in text else text


def number_of(cell: Any) -> Decimal:
    """A number, exactly as written. Raises BadCell("bad_number").

    Understands full-width digits, thousands separators, currency signs and brackets for negative;
    what could mean two things (``12,5``) is refused.
    """
    if isinstance(cell, str):
        if _PLAIN_NUMBER.fullmatch(cell):
            return Decimal(cell)
        return _written_number(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise BadCell("bad_number")
    number = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    if not number.is_finite():
        raise BadCell("bad_number")
    return number


def _written_number(cell: str) -> Decimal:
    text = unicodedata.normalize("NFKC", clean_text(cell)).upper().replace("\u2212", "-")
    match = _NUMBER.fullmatch(text)
    if match is None or bool(match["bracket"]) != bool(match["end"]):
        raise BadCell("bad_number")
    marks = (match["bracket"] or "") + match["sign"] + match["inner"]
    if len(marks) > 1:
        raise BadCell("bad_number")
    number = Decimal(match["digits"].replace(",", ""))
    return -number if marks in ("(", "-") else number


def quantity_of(cell: Any) -> Decimal:
    """A quantity of at most three decimals. Raises BadCell for a finer or too large one."""
    number = number_of(cell)
    if abs(number) >= _QUANTITY_MAX:
        raise BadCell("number_out_of_range")
    rounded = number.quantize(_MILLI, rounding=ROUND_HALF_EVEN)
    if abs(rounded - number) > _NOISE:
        raise BadCell("too_precise")
    return rounded


def price_of(cell: Any) -> Decimal:
    """A unit price in major units, kept to six decimals: prices of a tenth of a penny are real."""
    number = number_of(cell)
    if abs(number) >= _PRICE_MAX:
        raise BadCell("number_out_of_range")
    return number.quantize(_MICRO, rounding=ROUND_HALF_EVEN)


def minor_of(currency: str) -> Callable[[Any], int]:
    """A reader of amounts in major units that answers in the currency's minor units."""
    money.exponent(currency)

    def read(cell: Any) -> int:
        number = number_of(cell)
        if abs(number) >= _MINOR_MAX:
            raise BadCell("number_out_of_range")
        return money.to_minor(number, currency)

    return read


def tier_of(cell: Any) -> int:
    """A city tier, 1 to 5. Raises BadCell for anything else."""
    number = number_of(cell)
    if number not in (1, 2, 3, 4, 5):
        raise BadCell("number_out_of_range")
    return int(number)


def count_of(cell: Any) -> int:
    """A whole number from 0 to 2,147,483,647. Raises BadCell for anything else."""
    number = number_of(cell)
    if not 0 <= number <= _COUNT_MAX or number != int(number):
        raise BadCell("number_out_of_range")
    return int(number)


def word_of(words: Mapping[str, str | bool], code: str) -> Callable[[Any], str | bool]:
    """A reader of words that answers with ours, or raises BadCell(code) for an unknown one."""
    ours = {clean_text(word).casefold(): value for word, value in words.items()}

    def read(cell: Any) -> str | bool:
        try:
            return ours[clean_text(cell).casefold()]
        except KeyError:
            raise BadCell(code) from None

    return read


_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0\d{9,11}|400\d{7}", re.ASCII)
# The usual form of a phone in an export; answers a match or None.
usual_phone = _MOBILE.fullmatch
_PHONE_MARKS = re.compile(r"[\s\-.()/]")


def phone_of(cell: Any) -> str | None:
    """A telephone number in one form, or None where it is masked.

    Chinese mobiles are 11 digits without +86, Chinese landlines keep their leading 0, numbers of
    other countries are ``+`` and digits. Raises BadCell for what is no number.
    """
    text = unicodedata.normalize("NFKC", clean_text(cell))
    if _MASK.search(text):
        return None
    if _ROUNDED_BY_EXCEL.fullmatch(text):
        raise BadCell("digits_lost")
    text = _PHONE_MARKS.sub("", text.removesuffix(".0"))
    if text.startswith("00"):
        text = "+" + text[2:]
    local = text.removeprefix("+86")
    if local == text and len(text) == 13 and text.startswith("86"):
        local = text[2:]
    if _MOBILE.fullmatch(local) or _LANDLINE.fullmatch(local):
        return local
    if re.fullmatch(r"\+(?!86)[1-9]\d{6,14}", text, re.ASCII):
        return text
    raise BadCell("bad_phone")


def phone_key_of(cell: Any) -> str | None:
    """A customer key made of a phone, ``tel:<number>``, or None where it is masked."""
    phone = phone_of(cell)
    return None if phone is None else f"tel:{phone}"
