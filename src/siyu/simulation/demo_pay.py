"""How the demo brand pays its sellers: a plan, closed months, and a payout that waits."""

from datetime import date, datetime, timedelta

from siyu.foundation.calendar import month_of
from siyu.rooms.commissions.actions import apply_review
from siyu.rooms.operations.actions import wait_until_stable
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.actions import add_staff, grant_role
from siyu.rooms.organization.queries import owner_viewer, today_in, viewer_of
from siyu.rooms.organization.types import Role
from siyu.rooms.plans.actions import draft_plan, publish_plan
from siyu.rooms.sellers.queries import sellers_page
from siyu.rooms.settlement.actions import close_due, draft_payout, set_payee, set_terms
from siyu.rooms.settlement.types import (
    GapPolicy,
    PayeeKind,
    PeriodKind,
    Terms,
    Withholding,
)

_MONTHS_PAID, _ANNOUNCED_BEFORE = 3, timedelta(days=45)
_KNOWN_PAYEES = 12
# The example in the standard of identity numbers (GB 11643): nobody's.
_NUMBER = "11010519491231002X"
_PLAN = """name = "导购佣金"
from_on = {day}

[[levels]]
key = "新手"
[[levels]]
key = "银牌"
own_sales = 10000
keep_own_sales = 2000
[[levels]]
key = "金牌"
own_sales = 50000
keep_own_sales = 10000

[[shares]]
name = "导购提成"
rates = [
  {{ name = "金牌", percent = 5, levels = ["金牌"] }},
  {{ name = "银牌", percent = 4, levels = ["银牌"], from_time = "10:00", until_time = "22:00" }},
  {{ name = "夜间", percent = 5, from_time = "22:00", until_time = "10:00" }},
  {{ name = "日间", percent = 3 }},
]
limits = [{{ per = "line", most = 200 }}]

[[shares]]
name = "门店提成"
to = "store"
rates = [{{ percent = 1 }}]

[[bonuses]]
name = "月度推单奖励"
steps = [{{ at = 5000, amount = 50 }}, {{ at = 20000, amount = 300 }}]
"""


def pay_sellers(*, program_id: int, code: str, now: datetime) -> None:
    """Publish the demo's plan, settle the months since, and make a payout for somebody to check."""
    owner = owner_viewer(program_id=program_id)
    today = today_in(program_id=program_id)
    begins_on = month_of(today, -_MONTHS_PAID)
    plan_id = draft_plan(viewer=owner, text=_PLAN.format(day=begins_on))
    announced_on = begins_on - _ANNOUNCED_BEFORE
    publish_plan(viewer=owner, plan_id=plan_id, today=announced_on, at=now)
    set_terms(viewer=owner, terms=_terms(begins_on))
    _tell_payees(owner)
    wait_until_stable()
    close_due(program_id=program_id, today=today, at=now, viewer=owner)
    apply_review(
        viewer=owner,
        month_on=begins_on,
        today=month_of(today, 1 - _MONTHS_PAID),
        at=now,
    )
    finance_id = add_staff(login=f"{code}-finance", name="财务")
    grant_role(
        staff_id=finance_id, program_id=program_id, role=Role.FINANCE, unit_id=None, actor_id=None
    )
    finance = viewer_of(staff_id=finance_id, program_id=program_id)
    draft_payout(viewer=finance, today=today, at=now)


def _terms(begins_on: date) -> Terms:
    return Terms(
        period=PeriodKind.MONTH,
        working_days=1,
        begins_on=begins_on,
        least_payout_minor=100,
        withholding=Withholding.CUMULATIVE,
        gap_policy=GapPolicy.LITERAL,
    )


def _tell_payees(owner: Viewer) -> None:
    sellers, _ = sellers_page(viewer=owner, size=_KNOWN_PAYEES)
    for place, seller in enumerate(sellers):
        set_payee(
            viewer=owner,
            owner_id=seller.id,
            kind=PayeeKind.PERSON,
            withholding=Withholding.CUMULATIVE,
            name=seller.name,
            number=_NUMBER,
            # Accounts that end in 0000 come back from the sandbox.
            account=f"62220200{place:04}{'0000' if place == 0 else '8888'}",
        )
