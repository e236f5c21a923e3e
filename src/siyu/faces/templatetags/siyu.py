"""What templates need to show figures, moments and icons."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from siyu.foundation.money import exponent, from_minor, round_half_up

register = template.Library()
_PPM = 1_000_000
# Shown for a figure that is not there: None, or the empty text of a name unknown to a template.
_NOTHING = "–"


_SYMBOLS = {"CNY": "¥", "GBP": "£", "USD": "$", "EUR": "€", "BRL": "R$"}
"""Each program has one currency, so its short sign is enough."""


def _pattern(currency: str, digits: str) -> str:
    sign = _SYMBOLS.get(currency)
    quoted = f"'{sign}'" if sign else "¤"
    return f"{quoted}{digits};-{quoted}{digits}"


def _locale() -> str:
    return to_locale(get_language() or "zh-hans")


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """An icon of the sprite; without a title it is hidden from screen readers."""
    address = f"{static('vendor/icons.svg')}#{name}"
    if title:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', title, address
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', address)


@register.filter
def among(word: str, words: str) -> bool:
    """Whether a word is one of several, which stand with a space between them."""
    return word in words.split()


@register.filter
def money(minor: object, currency: str) -> str:
    """An amount in minor units with its currency, to the last digit."""
    if not isinstance(minor, int):
        return _NOTHING
    digits = "#,##0." + "0" * exponent(currency) if exponent(currency) else "#,##0"
    return str(
        format_currency(
            from_minor(minor, currency), currency, _pattern(currency, digits), _locale()
        )
    )


@register.filter
def money_round(minor: object, currency: str) -> str:
    """An amount in minor units with its currency, rounded to whole units."""
    if not isinstance(minor, int):
        return _NOTHING
    return str(
        format_currency(
            round_half_up(from_minor(minor, currency)),
            currency,
            _pattern(currency, "#,##0"),
            _locale(),
            currency_digits=False,
        )
    )


@register.filter
def signed_money(minor: object, currency: str) -> str:
    """An amount as `money_round`, with a plus before what is above zero."""
    text = money_round(minor, currency)
    return f"+{text}" if isinstance(minor, int) and minor > 0 else text


@register.filter
def points(ppm: object) -> str:
    """Parts per million as signed percentage points without their sign: -11.0."""
    if not isinstance(ppm, int | float):
        return _NOTHING
    return str(format_decimal(ppm * 100 / _PPM, format="+#,##0.0;-#,##0.0", locale=_locale()))


@register.filter
def whole(value: object) -> int | None:
    """The nearest whole number; a half goes away from zero."""
    return round_half_up(Decimal(value)) if isinstance(value, int | float) else None


@register.filter
def at_least_zero(value: object) -> int:
    """A number for a bar of progress, which cannot be below nothing."""
    return max(value, 0) if isinstance(value, int) else 0


@register.filter
def hundredths(value: object) -> str:
    """A number given in hundredths, with one decimal."""
    if not isinstance(value, int):
        return _NOTHING
    return str(format_decimal(value / 100, format="#,##0.#", locale=_locale()))


@register.filter
def of(mapping: Any, key: object) -> Any:
    """What a mapping holds for a key, or nothing."""
    return mapping.get(key, "")


@register.filter
def pairs(mapping: Any) -> list[tuple[Any, Any]]:
    """The keys and values of a mapping."""
    return list((mapping or {}).items())


@register.filter
def number(value: object) -> str:
    """A number with its thousands apart."""
    if not isinstance(value, int | float):
        return _NOTHING
    return str(format_decimal(value, locale=_locale()))


@register.filter
def share(ppm: object) -> str:
    """Parts per million as a percentage."""
    if not isinstance(ppm, int):
        return _NOTHING
    return str(format_percent(ppm / _PPM, format="#,##0.#%", locale=_locale()))


@register.filter
def day(value: object) -> str:
    """A date in the reader's way."""
    if not isinstance(value, date):
        return _NOTHING
    return str(format_date(value, "medium", locale=_locale()))


@register.filter
def moment(value: object, zone: str) -> str:
    """A moment on a zone's wall clock."""
    if not isinstance(value, datetime):
        return _NOTHING
    return str(format_datetime(value, "MM-dd HH:mm", tzinfo=ZoneInfo(zone), locale=_locale()))


@register.filter
def seconds(value: object) -> str:
    """A duration in seconds with one decimal."""
    return f"{value:,.1f} s" if isinstance(value, int | float) else _NOTHING


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: Any) -> str:
    """The page's query with some parameters changed; an empty one is left out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"
