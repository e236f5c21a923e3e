"""Whether a plan says something that can be computed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

import msgspec

from siyu.analytics.commissions import (
    Base,
    Bonus,
    Depends,
    Event,
    Limit,
    Measure,
    Payee,
    Period,
    Plan,
    Rate,
    Share,
    Step,
)
from siyu.foundation.errors import BadInput
from siyu.foundation.money import exponent

_PERCENT_DECIMALS = 4
_ALL_PERCENT = 100
_MOST = 10**9


def check_plan(plan: Plan) -> None:
    """Raise BadInput, with the part of the plan as its field, where it cannot be computed."""
    decimals = exponent(plan.currency)
    for where, number in _numbers(plan):
        _check_number(where, number, _PERCENT_DECIMALS if "percent" in where else decimals)
    if plan.until_on is not None and plan.until_on < plan.from_on:
        raise BadInput("until_on", "The last day of the plan lies before its first.")
    if not plan.shares and not plan.bonuses:
        raise BadInput("shares", "A plan pays somebody: write one share at least.")
    _check_names([share.name for share in plan.shares] + [bonus.name for bonus in plan.bonuses])
    levels = [level.key for level in plan.levels]
    if len(set(levels)) < len(levels):
        raise BadInput("levels", "Two levels have the same key.")
    _check_levels(plan)
    for place, share in enumerate(plan.shares):
        _check_share(f"shares[{place}]", share, levels)
    for place, bonus in enumerate(plan.bonuses):
        _check_bonus(f"bonuses[{place}]", bonus, levels)


def _check_levels(plan: Plan) -> None:
    if any(lower.own_sales > upper.own_sales for lower, upper in pairwise(plan.levels)):
        raise BadInput("levels", "Write levels from the lowest to the highest by own sales.")
    if plan.carries is None:
        return
    levels = [level.key for level in plan.levels]
    for key, carried in plan.carries.levels.items():
        if carried.to not in levels:
            raise BadInput(
                f"carries.levels.{key}", "The plan has no level {level}.", level=carried.to
            )


def _check_names(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput("name", "{name} is the name of two parts of the plan.", name=twice[0])


def _check_share(where: str, share: Share, levels: Sequence[str]) -> None:
    if share.on is not Event.SALE and share.of is not Base.PIECE:
        raise BadInput(f"{where}.of", "Only a sale has a worth; for other events pay a piece.")
    for place, rate in enumerate(share.rates):
        _check_rate(f"{where}.rates[{place}]", rate, share.of, levels)
    for place, rate in enumerate(share.rates[:-1]):
        if _holds_always(rate):
            raise BadInput(
                f"{where}.rates[{place}]",
                "This rate holds always, so those after it never do; put it last.",
            )
    periods = [limit.per for limit in share.limits]
    for place, limit in enumerate(share.limits):
        _check_limit(f"{where}.limits[{place}]", limit)
    if len(set(periods)) < len(periods):
        raise BadInput(f"{where}.limits", "Two limits are for the same period; write one.")


def _check_rate(where: str, rate: Rate, base: Base, levels: Sequence[str]) -> None:
    if base is Base.PIECE and (rate.amount is None or rate.percent is not None):
        raise BadInput(where, "A piece is paid an amount: write `amount`, and no `percent`.")
    if base is not Base.PIECE and (rate.percent is None or rate.amount is not None):
        raise BadInput(where, "A part is paid of this: write `percent`, and no `amount`.")
    _check_depends(where, rate, levels)


def _check_depends(where: str, only: Depends, levels: Sequence[str]) -> None:
    unknown = [level for level in only.levels if level not in levels]
    if unknown:
        raise BadInput(f"{where}.levels", "The plan has no level {level}.", level=unknown[0])
    if (only.from_time is None) != (only.until_time is None):
        raise BadInput(f"{where}.from_time", "A window of hours has a beginning and an end.")
    if only.from_time is not None and only.from_time == only.until_time:
        raise BadInput(f"{where}.until_time", "This window of hours is empty.")
    if only.from_on and only.until_on and only.until_on < only.from_on:
        raise BadInput(f"{where}.until_on", "The last day lies before the first.")


def _check_limit(where: str, limit: Limit) -> None:
    if limit.per is Period.CAMPAIGN:
        raise BadInput(f"{where}.per", "Limits are of a line, an order or a month.")
    if limit.least is None and limit.most is None:
        raise BadInput(where, "Write the least, the most, or both.")
    if limit.least is not None and limit.most is not None and limit.least > limit.most:
        raise BadInput(f"{where}.least", "The least is more than the most.")


def _check_bonus(where: str, bonus: Bonus, levels: Sequence[str]) -> None:
    if bonus.per not in {Period.MONTH, Period.CAMPAIGN}:
        raise BadInput(f"{where}.per", "A bonus is for a month or for a campaign.")
    if bonus.to is Payee.INVITER:
        raise BadInput(f"{where}.to", "For who invited, write the seller and a `team_depth`.")
    if bonus.team_depth and bonus.to is not Payee.SELLER:
        raise BadInput(f"{where}.team_depth", "Only sellers have teams.")
    if bonus.per is Period.CAMPAIGN and not (bonus.only.from_on and bonus.only.until_on):
        raise BadInput(f"{where}.only", "A campaign has a first day and a last one.")
    _check_depends(f"{where}.only", bonus.only, levels)
    for place, step in enumerate(bonus.steps):
        _check_step(f"{where}.steps[{place}]", step, bonus.measure)
    if bonus.measure is not Measure.PAID and any(step.at % 1 for step in bonus.steps):
        raise BadInput(f"{where}.steps", "What is counted is whole: write steps without decimals.")
    if any(lower.at >= upper.at for lower, upper in pairwise(bonus.steps)):
        raise BadInput(f"{where}.steps", "Each step lies above the one before it.")


def _check_step(where: str, step: Step, measure: Measure) -> None:
    if (step.amount is None) == (step.percent is None):
        raise BadInput(where, "A step pays an amount or a percentage: write one of them.")
    if step.percent is not None and measure is not Measure.PAID:
        raise BadInput(f"{where}.percent", "A percentage is of goods paid; write an amount.")


def _holds_always(only: Depends) -> bool:
    return all(not getattr(only, name) for name in Depends.__struct_fields__)


def _numbers(part: object, where: str = "") -> Iterator[tuple[str, Decimal]]:
    """Every amount and percentage of a plan with its place."""
    if isinstance(part, Decimal):
        yield where, part
    elif isinstance(part, tuple):
        for place, each in enumerate(part):
            yield from _numbers(each, f"{where}[{place}]")
    elif isinstance(part, dict):
        for key, each in part.items():
            yield from _numbers(each, f"{where}.{key}")
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _numbers(getattr(part, name), f"{where}.{name}" if where else name)


def _check_number(where: str, number: Decimal, decimals: int) -> None:
    if not number.is_finite() or number < 0:
        raise BadInput(where, "{number} is no amount; write 0 or more.", number=number)
    if "percent" in where and number > _ALL_PERCENT:
        raise BadInput(where, "{number}% is more than everything.", number=number)
    if number > _MOST:
        raise BadInput(where, "{number} is more than {most}.", number=number, most=_MOST)
    if number != round(number, decimals):
        raise BadInput(
            where, "{number} has more than {decimals} decimals.", number=number, decimals=decimals
        )
