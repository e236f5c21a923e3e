"""What a commission plan pays, in words."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.analytics.commissions import (
    Base,
    Bonus,
    Depends,
    Event,
    Level,
    Limit,
    Measure,
    Payee,
    Period,
    Plan,
    Rate,
    Share,
    Step,
)
from siyu.faces.templatetags.siyu import money as shown_money
from siyu.foundation.money import to_minor

Money = Callable[[Decimal | None], str]

PAYEES = {
    Payee.SELLER: gettext_lazy("The credited seller"),
    Payee.SERVER: gettext_lazy("Who serves the customer"),
    Payee.STORE: gettext_lazy("The store"),
    Payee.DEALER: gettext_lazy("The store's dealer"),
}
BASES = {
    Base.PAID: gettext_lazy("paid goods, less freight and refunds"),
    Base.MARGIN: gettext_lazy("margin"),
    Base.ALLIANCE: gettext_lazy("the alliance's commission"),
}
EVENTS = {
    Event.SALE: gettext_lazy("a sold piece"),
    Event.TASK: gettext_lazy("a done task"),
    Event.RECRUIT: gettext_lazy("a person brought in"),
    Event.SHARING: gettext_lazy("a sharing"),
}
PERIODS = {
    Period.LINE: gettext_lazy("a line"),
    Period.ORDER: gettext_lazy("an order"),
    Period.MONTH: gettext_lazy("a month"),
    Period.CAMPAIGN: gettext_lazy("a campaign"),
}
MEASURES = {
    Measure.PAID: gettext_lazy("paid goods"),
    Measure.ORDERS: gettext_lazy("orders"),
    Measure.PIECES: gettext_lazy("pieces"),
    Measure.RECRUITS: gettext_lazy("persons brought in"),
}
_LISTS = {
    "products": gettext_lazy("goods {names}"),
    "brands": gettext_lazy("brands {names}"),
    "categories": gettext_lazy("categories {names}"),
    "levels": gettext_lazy("levels {names}"),
    "kinds": gettext_lazy("kinds {names}"),
    "channels": gettext_lazy("channels {names}"),
    "units": gettext_lazy("units {names}"),
    "tasks": gettext_lazy("tasks {names}"),
}


def rows_of(*, plan: Plan) -> list[dict[str, object]]:
    """One row a share and a bonus: name, who is paid, of what, and the rates in words."""
    money = partial(_money, plan.currency)
    rows: list[dict[str, object]] = [_of_share(share, money) for share in plan.shares]
    return rows + [_of_bonus(bonus, money) for bonus in plan.bonuses]


def levels_of(*, plan: Plan) -> list[dict[str, object]]:
    """One row a level: its name, what reaching and keeping it asks for, who comes over to it."""
    money = partial(_money, plan.currency)
    return [
        {
            "name": level.name or level.key,
            "asks": list(_asks(level, money)),
            "carried": list(_carried(plan, level, money)),
        }
        for level in plan.levels
    ]


def _asks(level: Level, money: Money) -> Iterator[str]:
    if level.own_sales:
        yield _("own sales of {amount} in all").format(amount=money(level.own_sales))
    if level.keep_own_sales:
        yield _("kept with own sales of {amount} a month").format(
            amount=money(level.keep_own_sales)
        )


def _carried(plan: Plan, level: Level, money: Money) -> Iterator[str]:
    if plan.carries is None:
        return
    for before, carried in plan.carries.levels.items():
        if carried.to != level.key:
            continue
        if carried.earn:
            yield _(
                "Who was {level} before comes over on trial: own sales of {amount} within"
                " {days} days, or paid as a newcomer"
            ).format(level=before, amount=money(carried.earn), days=plan.carries.trial_days)
        else:
            yield _("Who was {level} before comes over for good").format(level=before)


def _money(currency: str, amount: Decimal | None) -> str:
    return shown_money(to_minor(amount or Decimal(0), currency), currency)


def _of_share(share: Share, money: Money) -> dict[str, object]:
    of = EVENTS[share.on] if share.of is Base.PIECE else BASES[share.of]
    return {
        "name": share.name,
        "to": _payee(share.to, share.depth),
        "of": of,
        "rates": [_of_rate(rate, money) for rate in share.rates],
        "limits": [_of_limit(limit, money) for limit in share.limits],
    }


def _of_bonus(bonus: Bonus, money: Money) -> dict[str, object]:
    only = list(_conditions(bonus.only))
    return {
        "name": bonus.name,
        "to": _payee(bonus.to, 1),
        "of": _("{measure}, by {period}").format(
            measure=MEASURES[bonus.measure], period=PERIODS[bonus.per]
        ),
        "rates": [_of_step(step, bonus.measure, money) for step in bonus.steps],
        "limits": [_("only {conditions}").format(conditions=_(", ").join(only))] if only else [],
    }


def _payee(payee: Payee, depth: int) -> str:
    if payee is Payee.INVITER:
        return _("Who invited, {depth} above the buyer").format(depth=depth)
    return str(PAYEES[payee])


def _of_rate(rate: Rate, money: Money) -> str:
    worth = f"{rate.percent}%" if rate.percent is not None else money(rate.amount)
    conditions = _(", ").join(_conditions(rate))
    if rate.name:
        worth = f"{worth} ({rate.name})"
    return _("{worth} for {conditions}").format(worth=worth, conditions=conditions or _("all"))


def _of_step(step: Step, measure: Measure, money: Money) -> str:
    worth = f"{step.percent}%" if step.percent is not None else money(step.amount)
    at = money(step.at) if measure is Measure.PAID else f"{step.at}"
    return _("{worth} from {at} on").format(worth=worth, at=at)


def _of_limit(limit: Limit, money: Money) -> str:
    period = PERIODS[limit.per]
    if limit.most is None:
        return _("{least} at least, {period}").format(least=money(limit.least), period=period)
    if limit.least is None:
        return _("{most} at most, {period}").format(most=money(limit.most), period=period)
    return _("{least} to {most}, {period}").format(
        least=money(limit.least), most=money(limit.most), period=period
    )


def _conditions(only: Depends) -> Iterator[str]:
    for name, words in _LISTS.items():
        values = getattr(only, name)
        if values:
            yield words.format(names="/".join(values))
    if only.from_time is not None:
        yield f"{only.from_time}–{only.until_time}"
    if only.from_on or only.until_on:
        yield f"{only.from_on or '…'} – {only.until_on or '…'}"
