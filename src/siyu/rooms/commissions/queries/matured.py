"""What can be drawn: accruals between two frontiers."""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from siyu.analytics.commissions import Scope
from siyu.rooms.commissions import models
from siyu.rooms.commissions.queries.reasons import rate_text, rule_name
from siyu.rooms.commissions.rules import released_until
from siyu.rooms.commissions.types import AccrualView, Frontier, Matured
from siyu.rooms.orders.queries import keys_of_orders
from siyu.rooms.plans.queries import plans_in_force
from siyu.rooms.plans.types import PlansInForce

_NOTHING = Frontier(batch=0, earned_until={})


def frontier_on(*, program_id: int, day: date) -> Frontier:
    """How far accruals can be drawn by the end of a day, of all that is booked now.

    Raises BadInput where a plan counts working days that the calendar does not have yet.
    """
    mark = models.AccrualMark.objects.filter(program_id=program_id).first()
    plans = plans_in_force(program_id=program_id)
    return Frontier(
        batch=mark.batches if mark else 0,
        earned_until={
            plan_id: released_until(plans.plan(plan_id).release, day) for plan_id in plans.versions
        },
    )


def matured(*, program_id: int, since: Frontier | None, until: Frontier) -> Iterator[Matured]:
    """What matured for each payee after one frontier, up to another; by payee."""
    rows = _between(program_id, since or _NOTHING, until)
    of_lines = Q(scope__lt=Scope.MONTH.value)
    sums = rows.values("payee_id").annotate(
        earned=_sum(of_lines & Q(amount_minor__gt=0)),
        taken_back=_sum(of_lines & Q(amount_minor__lt=0)),
        bonus=_sum(~of_lines),
    )
    for row in sums.order_by("payee_id").iterator(chunk_size=10_000):
        yield Matured(
            payee_id=row["payee_id"],
            earned_minor=row["earned"],
            reversed_minor=row["taken_back"],
            bonus_minor=row["bonus"],
        )


def matured_lines(
    *, program_id: int, payee_id: int, since: Frontier | None, until: Frontier
) -> list[AccrualView]:
    """Every booking behind what matured for a payee, in the order in which they were booked."""
    rows = _between(program_id, since or _NOTHING, until).filter(payee_id=payee_id)
    return views_of(rows.order_by("id"), plans_in_force(program_id=program_id))


def views_of(rows: QuerySet[models.Accrual], plans: PlansInForce) -> list[AccrualView]:
    """Accruals as they are shown; the caller limits how many."""
    found = list(rows.select_related("batch"))
    line_ids = [row.subject_id for row in found if row.scope == Scope.LINE]
    lines = models.NetLine.objects.in_bulk(line_ids)
    of_orders = [row.subject_id for row in found if row.scope == Scope.ORDER]
    keys = keys_of_orders(order_ids=[*of_orders, *(line.order_id for line in lines.values())])
    views = []
    for row in found:
        plan = plans.plan(row.plan_id)
        line = lines.get(row.subject_id) if row.scope == Scope.LINE else None
        order_id = line.order_id if line else row.subject_id
        views.append(
            AccrualView(
                id=row.id,
                payee_id=row.payee_id,
                plan_id=row.plan_id,
                plan_name=plan.name,
                scope=Scope(row.scope),
                subject_id=row.subject_id,
                rule_name=rule_name(plan, row.rule),
                rate_text=rate_text(plan, row.rule, row.rate),
                base_minor=row.base_minor,
                amount_minor=row.amount_minor,
                earned_on=row.earned_on,
                booked_on=row.batch.business_on,
                order_key=keys.get(order_id, "") if row.scope < Scope.MONTH else "",
                product_id=line.product_id if line else None,
            )
        )
    return views


def _between(program_id: int, since: Frontier, until: Frontier) -> QuerySet[models.Accrual]:
    rows = models.Accrual.objects.filter(batch__program_id=program_id)
    if not until.earned_until:
        return rows.none()
    return rows.filter(_within(until)).exclude(_within(since))


def _within(frontier: Frontier) -> Q:
    of_plans = (
        Q(plan_id=plan_id, earned_on__lte=day) for plan_id, day in frontier.earned_until.items()
    )
    return Q(batch__number__lte=frontier.batch) & reduce(or_, of_plans, Q(plan_id=None))


def _sum(condition: Q) -> Coalesce:
    return Coalesce(Sum(F("amount_minor"), filter=condition), 0)
