"""What a plan pays: one table function from net lines to accruals.

What a line is paid depends on that line alone. Limits of orders and months, and bonuses, are
accruals of their own by payee, rule and scope, each the difference that the limit makes. So the
function gives the same amounts in whatever order lines came, and a line whose refund came later is
computed again from what is left of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from functools import reduce
from operator import or_
from typing import Any

import ibis

from siyu.analytics.arithmetic import part_of, total
from siyu.analytics.commissions.conditions import asks, holds
from siyu.analytics.commissions.plan import (
    MOST_DEPTH,
    Base,
    Bonus,
    Event,
    Ids,
    Limit,
    Measure,
    Payee,
    Period,
    Plan,
    Share,
    Step,
)
from siyu.analytics.commissions.units import minor, ppm

NET_LINES = ibis.schema(
    {
        "line_id": "int64",
        "order_id": "int64",
        "event": "string",
        "business_on": "date",
        "local_minute": "int32",
        "product_id": "int64",
        "brand_id": "int64",
        "category_id": "int64",
        "unit_id": "int64",
        "channel": "string",
        "task": "string",
        "level": "string",
        "kind": "string",
        "seller_id": "int64",
        "server_id": "int64",
        "store_id": "int64",
        "dealer_id": "int64",
        **{f"above_{depth}_id": "int64" for depth in range(2, MOST_DEPTH + 1)},
        "quantity_milli": "int64",
        "paid_minor": "int64",
        "margin_minor": "int64",
        "alliance_minor": "int64",
    }
)
"""Lines to be paid for, net of freight and refunds; a row is a sold line, or another event.

``local_minute`` counts from midnight, ``level`` and ``kind`` are the credited seller's at that
moment, ``above_2_id`` is who invited her, ``above_3_id`` who invited that one, and so on.
"""


class Scope(IntEnum):
    """Of what an accrual is: a line, the order or month of a limit, a bonus."""

    LINE = 0
    ORDER = 1
    MONTH = 2
    BONUS = 3


ACCRUALS = ibis.schema(
    {
        "scope": "int32",
        "subject_id": "int64",
        "rule": "int32",
        "rate": "int32",
        "payee_id": "int64",
        "base_minor": "int64",
        "amount_minor": "int64",
    }
)
_MILLI = 1_000


def accruals(*, net_lines: ibis.Table, plan: Plan, ids: Ids) -> ibis.Table:
    """What every payee has earned by a plan, as far as it is not 0.

    Lines of other days than the plan's are passed over; what is left of a line below 0 pays 0.

    Columns: scope (of `Scope`), subject_id (the line, the order, the month as 202611, for a
    campaign 0), rule (place of the share in the plan, for a bonus counted on after the shares),
    rate (place of the rate or step in its rule, for limits -1), payee_id, base_minor (of what it
    was computed: of a limit, what it limits; for pieces, thousandths of a piece), amount_minor
    (below 0 where a limit takes away).
    """
    lines = net_lines.filter(net_lines.business_on >= plan.from_on)
    if plan.until_on is not None:
        lines = lines.filter(lines.business_on <= plan.until_on)
    found = [(Scope.LINE, _earned(lines, plan, ids))] if plan.shares else []
    for scope, period in ((Scope.ORDER, Period.ORDER), (Scope.MONTH, Period.MONTH)):
        limits = {
            rule: limit
            for rule, share in enumerate(plan.shares)
            for limit in share.limits
            if limit.per is period
        }
        if limits:
            paid = _together([table for _, table in found])
            found.append((scope, _limited(paid, scope, limits, plan.currency)))
    found += [
        (Scope.BONUS, _rewarded(lines, len(plan.shares) + place, bonus, plan, ids))
        for place, bonus in enumerate(plan.bonuses)
    ]
    return _together([_as_accruals(scope, table) for scope, table in found])


def _together(tables: Sequence[ibis.Table]) -> ibis.Table:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _as_accruals(scope: Scope, table: ibis.Table) -> ibis.Table:
    told = table.filter(table.amount_minor != 0)
    return told.mutate(scope=ibis.literal(scope.value, "int32")).select(*ACCRUALS)


def _months_of(day: Any) -> Any:
    """The month of a date as a number: 202611."""
    return (day.year().cast("int64") * 100 + day.month().cast("int64")).cast("int64")


def _earned(lines: ibis.Table, plan: Plan, ids: Ids) -> ibis.Table:
    """One row a line and share that pays for it."""
    shares = list(enumerate(plan.shares))
    events = sorted({share.on.value for share in plan.shares})
    is_mixed = len(events) > 1
    slots = ibis.range(0, len(shares)).unnest().name("rule").as_table()
    bases = sorted({_base_column(share) for share in plan.shares})
    something = reduce(or_, (lines[name] > 0 for name in bases))
    crossed = lines.filter(lines.event.isin(events), something).cross_join(slots)
    meant = crossed.mutate(
        payee_id=_by_rule(
            crossed, [(rule, _payee_of(crossed, share, is_mixed)) for rule, share in shares]
        ),
        rate=_by_rule(crossed, [(rule, _rate(crossed, share, ids)) for rule, share in shares]),
        base_minor=crossed[bases[0]]
        if len(bases) == 1
        else _by_rule(crossed, [(rule, crossed[_base_column(share)]) for rule, share in shares]),
    )
    paid = meant.filter(meant.payee_id.notnull(), meant.rate.notnull(), meant.base_minor > 0)
    amounts = paid.mutate(
        amount_minor=_by_rule(
            paid, [(rule, _amount(paid, share, plan.currency)) for rule, share in shares]
        )
    )
    return amounts.select(
        subject_id=amounts.line_id,
        rule=amounts.rule.cast("int32"),
        rate=amounts.rate.cast("int32"),
        payee_id=amounts.payee_id,
        base_minor=amounts.base_minor,
        amount_minor=amounts.amount_minor,
        order_id=amounts.order_id,
        business_on=amounts.business_on,
    )


def _by_rule(table: ibis.Table, values: Sequence[tuple[int, Any]]) -> Any:
    if len(values) == 1:
        return values[0][1]
    return ibis.cases(*((table.rule == rule, value) for rule, value in values))


def _payee_of(lines: ibis.Table, share: Share, is_mixed: bool) -> Any:
    """Who a share pays of a line; nobody of another event than its own."""
    payee = _payee(lines, share)
    return ibis.ifelse(lines.event == share.on.value, payee, None) if is_mixed else payee


def _payee(lines: ibis.Table, share: Share | Bonus, above: int = 1) -> Any:
    """Who is paid of a line; persons ``above`` the seller for a team."""
    if share.to is Payee.INVITER and isinstance(share, Share):
        above = share.depth
    if above > 1:
        return lines[f"above_{above}_id"]
    return lines[f"{share.to.value}_id"]


def _rate(lines: ibis.Table, share: Share, ids: Ids) -> Any:
    """The place of the first rate that holds for a line; null where none does, or it is 0."""
    branches: list[tuple[Any, Any]] = []
    last: Any = ibis.null("int32")
    for place, rate in enumerate(share.rates):
        pays = rate.percent or rate.amount
        chosen = ibis.literal(place, "int32") if pays else ibis.null("int32")
        if not asks(rate):
            last = chosen
            break
        branches.append((holds(lines, rate, ids), chosen))
    return ibis.cases(*branches, else_=last) if branches else last


def _base_column(share: Share) -> str:
    return "quantity_milli" if share.of is Base.PIECE else f"{share.of.value}_minor"


def _amount(paid: ibis.Table, share: Share, currency: str) -> Any:
    """What a share pays for a line, within its limits of a line."""
    amount = _at_rates(paid, share, currency)
    for limit in share.limits:
        if limit.per is Period.LINE:
            amount = _within(amount, limit, currency)
    return amount


def _at_rates(paid: ibis.Table, share: Share, currency: str) -> Any:
    worth = [rate.percent if rate.percent is not None else rate.amount for rate in share.rates]
    if share.of is Base.PIECE:
        values = [minor(each, currency) for each in worth]
        return part_of(
            amount=paid.base_minor, parts=_at(paid, values), most_parts=max(values), of=_MILLI
        )
    values = [ppm(each) for each in worth]
    return part_of(amount=paid.base_minor, parts=_at(paid, values), most_parts=max(values))


def _at(paid: ibis.Table, values: Sequence[int]) -> Any:
    """The value of the rate that holds for a line."""
    if len(set(values)) == 1:
        return ibis.literal(values[0], "int64")
    branches = [
        (paid.rate == place, ibis.literal(value, "int64")) for place, value in enumerate(values)
    ]
    return ibis.cases(*branches)


def _within(amount: Any, limit: Limit, currency: str) -> Any:
    if limit.least is not None:
        amount = ibis.greatest(amount, ibis.literal(minor(limit.least, currency), "int64"))
    if limit.most is not None:
        amount = ibis.least(amount, ibis.literal(minor(limit.most, currency), "int64"))
    return amount


def _limited(paid: ibis.Table, scope: Scope, limits: dict[int, Limit], currency: str) -> ibis.Table:
    """One row a payee, rule and order or month where a limit changes what is paid."""
    own = paid.filter(paid.rule.isin(sorted(limits)))
    subject = own.order_id if scope is Scope.ORDER else _months_of(own.business_on)
    # One rule is no key: what is grouped by costs the most here.
    rules = {} if len(limits) > 1 else {"rule": ibis.literal(next(iter(limits)), "int32")}
    keys = ["payee_id"] if rules else ["rule", "payee_id"]
    sums = own.group_by(*keys, subject_id=subject).agg(
        paid_minor=total(own.amount_minor).cast("int64"), business_on=own.business_on.min()
    )
    sums = sums.mutate(**rules)
    within = _by_rule(
        sums, [(rule, _within(sums.paid_minor, limits[rule], currency)) for rule in sorted(limits)]
    )
    changed = sums.mutate(amount_minor=within - sums.paid_minor)
    return changed.filter(changed.amount_minor != 0).select(
        subject_id=changed.subject_id,
        rule=changed.rule,
        rate=ibis.literal(-1, "int32"),
        payee_id=changed.payee_id,
        base_minor=changed.paid_minor,
        amount_minor=changed.amount_minor,
        order_id=ibis.literal(0, "int64"),
        business_on=changed.business_on,
    )


def _rewarded(lines: ibis.Table, rule: int, bonus: Bonus, plan: Plan, ids: Ids) -> ibis.Table:
    """One row a payee and month, or payee, whose sum reached a step of a bonus."""
    event = Event.RECRUIT if bonus.measure is Measure.RECRUITS else Event.SALE
    meant = lines.filter(lines.event == event.value, holds(lines, bonus.only, ids))
    subject = (
        _months_of(meant.business_on) if bonus.per is Period.MONTH else ibis.literal(0, "int64")
    )
    teams = [
        meant.select(
            payee_id=_payee(meant, bonus, above),
            subject_id=subject,
            order_id=meant.order_id,
            paid_minor=ibis.greatest(meant.paid_minor, ibis.literal(0, "int64")),
            quantity_milli=ibis.greatest(meant.quantity_milli, ibis.literal(0, "int64")),
        )
        for above in range(1, bonus.team_depth + 2)
    ]
    counted = ibis.union(*teams) if len(teams) > 1 else teams[0]
    counted = counted.filter(counted.payee_id.notnull())
    sums = counted.group_by("payee_id", "subject_id").agg(base_minor=_measured(counted, bonus))
    places = list(enumerate(bonus.steps))
    reached = [(sums.base_minor >= _least(step, bonus, plan), place) for place, step in places]
    step = ibis.cases(
        *((met, ibis.literal(place, "int32")) for met, place in reversed(reached)),
        else_=ibis.null("int32"),
    )
    earned = sums.mutate(rate=step).filter(lambda table: table.rate.notnull())
    pays = [(earned.rate == place, _of_step(earned, step, plan)) for place, step in places]
    return earned.select(
        subject_id=earned.subject_id,
        rule=ibis.literal(rule, "int32"),
        rate=earned.rate,
        payee_id=earned.payee_id,
        base_minor=earned.base_minor,
        amount_minor=ibis.cases(*pays),
    )


def _measured(counted: ibis.Table, bonus: Bonus) -> Any:
    if bonus.measure is Measure.PAID:
        return total(counted.paid_minor).cast("int64")
    if bonus.measure is Measure.ORDERS:
        return counted.order_id.nunique(where=counted.paid_minor > 0).cast("int64")
    return total(counted.quantity_milli).cast("int64")


def _least(step: Step, bonus: Bonus, plan: Plan) -> Any:
    """From what sum on a step is reached, in what its bonus counts."""
    if bonus.measure is Measure.PAID:
        return ibis.literal(minor(step.at, plan.currency), "int64")
    thousandths = 1 if bonus.measure is Measure.ORDERS else _MILLI
    return ibis.literal(int(step.at * thousandths), "int64")


def _of_step(earned: ibis.Table, step: Step, plan: Plan) -> Any:
    if step.amount is not None:
        return ibis.literal(minor(step.amount, plan.currency), "int64")
    parts = ppm(step.percent)
    return part_of(amount=earned.base_minor, parts=ibis.literal(parts, "int64"), most_parts=parts)
