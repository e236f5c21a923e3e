"""Why something is paid, in the words of the plan."""

from decimal import Decimal

from siyu.analytics.commissions import Base, Plan


def rule_name(plan: Plan, rule: int) -> str:
    """The name of a share or bonus, by its place in the plan."""
    shares = len(plan.shares)
    return plan.shares[rule].name if rule < shares else plan.bonuses[rule - shares].name


def rate_text(plan: Plan, rule: int, rate: int) -> str:
    """A percentage, or an amount in the program's money, after the rate's name if it has one."""
    if rate < 0:
        return ""
    if rule >= len(plan.shares):
        step = plan.bonuses[rule - len(plan.shares)].steps[rate]
        return _worth("", step.percent, step.amount)
    share = plan.shares[rule]
    worth = share.rates[rate]
    percent = worth.percent if share.of is not Base.PIECE else None
    return _worth(worth.name, percent, worth.amount)


def _worth(name: str, percent: Decimal | None, amount: Decimal | None) -> str:
    worth = f"{percent:f}%" if percent is not None else f"{amount:f}"
    return f"{name} {worth}".strip()
