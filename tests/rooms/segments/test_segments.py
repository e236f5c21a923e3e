"""Segments: conditions, who belongs night by night, and playbooks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from siyu.analytics.conditions import Audience, Condition, Operator
from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.outreach.actions import (
    add_playbook,
    edit_playbook,
    retire_segment,
    set_policy,
)
from siyu.rooms.outreach.facts import read_contacts
from siyu.rooms.outreach.queries import playbooks_of, policy_of, today_of
from siyu.rooms.segments.actions import archive_segment, create_segment, edit_segment
from siyu.rooms.segments.queries import (
    audiences_of,
    days_of_segment,
    find_segment,
    members_of,
    segments_of,
    size_of,
    size_of_all,
)
from siyu.rooms.segments.types import SegmentDay
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
BUYERS: Audience = ((Condition(field="orders", operator=Operator.AT_LEAST, values=(1,)),),)
TEXTS = {"zh-hans": "{customer}您好", "en": "Hello {customer}"}


@dataclass(frozen=True)
class Shop:
    """A brand of two shops of one region; Ann's friends c1 to c6, Bob's d1 and d2."""

    brand: Brand
    buyers: int
    tea: int
    south: int


def order(brand: Brand, customer: str, on: date, product: str = "tea") -> None:
    brand.orders(
        {
            "order_key": f"{customer}-{on}-{product}",
            "customer_key": customer,
            "product_key": product,
            "unit_price": "100",
            "ordered_at": f"{on} 10:00",
            "paid_at": f"{on} 10:00",
        }
    )


def bought_tea(brand: Brand) -> Audience:
    category = brand.category("tea")
    return ((Condition(field="category_id", values=(category,), days=90, times=2),),)


def new_shop() -> Shop:
    brand = new_brand("shop")
    brand.sellers(
        {"key": "ann", "store_key": "s1", "region_name": "south"},
        {"key": "bob", "store_key": "s2", "region_name": "south"},
    )
    brand.products(
        {"key": "tea", "name": "Tea", "category": "tea"},
        {"key": "cup", "name": "Cup", "category": "ware"},
    )
    for name in ("c1", "c2", "c3", "c4", "c5", "c6"):
        brand.follow(name, "ann", "2025-01-20 10:00")
    for name in ("d1", "d2"):
        brand.follow(name, "bob", "2025-01-20 10:00")
    # Friends of the week after; a test's own writes are fed to no night, see wait_until_stable.
    brand.follow("c7", "ann", "2025-06-05 10:00")
    brand.follow("d3", "bob", "2025-06-05 10:00")
    policy = policy_of(program_id=brand.program.id)
    set_policy(
        program_id=brand.program.id,
        **vars(replace(policy, hold_share_ppm=0, control_share_ppm=0)),
    )
    for customer, days in (("c1", 90), ("c1", 40), ("c2", 60), ("d1", 70), ("d1", 35)):
        order(brand, customer, AS_OF - timedelta(days=days))
    order(brand, "c3", AS_OF - timedelta(days=50), "cup")
    buyers = create_segment(viewer=brand.owner, name="Buyers", note="", audience=BUYERS)
    tea = create_segment(viewer=brand.owner, name="Tea", note="", audience=bought_tea(brand))
    region = ((Condition(field="unit_id", values=(brand.unit("south"),)),),)
    south = create_segment(viewer=brand.owner, name="South", note="all", audience=region)
    brand.night(AS_OF)
    # The day after, c4 buys for the first time.
    order(brand, "c4", AS_OF)
    brand.night(AS_OF + timedelta(days=1))
    return Shop(brand, buyers, tea, south)


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    with django_db_blocker.unblock():
        yield new_shop()
        empty_database()


@pytest.fixture
def shop(committed: Shop, db: None) -> Shop:
    return committed


@pytest.fixture
def owner(shop: Shop) -> Viewer:
    return shop.brand.owner


class TestMembership:
    def test_every_night_counts_who_is_in_who_came_and_who_went(self, shop: Shop, owner: Viewer):
        days = days_of_segment(viewer=owner, segment_id=shop.buyers, since=AS_OF)
        assert days == [
            SegmentDay(on=AS_OF, members=4, entered=4, left=0),
            SegmentDay(on=AS_OF + timedelta(days=1), members=5, entered=1, left=0),
        ]
        assert find_segment(viewer=owner, segment_id=shop.buyers).last == days[-1]

    def test_goods_of_a_category_count_by_orders_within_days(self, shop: Shop, owner: Viewer):
        # c1's first order was 91 days before the second night.
        counts = [
            day.members for day in days_of_segment(viewer=owner, segment_id=shop.tea, since=AS_OF)
        ]
        assert counts == [2, 1]

    def test_a_region_stands_for_its_stores(self, shop: Shop, owner: Viewer):
        last = find_segment(viewer=owner, segment_id=shop.south).last
        assert last
        assert last.members == 8
        units = audiences_of(program_id=shop.brand.program.id)[shop.south][0][0].values
        assert {shop.brand.store("s1"), shop.brand.store("s2")} < set(units)

    def test_a_night_done_again_counts_the_same(self, shop: Shop, owner: Viewer):
        before = days_of_segment(viewer=owner, segment_id=shop.buyers, since=AS_OF)
        published = publication_of(program_id=shop.brand.program.id)
        shop.brand.night(AS_OF + timedelta(days=1))
        assert publication_of(program_id=shop.brand.program.id) != published
        assert days_of_segment(viewer=owner, segment_id=shop.buyers, since=AS_OF) == before


class TestCounting:
    def test_conditions_are_counted_before_they_are_saved(self, shop: Shop, owner: Viewer):
        assert size_of_all(viewer=owner) == 10
        size = size_of(viewer=owner, audience=BUYERS)
        assert size
        assert (size["customers"], size["served"], size["reachable"]) == (5, 5, 5)
        assert size["expected_value_minor"] > 0
        nobody = (*BUYERS, (replace(BUYERS[0][0], negated=True),))
        found = size_of(viewer=owner, audience=nobody)
        assert found
        assert set(found.values()) == {0}

    def test_the_members_are_listed_the_most_valuable_first(self, shop: Shop, owner: Viewer):
        rows = members_of(viewer=owner, audience=BUYERS, limit=3).to_pylist()
        values = [row["expected_value_minor"] for row in rows]
        assert len(rows) == 3
        assert values == sorted(values, reverse=True)
        assert members_of(viewer=owner, audience=BUYERS, limit=100).num_rows == 5

    def test_without_a_night_there_is_nothing_to_count(self, db: None):
        brand = new_brand("fresh")
        assert size_of(viewer=brand.owner, audience=BUYERS) is None
        assert members_of(viewer=brand.owner, audience=BUYERS, limit=9).num_rows == 0
        assert size_of_all(viewer=brand.owner) == 0

    @pytest.mark.parametrize(
        "audience",
        [
            (),
            ((),),
            ((Condition(field="phone"),),),
            ((Condition(field="state"),),),
            ((Condition(field="orders", operator=Operator.AT_LEAST),),),
            ((Condition(field="orders", operator=Operator.AT_LEAST, values=("1",)),),),
            ((Condition(field="orders", operator=Operator.AT_LEAST, values=(-1,)),),),
            ((Condition(field="orders", values=(1,)),),),
            ((Condition(field="category_id", values=(1,), days=0),),),
            ((Condition(field="category_id", values=(1,), days=9, times=0),),),
            BUYERS * 11,
            ((Condition(field="state", values=(1,)),),),
            ((Condition(field="city_tier", values=("1",)),),),
            ((Condition(field="category_id", values=(2**63,), days=9),),),
        ],
    )
    def test_conditions_that_cannot_be_asked_are_refused(self, shop: Shop, audience: Audience):
        owner = shop.brand.owner
        with pytest.raises(BadInput) as refused:
            size_of(viewer=owner, audience=audience)
        assert refused.value.field == "conditions"
        with pytest.raises(BadInput):
            create_segment(viewer=owner, name="New", note="", audience=audience)
        assert len(segments_of(viewer=owner)) == 3


class TestEditing:
    def test_what_is_written_is_read(self, shop: Shop, owner: Viewer):
        harder = ((*BUYERS[0], Condition(field="is_top", negated=True)),)
        edit_segment(
            viewer=owner, segment_id=shop.tea, name=" Tea lovers ", note="n", audience=harder
        )
        found = find_segment(viewer=owner, segment_id=shop.tea)
        assert (found.name, found.note, found.audience) == ("Tea lovers", "n", harder)
        entries = audit_page(viewer=owner)
        assert (entries[0].action, entries[0].subject) == ("edit segment", f"segment {shop.tea}")

    @pytest.mark.parametrize("name", ["", "  ", "x" * 61, "Buyers"])
    def test_a_name_is_given_once(self, shop: Shop, owner: Viewer, name: str):
        with pytest.raises(BadInput) as refused:
            create_segment(viewer=owner, name=name, note="", audience=BUYERS)
        assert refused.value.field == "name"

    def test_an_archived_segment_is_gone_and_its_name_free(self, shop: Shop, owner: Viewer):
        archive_segment(viewer=owner, segment_id=shop.tea)
        assert shop.tea not in audiences_of(program_id=shop.brand.program.id)
        with pytest.raises(NotFound):
            find_segment(viewer=owner, segment_id=shop.tea)
        create_segment(viewer=owner, name="Tea", note="", audience=BUYERS)

    def test_only_headquarters_may(self, shop: Shop):
        analyst = shop.brand.staff("analyst", Role.ANALYST)
        manager = shop.brand.staff("manager", Role.STORE_MANAGER, shop.brand.store("s1"))
        assert len(segments_of(viewer=analyst)) == 3
        for viewer in (analyst, manager):
            with pytest.raises(NotAllowed):
                create_segment(viewer=viewer, name="New", note="", audience=BUYERS)
            with pytest.raises(NotAllowed):
                edit_segment(
                    viewer=viewer, segment_id=shop.tea, name="New", note="", audience=BUYERS
                )
            with pytest.raises(NotAllowed):
                archive_segment(viewer=viewer, segment_id=shop.tea)
            with pytest.raises(NotAllowed):
                add_playbook(viewer=viewer, segment_id=shop.tea)
            with pytest.raises(NotAllowed):
                members_of(viewer=viewer, audience=BUYERS, limit=1)
        with pytest.raises(NotAllowed):
            segments_of(viewer=manager)

    def test_another_program_sees_none_of_it(self, shop: Shop):
        other = new_brand("other").owner
        assert segments_of(viewer=other) == []
        for act in (
            lambda: find_segment(viewer=other, segment_id=shop.tea),
            lambda: archive_segment(viewer=other, segment_id=shop.tea),
            lambda: add_playbook(viewer=other, segment_id=shop.tea),
            lambda: edit_segment(
                viewer=other, segment_id=shop.tea, name="x", note="", audience=BUYERS
            ),
        ):
            with pytest.raises(NotFound):
                act()


def signals_drawn(brand: Brand, on: date) -> dict[int, str]:
    rows = [row for part in read_contacts(brand.program.id, 0, 2**62) for row in part.to_pylist()]
    return {row["customer_id"]: row["signal"] for row in rows if row["drawn_on"] == on}


class TestPlaybooks:
    def test_to_belong_is_a_reason_of_its_own(self, shop: Shop, owner: Viewer):
        brand, later = shop.brand, AS_OF + timedelta(days=9)
        playbook_id = add_playbook(viewer=owner, segment_id=shop.buyers)
        assert add_playbook(viewer=owner, segment_id=shop.buyers) == playbook_id
        for each in playbooks_of(viewer=owner, on=AS_OF):
            edit_playbook(
                viewer=owner,
                playbook_id=each.id,
                priority=each.priority,
                is_enabled=each.id == playbook_id,
                texts=TEXTS,
                name="Bought before",
            )
        brand.night(later)
        names = ("c1", "c2", "c3", "c4", "d1")
        signal = f"segment_{shop.buyers}"
        assert signals_drawn(brand, later) == {brand.customer(name): signal for name in names}
        ann = brand.seller_viewer("ann")
        task = today_of(viewer=ann, seller_id=brand.seller("ann"), today=later).open[0]
        assert task.playbook_name == "Bought before"
        assert set(task.evidence) == {"days_in_segment", "orders", "spend_minor", "recency_days"}

    def test_a_signal_can_be_kept_to_a_segment(self, shop: Shop, owner: Viewer):
        brand, later = shop.brand, AS_OF + timedelta(days=9)
        audience = ((Condition(field="unit_id", values=(brand.store("s2"),)),),)
        segment_id = create_segment(viewer=owner, name="Bob's", note="", audience=audience)
        for each in playbooks_of(viewer=owner, on=AS_OF):
            edit_playbook(
                viewer=owner,
                playbook_id=each.id,
                priority=each.priority,
                is_enabled=each.signal == "never_ordered",
                texts=TEXTS,
                segment_id=segment_id,
            )
        brand.night(later)
        assert signals_drawn(brand, later) == {brand.customer("d3"): "never_ordered"}

    def test_a_segment_of_another_program_is_none(self, shop: Shop, owner: Viewer):
        other = new_brand("another").owner
        foreign = create_segment(viewer=other, name="Foreign", note="", audience=BUYERS)
        playbook = playbooks_of(viewer=owner, on=AS_OF)[0]
        for is_enabled in (True, False):
            with pytest.raises(BadInput) as refused:
                edit_playbook(
                    viewer=owner,
                    playbook_id=playbook.id,
                    priority=1,
                    is_enabled=is_enabled,
                    texts=TEXTS,
                    segment_id=foreign,
                )
            assert refused.value.field == "segment"

    def test_a_segment_in_use_stays(self, shop: Shop, owner: Viewer):
        playbook_id = add_playbook(viewer=owner, segment_id=shop.tea)
        use = {"viewer": owner, "playbook_id": playbook_id, "priority": 9, "texts": TEXTS}
        edit_playbook(**use, is_enabled=True, name="Tea")
        with pytest.raises(BadInput):
            retire_segment(viewer=owner, segment_id=shop.tea)
        edit_playbook(**use, is_enabled=False, name="Tea")
        retire_segment(viewer=owner, segment_id=shop.tea)
        with pytest.raises(BadInput) as refused:
            edit_playbook(**use, is_enabled=True, name="Tea")
        assert refused.value.field == "segment"
