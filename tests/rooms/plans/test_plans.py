"""Versions of a program's plan: drafts, signatures, what is in force on which day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.organization.types import Role
from siyu.rooms.plans.actions import (
    discard_plan,
    draft_plan,
    edit_plan,
    publish_plan,
    sign_plan,
    withdraw_plan,
)
from siyu.rooms.plans.queries import (
    find_plan,
    ids_in,
    plan_in,
    plan_on,
    plans_of,
    review_plan,
)
from siyu.rooms.plans.types import PlanState, Verdict
from tests.rooms.brand import Brand, new_brand

TODAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MEMO = "ab" * 32
DIRECT = 'shares = [{ name = "own sales", rates = [{ percent = 3 }] }]\n'
IN_DOUBT = "pays_recruits_purchases = true\n"
TWO_LEVELS = DIRECT.replace(
    "}] }]", '}] }, { name = "up", to = "inviter", rates = [{ percent = 1 }] }]'
)


def text_of(from_on: str, *, head: str = "", body: str = DIRECT) -> str:
    return f'name = "guides"\nfrom_on = {from_on}\n{head}{body}'


def draft(brand: Brand, text: str) -> int:
    return draft_plan(viewer=brand.owner, text=text)


def publish(brand: Brand, text: str, today: date = TODAY) -> int:
    plan_id = draft(brand, text)
    publish_plan(viewer=brand.owner, plan_id=plan_id, today=today, at=AT)
    return plan_id


def in_force(brand: Brand, day: date) -> int | None:
    found = plan_on(program_id=brand.program.id, day=day)
    return found.number if found else None


def test_a_draft_counts_for_nothing_until_it_is_published(brand: Brand) -> None:
    plan_id = draft(brand, text_of("2026-03-02"))
    assert in_force(brand, date(2026, 3, 2)) is None
    edit_plan(viewer=brand.owner, plan_id=plan_id, text=text_of("2026-03-03"), at=AT)
    publish_plan(viewer=brand.owner, plan_id=plan_id, today=TODAY, at=AT)
    assert in_force(brand, date(2026, 3, 2)) is None
    assert in_force(brand, date(2026, 3, 3)) == 1
    (found,) = plans_of(viewer=brand.owner)
    assert (found.state, found.number, found.published_at) == (PlanState.PUBLISHED, 1, AT)


def test_what_was_published_is_never_written_again(brand: Brand) -> None:
    plan_id = publish(brand, text_of("2026-03-02"))
    for write in (
        lambda: edit_plan(viewer=brand.owner, plan_id=plan_id, text=text_of("2026-04-01"), at=AT),
        lambda: discard_plan(viewer=brand.owner, plan_id=plan_id),
        lambda: publish_plan(viewer=brand.owner, plan_id=plan_id, today=TODAY, at=AT),
        lambda: sign_plan(viewer=brand.owner, plan_id=plan_id, memo_sha256=MEMO, note="", at=AT),
    ):
        with pytest.raises(Conflict):
            write()
    assert find_plan(viewer=brand.owner, plan_id=plan_id).plan.from_on == date(2026, 3, 2)


def test_a_later_version_ends_the_one_before(brand: Brand) -> None:
    publish(brand, text_of("2026-03-02"))
    publish(brand, text_of("2026-06-01", head="until_on = 2026-06-30\n"))
    publish(brand, text_of("2026-05-01"))
    days = {
        date(2026, 3, 1): None,
        date(2026, 3, 2): 1,
        date(2026, 4, 30): 1,
        date(2026, 5, 1): 3,
        date(2026, 5, 31): 3,
        date(2026, 6, 1): 2,
        date(2026, 6, 30): 2,
        date(2026, 7, 1): None,
    }
    assert {day: in_force(brand, day) for day in days} == days
    ends = {each.number: each.in_force_until for each in plans_of(viewer=brand.owner)}
    assert ends == {1: date(2026, 4, 30), 2: date(2026, 6, 30), 3: date(2026, 5, 31)}


def test_two_versions_of_one_day_leave_the_later_one(brand: Brand) -> None:
    publish(brand, text_of("2026-03-02"))
    publish(brand, text_of("2026-03-02"))
    assert in_force(brand, date(2026, 3, 2)) == 2


def test_what_has_not_begun_can_be_withdrawn(brand: Brand) -> None:
    publish(brand, text_of("2026-03-02"))
    later = publish(brand, text_of("2026-05-01"))
    withdraw_plan(viewer=brand.owner, plan_id=later, today=date(2026, 4, 30))
    assert in_force(brand, date(2026, 5, 1)) == 1
    with pytest.raises(Conflict, match="Only what was published"):
        withdraw_plan(viewer=brand.owner, plan_id=later, today=date(2026, 4, 30))
    third = publish(brand, text_of("2026-05-01"))
    with pytest.raises(Conflict, match="in force already"):
        withdraw_plan(viewer=brand.owner, plan_id=third, today=date(2026, 5, 1))
    assert in_force(brand, date(2026, 5, 1)) == 3


def test_what_the_law_forbids_cannot_be_published_even_signed(brand: Brand) -> None:
    plan_id = draft(brand, text_of("2026-03-02", body=TWO_LEVELS))
    sign_plan(viewer=brand.owner, plan_id=plan_id, memo_sha256=MEMO, note="", at=AT)
    with pytest.raises(Conflict, match="The law forbids"):
        publish_plan(viewer=brand.owner, plan_id=plan_id, today=TODAY, at=AT)
    assert in_force(brand, date(2026, 3, 2)) is None


def test_what_is_in_doubt_needs_a_signature_of_this_very_text(brand: Brand) -> None:
    text = text_of("2026-03-02", head=IN_DOUBT)
    plan_id = draft(brand, text)

    def refused() -> None:
        with pytest.raises(Conflict, match="sign for it first"):
            publish_plan(viewer=brand.owner, plan_id=plan_id, today=TODAY, at=AT)

    refused()
    for memo in ("", "ab", "x" * 64, MEMO + "a"):
        with pytest.raises(BadInput) as raised:
            sign_plan(viewer=brand.owner, plan_id=plan_id, memo_sha256=memo, note="", at=AT)
        assert raised.value.field == "memo_sha256"
    refused()
    sign_plan(viewer=brand.owner, plan_id=plan_id, memo_sha256=MEMO.upper(), note="ok", at=AT)
    edit_plan(viewer=brand.owner, plan_id=plan_id, text=text + "# more\n", at=AT)
    assert find_plan(viewer=brand.owner, plan_id=plan_id).signature is None
    refused()
    edit_plan(viewer=brand.owner, plan_id=plan_id, text=text, at=AT)
    signed = find_plan(viewer=brand.owner, plan_id=plan_id).signature
    assert signed is not None
    assert (signed.memo_sha256, signed.note, signed.at) == (MEMO, "ok", AT)
    publish_plan(viewer=brand.owner, plan_id=plan_id, today=TODAY, at=AT)
    assert in_force(brand, date(2026, 3, 2)) == 1


def test_a_plan_that_began_before_it_was_told_needs_a_signature(brand: Brand) -> None:
    plan_id = draft(brand, text_of("2026-02-28"))
    with pytest.raises(Conflict, match="sign for it first"):
        publish_plan(viewer=brand.owner, plan_id=plan_id, today=TODAY, at=AT)
    publish(brand, text_of("2026-03-01"))


def test_every_deed_is_in_the_audit_log_and_nobody_else_may(brand: Brand) -> None:
    plan_id = publish(brand, text_of("2026-03-02"))
    operator, analyst = brand.staff("oper", Role.OPERATOR), brand.staff("anal", Role.ANALYST)
    other = draft_plan(viewer=operator, text=text_of("2026-04-01"))
    for viewer, deed in (
        (operator, lambda v: publish_plan(viewer=v, plan_id=other, today=TODAY, at=AT)),
        (operator, lambda v: withdraw_plan(viewer=v, plan_id=plan_id, today=TODAY)),
        (
            operator,
            lambda v: sign_plan(viewer=v, plan_id=other, memo_sha256=MEMO, note="", at=AT),
        ),
        (analyst, lambda v: plans_of(viewer=v)),
        (analyst, lambda v: draft_plan(viewer=v, text=text_of("2026-04-01"))),
        (analyst, lambda v: review_plan(viewer=v, text=text_of("2026-04-01"))),
    ):
        with pytest.raises(NotAllowed):
            deed(viewer)
    discard_plan(viewer=operator, plan_id=other)
    with pytest.raises(NotFound):
        find_plan(viewer=operator, plan_id=other)
    stranger = new_brand("fern").owner
    with pytest.raises(NotFound):
        find_plan(viewer=stranger, plan_id=plan_id)
    with pytest.raises(NotFound):
        withdraw_plan(viewer=stranger, plan_id=plan_id, today=TODAY)
    entries = audit_page(viewer=brand.owner)
    told = {entry.action for entry in entries if entry.subject.startswith("plan ")}
    assert told == {"draft plan", "publish plan", "discard plan"}


def test_names_become_ids_when_it_is_published(brand: Brand) -> None:
    brand.products({"key": "tea", "name": "Tea", "category": "drinks", "brand": "Leaf"})
    brand.sellers({"key": "ann", "store_key": "S1", "store_name": "One", "region_name": "North"})
    rates = (
        '{ percent = 5, products = ["tea"] }, { percent = 4, brands = ["Leaf"] }, '
        '{ percent = 3, categories = ["drinks"] }, { percent = 2, units = ["S1", "North"] }'
    )
    body = f'shares = [{{ name = "own sales", rates = [{rates}] }}]\n'
    publish(brand, text_of("2026-03-02", body=body))
    found = plan_on(program_id=brand.program.id, day=date(2026, 3, 2))
    assert found is not None
    ids = ids_in(program_id=brand.program.id, plan=found.plan)
    assert ids.units == {
        "S1": (brand.store("S1"),),
        "North": (brand.unit("North"), brand.store("S1")),
    }
    assert set(ids.products) == {"tea"}
    assert set(ids.brands) == {"Leaf"}
    assert set(ids.categories) == {"drinks"}
    unknown = draft(brand, text_of("2026-04-02", body=body.replace('"tea"', '"coffee"')))
    with pytest.raises(BadInput, match="coffee") as raised:
        publish_plan(viewer=brand.owner, plan_id=unknown, today=TODAY, at=AT)
    assert raised.value.field == "products"


def test_money_of_another_kind_is_refused(brand: Brand) -> None:
    with pytest.raises(BadInput) as raised:
        plan_in(program_id=brand.program.id, text=text_of("2026-03-02", head='currency = "EUR"\n'))
    assert raised.value.field == "currency"


def test_a_tree_of_thirty_cannot_be_paid_upwards(brand: Brand) -> None:
    def review(levels: str) -> tuple[Verdict, set[str]]:
        told = text_of(
            "2026-03-02", head='channels = ["store"]\nallows_depth_2 = true\n', body=levels
        )
        found = review_plan(viewer=brand.owner, text=told)
        return found.verdict, {each.rule for each in found.findings}

    brand.sellers({"key": "top"})
    brand.sellers(*({"key": f"s{n}", "invited_by_key": "top"} for n in range(28)))
    assert review(TWO_LEVELS) == (Verdict.BLOCKED, {"CPL-004", "CPL-008"})
    assert review(DIRECT) == (Verdict.PASSES, {"CPL-009"})
