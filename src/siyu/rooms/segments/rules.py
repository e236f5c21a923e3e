"""Which conditions can be asked."""

from siyu.analytics.conditions import FIELDS, NUMBERS, Audience, Condition, Kind, operators_of
from siyu.foundation.errors import BadInput
from siyu.rooms.segments.types import MOST_VALUES

MOST_GROUPS = MOST_CONDITIONS = 10
_GREATEST = 10**15
_GREATEST_ID = 2**63 - 1
_LONGEST_DAYS = 730
_MOST_TIMES = 1_000


def check(audience: Audience) -> None:
    """Raise BadInput, naming the condition by group and place from 1, for what cannot be asked."""
    if not audience:
        raise BadInput("conditions", "Add at least one condition.")
    if len(audience) > MOST_GROUPS or any(len(group) > MOST_CONDITIONS for group in audience):
        raise BadInput(
            "conditions", "A segment has {most} groups of {most} conditions at most.", most=10
        )
    for number, group in enumerate(audience, 1):
        if not group:
            raise BadInput("conditions", "Group {number} has no condition.", number=number)
        for place, condition in enumerate(group, 1):
            _check(condition, f"{number}.{place}")


def _check(condition: Condition, place: str) -> None:
    kind = FIELDS.get(condition.field)
    if kind is None:
        raise BadInput("conditions", "Condition {place}: choose a field.", place=place)
    if condition.operator not in operators_of(kind=kind):
        raise BadInput("conditions", "Condition {place}: choose a comparison.", place=place)
    if kind in NUMBERS:
        if len(condition.values) != 1 or not _is_number(condition.values[0], _GREATEST):
            raise BadInput("conditions", "Condition {place}: enter a number.", place=place)
    elif kind is not Kind.FLAG:
        _check_choices(condition, kind, place)
    if kind is Kind.GOODS and not (
        1 <= condition.days <= _LONGEST_DAYS and 1 <= condition.times <= _MOST_TIMES
    ):
        raise BadInput(
            "conditions",
            "Condition {place}: enter 1 to {days} days and 1 to {times} orders.",
            place=place,
            days=_LONGEST_DAYS,
            times=_MOST_TIMES,
        )


def _check_choices(condition: Condition, kind: Kind, place: str) -> None:
    if not condition.values:
        raise BadInput("conditions", "Condition {place}: choose at least one.", place=place)
    if len(condition.values) > MOST_VALUES:
        raise BadInput(
            "conditions", "Condition {place}: {most} at most.", place=place, most=MOST_VALUES
        )
    is_word = kind is Kind.WORD or condition.field == "seller_kind"
    for value in condition.values:
        is_known = isinstance(value, str) if is_word else _is_number(value, _GREATEST_ID)
        if not is_known:
            raise BadInput("conditions", "Condition {place}: choose at least one.", place=place)


def _is_number(value: int | str, greatest: int) -> bool:
    return type(value) is int and 0 <= value <= greatest
