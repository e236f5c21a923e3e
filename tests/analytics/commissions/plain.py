"""The plain reference: a plan read line by line, in whole numbers and fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from siyu.analytics.commissions import (
    Base,
    Bonus,
    Depends,
    Event,
    Ids,
    Limit,
    Measure,
    Payee,
    Period,
    Plan,
    Share,
)

Line = dict[str, Any]
Accrual = tuple[int, int, int, int, int, int, int]
LINE, ORDER, MONTH, BONUS = range(4)
FEN = 100


def accruals_of(lines: Iterable[Line], plan: Plan, ids: Ids) -> set[Accrual]:
    """(scope, subject, rule, rate, payee, base, amount) of everything that is not 0."""
    valid = [
        line
        for line in lines
        if line["business_on"] >= plan.from_on
        and (plan.until_on is None or line["business_on"] <= plan.until_on)
    ]
    found: list[Accrual] = []
    for rule, share in enumerate(plan.shares):
        paid = [(line, _of_line(line, rule, share, ids)) for line in valid]
        earned = [(line, accrual) for line, accrual in paid if accrual is not None]
        found += [accrual for _, accrual in earned]
        found += _of_limits(rule, share, earned)
    for place, bonus in enumerate(plan.bonuses):
        found += _of_bonus(valid, len(plan.shares) + place, bonus, ids)
    return {accrual for accrual in found if accrual[6] != 0}


def _of_limits(rule: int, share: Share, earned: list[tuple[Line, Accrual]]) -> list[Accrual]:
    """What limits of orders change, and then what those of months do to all of it."""
    by_order: dict[Any, int] = defaultdict(int)
    by_month: dict[Any, int] = defaultdict(int)
    months: dict[int, int] = {}
    for line, (*_, payee, _, amount) in earned:
        by_order[payee, line["order_id"]] += amount
        by_month[payee, month_of(line)] += amount
        months[line["order_id"]] = month_of(line)
    found = []
    for limit in sorted(share.limits, key=lambda limit: limit.per is Period.MONTH):
        scope, sums = (ORDER, by_order) if limit.per is Period.ORDER else (MONTH, by_month)
        if limit.per is Period.LINE:
            continue
        for (payee, subject), paid in sums.items():
            change = _limited(paid, limit) - paid
            found.append((scope, subject, rule, -1, payee, paid, change))
            if scope == ORDER:
                by_month[payee, months[subject]] += change
    return found


def month_of(line: Line) -> int:
    return int(line["business_on"].year * 100 + line["business_on"].month)


def _of_line(line: Line, rule: int, share: Share, ids: Ids) -> Accrual | None:
    if line["event"] != share.on.value:
        return None
    name = f"above_{share.depth}_id" if share.to is Payee.INVITER else f"{share.to.value}_id"
    payee = line[name]
    base = line["quantity_milli" if share.of is Base.PIECE else f"{share.of.value}_minor"]
    place = next((n for n, rate in enumerate(share.rates) if holds(line, rate, ids)), None)
    if payee is None or base <= 0 or place is None:
        return None
    rate = share.rates[place]
    if not (rate.percent or rate.amount):
        return None
    if share.of is Base.PIECE:
        amount = half_up(Decimal(base) / 1000 * (rate.amount or 0) * FEN)
    else:
        amount = half_up(base * (rate.percent or 0) / 100)
    for limit in share.limits:
        if limit.per is Period.LINE:
            amount = _limited(amount, limit)
    return (LINE, line["line_id"], rule, place, payee, base, amount)


def _of_bonus(lines: list[Line], rule: int, bonus: Bonus, ids: Ids) -> list[Accrual]:
    event = Event.RECRUIT if bonus.measure is Measure.RECRUITS else Event.SALE
    own: dict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        if line["event"] == event.value and holds(line, bonus.only, ids):
            subject = month_of(line) if bonus.per is Period.MONTH else 0
            for above in range(1, bonus.team_depth + 2):
                payee = line[f"above_{above}_id" if above > 1 else f"{bonus.to.value}_id"]
                if payee is not None:
                    own[payee, subject].append(line)
    found = []
    for (payee, subject), counted in own.items():
        if bonus.measure is Measure.PAID:
            base = sum(max(0, line["paid_minor"]) for line in counted)
            reached = Decimal(base) / FEN
        elif bonus.measure is Measure.ORDERS:
            base = len({line["order_id"] for line in counted if line["paid_minor"] > 0})
            reached = Decimal(base)
        else:
            base = sum(max(0, line["quantity_milli"]) for line in counted)
            reached = Decimal(base) / 1000
        steps = [n for n, step in enumerate(bonus.steps) if reached >= step.at]
        if steps:
            step = bonus.steps[steps[-1]]
            amount = (
                half_up(step.amount * FEN)
                if step.amount is not None
                else half_up(base * (step.percent or 0) / 100)
            )
            found.append((BONUS, subject, rule, steps[-1], payee, base, amount))
    return found


def holds(line: Line, only: Depends, ids: Ids) -> bool:
    units = {unit for key in only.units for unit in ids.units[key]}
    lists: list[tuple[Any, str, set[Any]]] = [
        (only.products, "product_id", {ids.products[key] for key in only.products}),
        (only.brands, "brand_id", {ids.brands[key] for key in only.brands}),
        (only.categories, "category_id", {ids.categories[key] for key in only.categories}),
        (only.units, "unit_id", units),
        (only.levels, "level", set(only.levels)),
        (only.kinds, "kind", set(only.kinds)),
        (only.channels, "channel", set(only.channels)),
        (only.tasks, "task", set(only.tasks)),
    ]
    if any(given and line[name] not in values for given, name, values in lists):
        return False
    if only.from_time is not None and only.until_time is not None:
        clock = f"{line['local_minute'] // 60:02}:{line['local_minute'] % 60:02}"
        start, end = only.from_time, only.until_time
        within = start <= clock < end if start < end else clock >= start or clock < end
        if not within:
            return False
    if only.from_on is not None and line["business_on"] < only.from_on:
        return False
    return only.until_on is None or line["business_on"] <= only.until_on


def _limited(amount: int, limit: Limit) -> int:
    if limit.least is not None:
        amount = max(amount, half_up(limit.least * FEN))
    if limit.most is not None:
        amount = min(amount, half_up(limit.most * FEN))
    return amount


def half_up(amount: Decimal | int) -> int:
    return int(Decimal(amount).to_integral_value(rounding=ROUND_HALF_UP))
