"""What the two brands' sellers are paid: plans, a closed period, a payout that waits."""

from __future__ import annotations

from datetime import timedelta

from siyu.foundation.clock import utc_now
from siyu.rooms.operations.actions import wait_until_stable
from siyu.rooms.organization.types import Role
from siyu.rooms.plans.actions import draft_plan, publish_plan, sign_plan
from siyu.rooms.settlement.actions import close_due, draft_payout, set_payee, set_terms
from siyu.rooms.settlement.queries import closings_of, statements_page
from siyu.rooms.settlement.types import (
    GapPolicy,
    PayeeKind,
    PeriodKind,
    Terms,
    Withholding,
)
from tests.faces.access_matrix import PAID_DAYS, PAPER
from tests.rooms.brand import Brand


def plans_of_brand(brand: Brand, code: str) -> dict[str, int]:
    """A plan that begins far from now, and the draft of one after it; their ids."""
    text = (
        f'name = "extra-of-{code}"\nfrom_on = {{}}-01-01\n'
        'levels = [{{ key = "new" }}]\ncarries = {{ levels = {{ new = {{ to = "new" }} }} }}\n'
        'shares = [{{ name = "own sales", rates = [{{ percent = 3 }}] }}]\n'
    )
    coming = draft_plan(viewer=brand.owner, text=text.format(2098))
    today = brand.program.day_of(utc_now())
    publish_plan(viewer=brand.owner, plan_id=coming, today=today, at=utc_now())
    later = draft_plan(viewer=brand.owner, text=text.format(2099))
    return {f"{code}-coming": coming, code: later}


def paid_of_brand(brand: Brand, code: str, seller_id: int) -> tuple[int, int, int]:
    """What was sold until yesterday, closed, and a payout to a seller that waits.

    The ids of the last closing, the seller's statement in it, and the payout.
    """
    today = brand.program.day_of(utc_now())
    begins_on = today - timedelta(days=PAID_DAYS)
    text = (
        f'name = "paid-of-{code}"\nfrom_on = {begins_on}\n'
        "release = { days = 0, received_after_days = 0 }\n"
        'levels = [{ key = "new" }]\n'
        'shares = [{ name = "own sales", rates = [{ percent = 3 }] }]\n'
    )
    plan_id = draft_plan(viewer=brand.owner, text=text)
    # Nothing waits for returns, which somebody has to answer for.
    sign_plan(viewer=brand.owner, plan_id=plan_id, memo_sha256="ab" * 32, note="", at=utc_now())
    publish_plan(
        viewer=brand.owner, plan_id=plan_id, today=begins_on - timedelta(days=30), at=utc_now()
    )
    terms = Terms(
        period=PeriodKind.DAY,
        working_days=1,
        begins_on=begins_on,
        least_payout_minor=1,
        withholding=Withholding.PER_PAYMENT,
        gap_policy=GapPolicy.LITERAL,
    )
    set_terms(viewer=brand.owner, terms=terms)
    wait_until_stable()
    close_due(program_id=brand.program.id, today=today, at=utc_now(), viewer=None)
    newest = closings_of(viewer=brand.owner)[0]
    shown, _ = statements_page(viewer=brand.owner, closing_id=newest.id, size=1_000)
    set_payee(
        viewer=brand.owner,
        owner_id=seller_id,
        kind=PayeeKind.PERSON,
        withholding=Withholding.PER_PAYMENT,
        name=f"paper-of-{code}",
        number=PAPER,
        account="622202000001234",
    )
    finance = brand.staff(f"{code}-finance", Role.FINANCE)
    payout_id = draft_payout(viewer=finance, today=today, at=utc_now())
    statement_id = next(each.id for each in shown if each.payee_id == seller_id)
    return newest.id, statement_id, payout_id
