"""The demo brand: simulated, then brought in through the rooms' own doors."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from siyu.analytics.conditions import Audience, Condition, Operator
from siyu.foundation.calendar import festival_day
from siyu.rooms.campaigns.actions import add_campaign, set_targets
from siyu.rooms.campaigns.types import TargetRule
from siyu.rooms.catalog.actions import import_products
from siyu.rooms.catalog.queries import categories_in
from siyu.rooms.communities.actions import import_communities
from siyu.rooms.customers.actions import create_tag, import_customers, import_follows
from siyu.rooms.dispatch.actions import send_dispatch
from siyu.rooms.dispatch.types import Draft
from siyu.rooms.insights.queries import sold_by_seller
from siyu.rooms.operations.actions import deliver_all
from siyu.rooms.operations.types import Listener
from siyu.rooms.orders.actions import import_orders
from siyu.rooms.organization.actions import add_staff, grant_role
from siyu.rooms.organization.queries import (
    owner_viewer,
    programs,
    staff_by_login,
    staff_of,
    today_in,
    units_under,
    viewer_of,
)
from siyu.rooms.organization.types import Role, StaffView, UnitKind
from siyu.rooms.outreach.actions import add_variant, edit_playbook, open_program
from siyu.rooms.outreach.queries import longest_lists, playbooks_of
from siyu.rooms.outreach.types import Calendar, Frequency, OffSeason
from siyu.rooms.segments.actions import create_segment
from siyu.rooms.segments.queries import segments_of
from siyu.rooms.sellers.actions import apply_to_sell, import_sellers, invite
from siyu.rooms.sellers.queries import own_invitations, sellers_of_ids
from siyu.rooms.sellers.types import SellerKind
from siyu.simulation.brand import profile_of
from siyu.simulation.simulate import simulate

PROFILE = "demo"
_SEED = 20_261
_CUSTOMERS = 12_000
_SOURCE = "simulation"
_SLOWED_SHARE, _SLOWED_BY, _SLOWED_FOR = 0.3, 2.5, timedelta(days=85)
_SEGMENTS: dict[str, Audience] = {
    "消费前 10%，60 天没来": (
        (Condition(field="is_top"),),
        (Condition(field="last_on", operator=Operator.AT_LEAST, values=(60,)),),
    ),
    "加了好友 30 天仍未下单": (
        (Condition(field="state", values=("prospect",)),),
        (Condition(field="followed_on", operator=Operator.AT_LEAST, values=(30,)),),
        (Condition(field="opted_out", negated=True),),
    ),
}


_CALL_BACK = Draft(
    key="demo call back",
    title="回访久未到店的老客",
    body="打电话问候，了解为什么没来，把原因记下来。",
    due_at=datetime.max.replace(tzinfo=UTC),
    per_seller=3,
    asks_reason=True,
    words="{customer}您好，我是{store}的{seller}，好久不见，最近都好吗？",
)
_OTHER_WORDS = {
    "zh-hans": "{customer}您好，我是{seller}，最近忙不忙？好久没听到您的消息，有空来店里坐坐。",
    "en": "Hello {customer}, this is {seller}. How have you been? Do drop in when you have time.",
}
_SUMMER = Calendar(
    usual=Frequency(most_a_day=8),
    off_season=OffSeason(
        begins=(6, 15), ends=(8, 31), frequency=Frequency(most_a_day=2, rest_days=30)
    ),
)
_ROUND_MINOR = 100_000
_TAGGED_CATEGORIES, _FRESH_DAYS = 3, 180
_WINDOW = Draft(
    key="demo window",
    title="更换冬季橱窗陈列",
    body="按新陈列图更换橱窗，拍一张照片发到门店群。",
    due_at=datetime.max.replace(tzinfo=UTC),
)


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The demo program and those who may look at it."""

    program_id: int
    headquarters: StaffView
    manager: StaffView
    sellers: tuple[StaffView, ...]


def demo_program_id(*, profile: str = PROFILE) -> int | None:
    """The id of the program of a demo brand, if it was made."""
    return next((each.id for each in programs() if each.code == code_of(profile)), None)


@transaction.atomic
def make_demo(
    *,
    as_of: date,
    listener: Listener,
    until: datetime | None = None,
    profile: str = PROFILE,
    scale: float | None = None,
) -> int:
    """Make a demo brand with its history up to a day, all or nothing; returns the program.

    With ``until``, a moment of that day, its orders go on until then. ``scale`` is the share of
    the profile's people and stores; without it there are about 12,000 customers. Raises BadInput
    for an unknown profile or a scale that is not above 0.
    """
    whole = profile_of(profile)
    scaled = whole.scaled(_CUSTOMERS / whole.customers if scale is None else scale)
    # Some customers buy less since twelve weeks, so that the lists show what Siyu is for.
    planted = scaled.plant_slowing(
        share=_SLOWED_SHARE, from_on=as_of - _SLOWED_FOR, factor=_SLOWED_BY
    )
    listener("simulate", 0, None)
    end_on = as_of if until is None else as_of + timedelta(days=1)
    brand = simulate(profile=planted, seed=_SEED, as_of=end_on)
    program = open_program(
        code=code_of(profile), name=whole.name, currency="CNY", zone="Asia/Shanghai"
    )
    steps = (
        ("sellers", import_sellers, _without_logins(brand.sellers)),
        ("products", import_products, brand.products),
        ("customers", import_customers, brand.customers),
        ("follows", import_follows, brand.follows),
        ("communities", import_communities, brand.communities),
        ("orders", import_orders, _until(brand.orders, until)),
    )
    for name, action, rows in steps:
        listener(name, 0, rows.num_rows)
        action(program_id=program.id, source=_SOURCE, rows=rows)
        listener(name, rows.num_rows, rows.num_rows)
    _add_segments(program.id)
    _add_tags(program.id)
    _try_words(program.id, as_of)
    _add_office(program.id, code_of(profile), whole.name)
    deliver_all(listener=listener)
    return program.id


def demo_people(*, program_id: int, today: date, profile: str = PROFILE, sellers: int = 3) -> Demo:
    """Headquarters, a store manager and the sellers with the longest lists of the day."""
    viewer = owner_viewer(program_id=program_id)
    ids = longest_lists(viewer=viewer, on=today, limit=sellers)
    found = sellers_of_ids(viewer=viewer, seller_ids=ids)
    staff = [found[seller_id].staff_id for seller_id in ids]
    return Demo(
        program_id=program_id,
        headquarters=staff_by_login(login=_headquarters(code_of(profile))),
        manager=staff_by_login(login=_manager(code_of(profile))),
        sellers=tuple(staff_of(staff_id=staff_id) for staff_id in staff if staff_id),
    )


def _until(orders: pa.Table, moment: datetime | None) -> pa.Table:
    """The orders that were placed by a moment."""
    if moment is None:
        return orders
    at = pc.coalesce(orders["paid_at"], orders["ordered_at"])
    return orders.filter(pc.less_equal(at, pa.scalar(moment, type=at.type)))


def _without_logins(sellers: pa.Table) -> pa.Table:
    """Each program then gives logins of its own; the simulated ones are alike in all brands."""
    place = sellers.schema.get_field_index("login")
    return sellers.set_column(place, "login", pa.nulls(sellers.num_rows, pa.string()))


def code_of(profile: str) -> str:
    """The code of the program of a demo brand."""
    return profile.replace("_", "-")


def _headquarters(code: str) -> str:
    return f"{code}-hq"


def _manager(code: str) -> str:
    return f"{code}-manager"


def _add_office(program_id: int, code: str, name: str) -> None:
    stores = [
        unit
        for unit in units_under(viewer=owner_viewer(program_id=program_id))
        if unit.kind is UnitKind.STORE
    ]
    people = (
        (_headquarters(code), f"{name} 总部", Role.ADMINISTRATOR, None),
        (_manager(code), f"{stores[0].name} 店长", Role.STORE_MANAGER, stores[0].id),
    )
    for login, person, role, unit_id in people:
        staff_id = add_staff(login=login, name=person)
        grant_role(
            staff_id=staff_id, program_id=program_id, role=role, unit_id=unit_id, actor_id=None
        )


def _add_segments(program_id: int) -> None:
    for name, audience in _SEGMENTS.items():
        create_segment(
            viewer=owner_viewer(program_id=program_id),
            name=name,
            note="",
            audience=audience,
            is_tag=True,
        )


def invite_by_seller(*, program_id: int, today: date) -> None:
    """Have the demo's busiest seller invite, and one of those she invited apply."""
    viewer = owner_viewer(program_id=program_id)
    (seller_id,) = longest_lists(viewer=viewer, on=today, limit=1)
    seller = sellers_of_ids(viewer=viewer, seller_ids=[seller_id])[seller_id]
    invite(
        viewer=viewer,
        inviter_id=seller_id,
        unit_id=seller.unit_id,
        kind=SellerKind.GUIDE,
        places=3,
        expires_on=today + timedelta(days=30),
        origin="老店员介绍",
    )
    own = viewer_of(staff_id=seller.staff_id or 0, program_id=program_id)
    (invitation,) = own_invitations(viewer=own)
    apply_to_sell(code=invitation.code, name="陈晓雯", phone="13000000001", form_key="demo")


def set_month_target(*, program_id: int, now: datetime) -> None:
    """Have the demo's sellers sell a twentieth more than in the month before."""
    viewer = owner_viewer(program_id=program_id)
    month_on = today_in(program_id=program_id).replace(day=1)
    last_on = (month_on - timedelta(days=1)).replace(day=1)
    sold = sum(sold_by_seller(viewer=viewer, first_on=last_on, last_on=last_on).values())
    set_targets(
        viewer=viewer,
        month_on=month_on,
        amount_minor=max(sold * 21 // 20 // _ROUND_MINOR, 1) * _ROUND_MINOR,
        rule=TargetRule.PAST_MONTHS,
        now=now,
    )


def add_last_campaign(*, program_id: int, now: datetime) -> None:
    """Have the demo's headquarters look at its last Double Eleven."""
    today = today_in(program_id=program_id)
    year = today.year - (today < festival_day("double_eleven", today.year))
    add_campaign(
        viewer=owner_viewer(program_id=program_id),
        name=f"双十一 {year}",
        anchor="double_eleven",
        anchor_on=date(year, 1, 1),
        first_day=-10,
        last_day=1,
        now=now,
    )


def _add_tags(program_id: int) -> None:
    """One tag for each of a few categories, and one that no purchase can show."""
    viewer = owner_viewer(program_id=program_id)
    categories = list(categories_in(program_id=program_id).items())[:_TAGGED_CATEGORIES]
    for category_id, name in categories:
        create_tag(
            viewer=viewer, name=f"爱买{name}", fresh_days=_FRESH_DAYS, category_id=category_id
        )
    create_tag(viewer=viewer, name="宝妈", fresh_days=_FRESH_DAYS)


def _try_words(program_id: int, as_of: date) -> None:
    """Other words for customers who slow down, in one region; and a summer with fewer reminders."""
    viewer = owner_viewer(program_id=program_id)
    playbooks = {each.signal: each for each in playbooks_of(viewer=viewer, on=as_of)}
    region = next(
        (unit for unit in units_under(viewer=viewer) if unit.kind is UnitKind.REGION), None
    )
    add_variant(
        viewer=viewer,
        playbook_id=playbooks["slowing"].id,
        name="先问近况",
        market_id=region.id if region else None,
        texts=_OTHER_WORDS,
        today=as_of - timedelta(days=1),
    )
    due = playbooks["due"]
    edit_playbook(
        viewer=viewer,
        playbook_id=due.id,
        priority=due.priority,
        is_enabled=due.is_enabled,
        texts={},
        calendar=_SUMMER,
    )


def dispatch_to_sellers(*, program_id: int, now: datetime) -> None:
    """Ask the demo's sellers for something: to call back a segment, and to get ready."""
    viewer = owner_viewer(program_id=program_id)
    best = next(each for each in segments_of(viewer=viewer) if each.name == next(iter(_SEGMENTS)))
    call_back = replace(_CALL_BACK, segment_id=best.id, due_at=now + timedelta(days=3))
    send_dispatch(viewer=viewer, draft=call_back, now=now)
    send_dispatch(viewer=viewer, draft=replace(_WINDOW, due_at=now + timedelta(days=1)), now=now)
