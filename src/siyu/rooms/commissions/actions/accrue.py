"""Booking of what plans pay: for every touched order the target less what was booked before."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Q, Sum

from siyu.analytics.commissions import Scope
from siyu.rooms.commissions import models
from siyu.rooms.commissions.actions.post import post_lines
from siyu.rooms.commissions.ports import calculator
from siyu.rooms.commissions.queries.net_lines import COLUMNS, current_lines, stored_lines, table_of
from siyu.rooms.commissions.rules import (
    earned_on,
    named_in_lines,
    neighbours_of,
    subjects_of,
)
from siyu.rooms.commissions.types import BOOKED_LINES, Booked, Subject
from siyu.rooms.credit.queries import lines_credited
from siyu.rooms.operations.actions import insert_rows
from siyu.rooms.operations.queries import any_of, current_epoch, plain_rows, stable_stamp
from siyu.rooms.operations.types import Listener
from siyu.rooms.orders.queries import orders_changed, orders_of_lines
from siyu.rooms.plans.queries import plans_in_force
from siyu.rooms.plans.types import PlansInForce

_ORDERS_A_BATCH = 2_000
Row = dict[str, Any]
Rated = tuple[int, int, int]
"""(rate, base, amount) of what a subject pays."""


def accrue_due(
    *,
    program_id: int,
    today: date,
    at: datetime,
    listener: Listener = lambda name, done, total: None,
) -> Booked:
    """Book what orders, refunds and credits written since the last time change in what is paid.

    Batch by batch, each whole or not at all; what was booked is not booked again. ``today`` is
    the business day that it is booked on.
    """
    mark, _ = models.AccrualMark.objects.get_or_create(program_id=program_id)
    epoch, high = current_epoch(), stable_stamp()
    plans = plans_in_force(program_id=program_id)
    looks_back = [plan_id for plan_id, each in plans.versions.items() if each.looks_back]
    is_known = mark.epoch == epoch and set(looks_back) <= set(mark.looked_back)
    low = mark.stamp if is_known else 0
    if low >= high or plans.begins is None:
        return Booked(orders=0, lines=0, amount_minor=0)
    credited = lines_credited(program_id=program_id, low=low, high=high)
    orders = sorted(
        orders_changed(program_id=program_id, low=low, high=high)
        | orders_of_lines(line_ids=credited)
    )
    lines = amount = 0
    for start in range(0, len(orders), _ORDERS_A_BATCH):
        batch = orders[start : start + _ORDERS_A_BATCH]
        booked = accrue_orders(program_id=program_id, order_ids=batch, today=today, at=at)
        lines, amount = lines + booked.lines, amount + booked.amount_minor
        listener("accruals", start + len(batch), len(orders))
    if orders:
        _move(mark, {"stamp": high, "epoch": epoch, "looked_back": looks_back})
    return Booked(orders=len(orders), lines=lines, amount_minor=amount)


def _move(mark: models.AccrualMark, to: Row) -> None:
    """Begin there the next time, unless somebody has moved the mark meanwhile."""
    unmoved = models.AccrualMark.objects.filter(
        program_id=mark.program_id, stamp=mark.stamp, epoch=mark.epoch
    )
    unmoved.update(**to)


@transaction.atomic
def accrue_orders(
    *, program_id: int, order_ids: Collection[int], today: date, at: datetime
) -> Booked:
    """Book what the plan pays for these orders, less what was booked before; all or nothing."""
    models.AccrualMark.objects.get_or_create(program_id=program_id)
    mark = models.AccrualMark.objects.select_for_update().get(program_id=program_id)
    plans = plans_in_force(program_id=program_id)
    stored = stored_lines(order_ids)
    current = current_lines(
        program_id=program_id, order_ids=order_ids, stored=stored, version_on=plans.version_on
    )
    changed = [row for row in current if stored.get(row["line_id"]) != row]
    _store([row["line_id"] for row in changed if row["line_id"] in stored], changed)
    rows = [
        row
        for plan_id in sorted({row["plan_id"] for row in changed})
        for row in _differences(
            plan_id,
            [row for row in changed if row["plan_id"] == plan_id],
            [stored[row["line_id"]] for row in changed if row["line_id"] in stored],
            plans,
        )
    ]
    lines = pa.Table.from_pylist(rows, schema=BOOKED_LINES).sort_by(
        [(name, "ascending") for name in ("payee_id", "plan_id", "scope", "subject_id", "rule")]
    )
    amount = post_lines(mark=mark, lines=lines, today=today, at=at)
    return Booked(orders=len(order_ids), lines=lines.num_rows, amount_minor=amount)


def _store(gone: list[int], rows: list[Row]) -> None:
    models.NetLine.objects.filter(line_id__in=any_of(values=gone)).delete()
    insert_rows(
        model=models.NetLine,
        columns=COLUMNS,
        rows=[tuple(row[name] for name in COLUMNS) for row in rows],
    )


def _differences(
    plan_id: int, changed: list[Row], before: list[Row], plans: PlansInForce
) -> Iterable[Row]:
    """The target less what was booked, of every subject that the changed lines touch."""
    plan = plans.plan(plan_id)
    either = [*changed, *(row for row in before if row["plan_id"] == plan_id)]
    orders = {row["order_id"] for row in changed}
    asked = reduce(
        or_,
        (
            Q(**{f"{each.column}__in": any_of(values=each.payees)})
            & (Q() if each.months is None else Q(month__in=each.months))
            for each in neighbours_of(plan, either)
        ),
        Q(order_id__in=any_of(values=orders)),
    )
    lines = list(models.NetLine.objects.filter(asked, plan_id=plan_id).values(*COLUMNS))
    days = {row["order_id"]: row["business_on"] for row in changed}
    days |= {row["line_id"]: row["business_on"] for row in changed}
    touched = subjects_of(plan, either)
    targets = _targets(plan_id, lines, plans)
    # An order that moved has void lines on the day it left.
    every_day = {row["business_on"] for row in lines if row["order_id"] in orders}
    every_day |= {earned_on(each, plan=plan, days=days) for each in touched}
    booked = _booked(plan_id, {*days, *(each.subject_id for each in touched)}, every_day, either)
    for subject in sorted(targets.keys() | booked.keys()):
        if subject not in touched and subject.subject_id not in days:
            continue
        rate, base, amount = targets.get(subject, (-1, 0, 0))
        difference = amount - booked.get(subject, 0)
        if difference:
            yield {
                "plan_id": plan_id,
                "scope": subject.scope,
                "subject_id": subject.subject_id,
                "rule": subject.rule,
                "rate": rate,
                "payee_id": subject.payee_id,
                "base_minor": base,
                "amount_minor": difference,
                "earned_on": earned_on(subject, plan=plan, days=days),
            }


def _targets(plan_id: int, lines: list[Row], plans: PlansInForce) -> dict[Subject, Rated]:
    """What the plan pays for lines, by subject."""
    found = calculator().accruals(
        version=plan_id,
        plan=plans.plan(plan_id),
        ids=plans.ids(plan_id),
        net_lines=table_of(lines),
    )
    return {
        Subject(Scope(scope), subject_id, rule, payee_id): (rate, base, amount)
        for scope, subject_id, rule, rate, payee_id, base, amount in map(
            dict.values, plain_rows(table=found)
        )
    }


def _booked(
    plan_id: int, subjects: set[int], days: set[date], rows: list[Row]
) -> dict[Subject, int]:
    """What was booked for subjects of these days: nobody but whom the rows name has anything."""
    found = models.Accrual.objects.filter(
        plan_id=plan_id,
        payee_id__in=any_of(values=named_in_lines(rows)),
        earned_on__in=days,
        subject_id__in=any_of(values=subjects),
    )
    totals = found.values_list("scope", "subject_id", "rule", "payee_id")
    return {
        Subject(Scope(scope), subject_id, rule, payee_id): amount
        for scope, subject_id, rule, payee_id, amount in totals.annotate(Sum("amount_minor"))
        if amount
    }
