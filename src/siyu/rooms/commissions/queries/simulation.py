"""What past sales would have earned under a plan that is not in force; nothing is written."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from siyu.foundation.errors import BadInput
from siyu.rooms.commissions.ports import calculator
from siyu.rooms.commissions.queries.net_lines import current_lines, table_of
from siyu.rooms.commissions.rules import sums_of
from siyu.rooms.commissions.types import SimulatedGroup, SimulatedPayee, Simulation
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.orders.queries import orders_between
from siyu.rooms.plans.queries import ids_in, plan_in, plans_in_force

_ORDERS_AT_ONCE, _MOST_ORDERS = 5_000, 300_000
Row = dict[str, Any]


def simulate_plan(*, viewer: Viewer, text: str, first: date, last: date) -> Simulation:
    """What the sales of these days would have earned by a text, beside the versions in force.

    The text counts for all days, whatever its own first and last; sellers have the levels and
    stores of the sale's day. Raises BadInput for a text that is no plan of this program, for days
    in the wrong order and for more orders than are tried at once.
    """
    viewer.require(Right.EDIT_PLANS)
    if first > last:
        raise BadInput("last", "The last day comes after the first one.")
    program_id = viewer.program_id
    plan = plan_in(program_id=program_id, text=text)
    ids = ids_in(program_id=program_id, plan=plan)
    orders = sorted(orders_between(program_id=program_id, first=first, last=last))
    if len(orders) > _MOST_ORDERS:
        raise BadInput(
            "first",
            "{orders} orders are more than {most}; choose fewer days.",
            orders=len(orders),
            most=_MOST_ORDERS,
        )
    whole = msgspec.structs.replace(plan, from_on=first, until_on=last)
    lines = _lines(program_id, orders)
    then = sums_of(
        calculator().accruals(version=None, plan=whole, ids=ids, net_lines=table_of(lines))
    )
    now = _now(program_id, lines)
    payees = [
        SimulatedPayee(payee_id=each, now_minor=now.get(each, 0), then_minor=then.get(each, 0))
        for each in sorted(now.keys() | then.keys())
    ]
    return Simulation(
        first=first,
        last=last,
        orders=len(orders),
        sold_minor=sum(line["paid_minor"] for line in lines),
        now_minor=sum(now.values()),
        then_minor=sum(then.values()),
        groups=tuple(_groups(lines, payees)),
        payees=tuple(sorted(payees, key=lambda each: (-each.change_minor, each.payee_id))),
    )


def _lines(program_id: int, orders: list[int]) -> list[Row]:
    """The net lines of orders, whatever version counts on their days."""
    found: list[Row] = []
    for start in range(0, len(orders), _ORDERS_AT_ONCE):
        found += current_lines(
            program_id=program_id,
            order_ids=orders[start : start + _ORDERS_AT_ONCE],
            stored={},
            version_on=lambda _day: 0,
        )
    return found


def _now(program_id: int, lines: list[Row]) -> dict[int, int]:
    """What the versions in force pay for these lines, each for its own days."""
    plans = plans_in_force(program_id=program_id)
    by_plan: dict[int, list[Row]] = defaultdict(list)
    for line in lines:
        plan_id = plans.version_on(line["business_on"])
        if plan_id is not None:
            by_plan[plan_id].append(line)
    sums: dict[int, int] = defaultdict(int)
    for plan_id, own in by_plan.items():
        found = calculator().accruals(
            version=plan_id,
            plan=plans.plan(plan_id),
            ids=plans.ids(plan_id),
            net_lines=table_of(own),
        )
        for payee_id, amount in sums_of(found).items():
            sums[payee_id] += amount
    return sums


def _groups(lines: list[Row], payees: list[SimulatedPayee]) -> Iterable[SimulatedGroup]:
    """Payees by what they were when they sold last; stores and others are of no kind or level."""
    last = {line["seller_id"]: line for line in lines}
    for by, column in (("kind", "kind"), ("level", "level"), ("store", "store_id")):
        groups: dict[str, list[SimulatedPayee]] = defaultdict(list)
        for payee in payees:
            value = last.get(payee.payee_id, {}).get(column)
            groups["" if value is None else str(value)].append(payee)
        for name, own in sorted(groups.items()):
            yield SimulatedGroup(
                by=by,
                name=name,
                payees=len(own),
                now_minor=sum(each.now_minor for each in own),
                then_minor=sum(each.then_minor for each in own),
            )
