"""A plan from its text."""

import re
import tomllib
from decimal import Decimal

import msgspec

from siyu.analytics.commissions import Depends, Plan
from siyu.foundation.errors import BadInput
from siyu.rooms.plans.rules.check_plan import check_plan

_PLACE = re.compile(r" - at `(?:key in )?\$\.?(?P<place>[^`]*)`$")


def read_plan(text: str) -> Plan:
    """The plan that a TOML text says, checked.

    Raises BadInput with the part of the plan as its field where it cannot be meant.
    """
    try:
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadInput("plan", "This is not TOML: {reason}.", reason=error) from error
    try:
        plan = msgspec.convert(told, Plan)
    except msgspec.ValidationError as error:
        reason = str(error)
        found = _PLACE.search(reason)
        raise BadInput(
            found["place"] if found and found["place"] else "plan",
            "The plan cannot be read: {reason}.",
            reason=_PLACE.sub("", reason),
        ) from error
    check_plan(plan)
    return plan


def named_in(plan: Plan) -> dict[str, tuple[str, ...]]:
    """What a plan names of the program, by kind: products, brands, categories and units."""
    parts: list[Depends] = [rate for share in plan.shares for rate in share.rates]
    parts += [bonus.only for bonus in plan.bonuses]
    return {
        kind: tuple(sorted({name for part in parts for name in getattr(part, kind)}))
        for kind in ("products", "brands", "categories", "units")
    }
