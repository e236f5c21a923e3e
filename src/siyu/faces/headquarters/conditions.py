"""Conditions of a segment: as fields of a form, and in plain words."""

import dataclasses
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.analytics.conditions import (
    FIELDS,
    NUMBERS,
    Audience,
    Condition,
    Kind,
    Operator,
    operators_of,
)
from siyu.faces.headquarters.sellers import KINDS
from siyu.faces.numbers import whole_number
from siyu.faces.portraits import AGES, STATES
from siyu.faces.templatetags.siyu import money_round, share
from siyu.foundation.errors import BadInput
from siyu.foundation.money import from_minor, to_minor
from siyu.rooms.catalog.queries import (
    brands_in,
    categories_in,
    products_by_key,
    products_of_ids,
)
from siyu.rooms.customers.queries import tags_of
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import program_of, units_under
from siyu.rooms.segments.types import MOST_VALUES

LABELS = {
    "state": gettext_lazy("Life-cycle state"),
    "spend_minor": gettext_lazy("Spend in all"),
    "net_spend_minor": gettext_lazy("Spend less refunds"),
    "refunds_minor": gettext_lazy("Refunds in all"),
    "average_order_minor": gettext_lazy("Average order"),
    "expected_value_minor": gettext_lazy("Expected within 30 days"),
    "value_90_minor": gettext_lazy("Forecast of 90 days"),
    "alive_ppm": gettext_lazy("Chance that she still comes"),
    "propensity_ppm": gettext_lazy("Chance to buy within 30 days"),
    "orders": gettext_lazy("Orders in all"),
    "orders_30": gettext_lazy("Orders, 30 days"),
    "orders_90": gettext_lazy("Orders, 90 days"),
    "purchase_days": gettext_lazy("Days with a purchase"),
    "usual_gap_days": gettext_lazy("Usual days between purchases"),
    "last_on": gettext_lazy("Last purchase, days ago"),
    "first_on": gettext_lazy("First purchase, days ago"),
    "followed_on": gettext_lazy("Friend of her seller, days"),
    "category_id": gettext_lazy("Bought of a category"),
    "brand_id": gettext_lazy("Bought of a brand"),
    "product_id": gettext_lazy("Bought a product"),
    "is_top": gettext_lazy("Among the top tenth"),
    "r_quintile": gettext_lazy("Recency, fifth (5 is best)"),
    "f_quintile": gettext_lazy("Frequency, fifth (5 is best)"),
    "m_quintile": gettext_lazy("Spend, fifth (5 is best)"),
    "favourite_hours": gettext_lazy("Usual hours"),
    "gender": gettext_lazy("Gender"),
    "age_band": gettext_lazy("Age"),
    "birth_month": gettext_lazy("Month of birth"),
    "days_to_birthday": gettext_lazy("Days to the birthday"),
    "city_tier": gettext_lazy("City tier"),
    "tag_id": gettext_lazy("Bears a tag"),
    "unit_id": gettext_lazy("Region, store or team"),
    "seller_kind": gettext_lazy("Kind of her seller"),
    "opted_out": gettext_lazy("Wants no contact"),
}
_HOURS = ("0-5", "6-8", "9-11", "12-13", "14-17", "18-20", "21-23")
_GENDERS = {
    "female": gettext_lazy("Woman"),
    "male": gettext_lazy("Man"),
    "unknown": gettext_lazy("Not known"),
}
_NUMBERED = {
    "city_tier": range(1, 6),
    "birth_month": range(1, 13),
    "r_quintile": range(1, 6),
    "f_quintile": range(1, 6),
    "m_quintile": range(1, 6),
}
_NAME = re.compile(r"c-([0-9]{1,2})-([0-9]{1,2})-field")
_DAYS, _TIMES = 90, 1
_GREATEST = 10**12
_PERCENT = 10_000
"""Millionths in a percent."""
TESTS = {Operator.AT_LEAST: gettext_lazy("at least"), Operator.AT_MOST: gettext_lazy("at most")}


@dataclasses.dataclass
class Line:
    """One condition as it stands in the form; every part is text."""

    field: str = "state"
    test: str = ""
    values: list[str] = dataclasses.field(default_factory=list)
    number: str = ""
    days: str = str(_DAYS)
    times: str = str(_TIMES)
    negated: bool = False

    @property
    def kind(self) -> Kind:
        """What can be asked of its field."""
        return FIELDS[self.field]


Lines = list[list[Line]]


def choices_of(*, viewer: Viewer) -> dict[str, dict[str, Any]]:
    """What can be chosen for each field that is chosen from: words by value."""
    numbered = {
        name: {str(number): str(number) for number in numbers}
        for name, numbers in _NUMBERED.items()
    }
    return numbered | {
        "state": STATES,
        "gender": _GENDERS,
        "age_band": AGES | {"unknown": _GENDERS["unknown"]},
        "favourite_hours": {hours: hours.replace("-", "–") for hours in _HOURS},
        "category_id": _by_text(categories_in(program_id=viewer.program_id)),
        "brand_id": _by_text(brands_in(program_id=viewer.program_id)),
        "tag_id": {str(tag.id): tag.name for tag in tags_of(viewer=viewer)},
        "unit_id": {str(unit.id): unit.name for unit in units_under(viewer=viewer)},
        "seller_kind": {kind.value: word for kind, word in KINDS.items()},
    }


def lines_of(*, posted: QueryDict) -> Lines:
    """The lines of a form that was sent; a field that is none becomes the first."""
    groups: dict[int, dict[int, Line]] = {}
    for name in posted:
        found = _NAME.fullmatch(name)
        if not found:
            continue
        group, place = int(found[1]), int(found[2])
        start = f"c-{group}-{place}-"
        asked = posted[name]
        groups.setdefault(group, {})[place] = Line(
            field=asked if asked in FIELDS else "state",
            test=posted.get(f"{start}test", ""),
            values=posted.getlist(f"{start}value"),
            number=posted.get(f"{start}number", ""),
            days=posted.get(f"{start}days", str(_DAYS)),
            times=posted.get(f"{start}times", str(_TIMES)),
            negated=posted.get(f"{start}not", "") == "1",
        )
    return [[lines[place] for place in sorted(lines)] for _group, lines in sorted(groups.items())]


def changed(*, lines: Lines, command: str) -> Lines:
    """The lines after a button of the form: and, or-GROUP, drop-GROUP-PLACE."""
    words = command.split("-")
    places = [place for word in words[1:] if (place := whole_number(word)) is not None]
    if words[0] == "and":
        return [*lines, [Line()]]
    if words[0] == "or" and len(places) == 1:
        return [
            [*group, Line()] if number == places[0] else group for number, group in enumerate(lines)
        ]
    if words[0] == "drop" and len(places) == len(("group", "place")):
        kept = [
            [line for place, line in enumerate(group) if [number, place] != places]
            for number, group in enumerate(lines)
        ]
        return [group for group in kept if group]
    return lines


def audience_of(*, viewer: Viewer, lines: Lines) -> Audience:
    """The conditions of a form; raises BadInput naming the one that cannot be read."""
    currency = program_of(program_id=viewer.program_id).currency
    return tuple(
        tuple(
            _condition(viewer, line, f"{number}.{place}", currency)
            for place, line in enumerate(group, 1)
        )
        for number, group in enumerate(lines, 1)
    )


def lines_from(*, viewer: Viewer, audience: Audience) -> Lines:
    """The form's lines of conditions that are stored."""
    currency = program_of(program_id=viewer.program_id).currency
    return [[_line(one, currency) for one in group] for group in audience]


def sentence_of(*, audience: Audience, choices: Mapping[str, Any], currency: str) -> str:
    """Conditions in plain words."""
    groups = []
    for group in audience:
        told = [_words(one, choices, currency) for one in group]
        text = _(" or ").join(told)
        groups.append(f"({text})" if len(told) > 1 and len(audience) > 1 else text)
    return _(" and ").join(groups)


def _condition(viewer: Viewer, line: Line, place: str, currency: str) -> Condition:
    kind = line.kind
    allowed = operators_of(kind=kind)
    operator = Operator(line.test) if line.test in allowed else allowed[0]
    values: tuple[int | str, ...] = ()
    days, times = 0, _TIMES
    if kind in (Kind.COUNT, Kind.DAYS_AGO):
        values = (_whole(line.number, place),)
    elif kind is Kind.MONEY:
        values = (_minor(line.number, place, currency),)
    elif kind is Kind.PERCENT:
        values = (int(_number(line.number, place) * _PERCENT),)
    elif line.field == "product_id":
        values = _products(viewer, line.number, place)
    elif kind is Kind.LEVEL or line.field.endswith("_id"):
        values = tuple(found for value in line.values if (found := whole_number(value)) is not None)
    elif kind is not Kind.FLAG:
        values = tuple(line.values)
    if kind is Kind.GOODS:
        days, times = _whole(line.days, place), _whole(line.times, place)
    return Condition(
        field=line.field,
        operator=operator,
        values=values,
        days=days,
        times=times,
        negated=line.negated,
    )


def _line(condition: Condition, currency: str) -> Line:
    kind = FIELDS[condition.field]
    number = ""
    if kind in (Kind.COUNT, Kind.DAYS_AGO):
        number = str(condition.values[0])
    elif kind is Kind.MONEY:
        number = f"{from_minor(int(condition.values[0]), currency):f}"
    elif kind is Kind.PERCENT:
        number = f"{Decimal(condition.values[0]) / _PERCENT:f}"
    elif condition.field == "product_id":
        known = products_of_ids(product_ids=[int(value) for value in condition.values])
        number = ", ".join(sorted({product.key for product in known.values()}))
    return Line(
        field=condition.field,
        test=condition.operator,
        values=[str(value) for value in condition.values],
        number=number,
        days=str(condition.days or _DAYS),
        times=str(condition.times),
        negated=condition.negated,
    )


def _words(condition: Condition, choices: Mapping[str, Any], currency: str) -> str:
    name, kind = str(LABELS[condition.field]), FIELDS[condition.field]
    if kind is Kind.FLAG:
        told = name
    elif kind in NUMBERS:
        bound = int(condition.values[0])
        shown = {Kind.MONEY: money_round(bound, currency), Kind.PERCENT: share(bound)}
        value = shown.get(kind, f"{bound:,}")
        sign = "≥" if condition.operator is Operator.AT_LEAST else "≤"
        told = f"{name} {sign} {value}"
    else:
        told = _("{name}: {values}").format(
            name=name, values=_("、").join(_values(condition, choices))
        )
    if kind is Kind.GOODS:
        told = _("{what} ({times} orders or more in {days} days)").format(
            what=told, times=condition.times, days=condition.days
        )
    return _("not {what}").format(what=told) if condition.negated else told


def _values(condition: Condition, choices: Mapping[str, Any]) -> list[str]:
    if condition.field == "product_id":
        known = products_of_ids(product_ids=[int(value) for value in condition.values])
        return sorted(product.name for product in known.values())
    words = choices[condition.field]
    return [str(words.get(str(value), value)) for value in condition.values]


def _by_text(names: Mapping[int, str]) -> dict[str, str]:
    return {str(key): name for key, name in names.items()}


def _whole(text: str, place: str) -> int:
    number = _number(text, place)
    if number != number.to_integral_value():
        raise BadInput("conditions", "Condition {place}: enter a whole number.", place=place)
    return int(number)


def _minor(text: str, place: str, currency: str) -> int:
    return to_minor(_number(text, place), currency)


def _number(text: str, place: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not (number.is_finite() and 0 <= number <= _GREATEST):
        raise BadInput("conditions", "Condition {place}: enter a number.", place=place)
    return number


def _products(viewer: Viewer, text: str, place: str) -> tuple[int, ...]:
    keys = [key for part in re.split(r"[,，;；、\n]+", text) if (key := part.strip())]
    if len(keys) > MOST_VALUES:
        raise BadInput(
            "conditions", "Condition {place}: {most} at most.", place=place, most=MOST_VALUES
        )
    found = products_by_key(program_id=viewer.program_id, keys=keys)
    missing = set(keys) - {product.key for product in found}
    if missing:
        raise BadInput(
            "conditions",
            "Condition {place}: there is no product {keys}.",
            place=place,
            keys=", ".join(sorted(missing)),
        )
    return tuple(sorted(product.id for product in found))
